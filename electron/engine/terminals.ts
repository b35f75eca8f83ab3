import { randomUUID } from 'node:crypto'
import type { TerminalAnswer, TerminalCall, TerminalSize } from '../../shared/contract.ts'
import type { MachineName } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type ShLine, sh } from '../../shared/sh.ts'
import { left, monotonic } from './machines/monotonic.ts'
import { type Tty, Unreachable } from './machines/transports/index.ts'

export interface Terminals {
  call(call: TerminalCall): Promise<Result<TerminalAnswer>>
  stop(): void
}

/** At most so much is handed out at once. */
const MOST_AT_ONCE = 65_536
/** A read waits so long for something to be printed. */
const WAIT_MS = 20_000
/** Nobody has read for so long: the page is gone. */
const UNREAD_MS = 60_000
/** Of the sessions that sshd allows on a connection, two are left by the work. */
const MOST_PER_MACHINE = 2

interface Open {
  readonly machine: MachineName
  readonly tty: Tty
  /** When it was read last (monotonic). */
  read: number
  ended: boolean
  /** Wakes the read that waits. */
  wake(): void
}

/** The shells that people have open on machines: bytes by request, so that a page that does not read stops what prints. */
export function createTerminals(
  open: (machine: MachineName, line: ShLine, size: TerminalSize) => Promise<Tty>,
): Terminals {
  const terminals = new Map<string, Open>()
  const opening = new Map<MachineName, number>()
  const sweep = setInterval(() => {
    for (const [id, { read }] of terminals) if (left(read, UNREAD_MS) === 0) close(id)
  }, UNREAD_MS / 4).unref()

  function close(id: string): void {
    const terminal = terminals.get(id)
    terminals.delete(id)
    terminal?.tty.close()
    terminal?.wake()
  }

  async function begin(call: Extract<TerminalCall, { does: 'open' }>): Promise<Result<TerminalAnswer>> {
    const { machine, dir } = call
    const there = [...terminals.values()].filter(other => other.machine === machine && !other.ended).length
    if (there + (opening.get(machine) ?? 0) >= MOST_PER_MACHINE)
      return fail({ code: 'not-now', message: `Two terminals are open on ${machine} already: close one of them.` })
    opening.set(machine, (opening.get(machine) ?? 0) + 1)
    try {
      const shell = sh`exec "\${SHELL:-/bin/sh}" -l`
      const tty = await open(machine, dir === null ? shell : sh`cd ${dir}; ${shell}`, call)
      const id = randomUUID()
      const terminal: Open = { machine, tty, read: monotonic(), ended: false, wake: () => {} }
      terminals.set(id, terminal)
      tty.out.on('readable', () => terminal.wake())
      const end = () => {
        terminal.ended = true
        terminal.wake()
      }
      tty.out.on('end', end).on('close', end)
      return ok({ terminal: id, data: '', ended: null })
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      const { message, hint } = error
      return fail({ code: 'not-now', message, ...(hint === null ? {} : { hint }) })
    } finally {
      opening.set(machine, (opening.get(machine) ?? 1) - 1)
    }
  }

  async function read(id: string, terminal: Open): Promise<Result<TerminalAnswer>> {
    terminal.read = monotonic()
    const { out } = terminal.tty
    if (out.readableLength === 0 && !terminal.ended) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, WAIT_MS).unref()
        terminal.wake() // an earlier read goes with nothing
        terminal.wake = () => {
          clearTimeout(timer)
          resolve()
        }
        out.read(0)
      })
    }
    terminal.read = monotonic()
    const bytes: Buffer | null = out.read(Math.min(out.readableLength, MOST_AT_ONCE)) ?? null
    const over = bytes === null && (terminal.ended || !terminals.has(id))
    if (over) terminals.delete(id)
    return ok({ terminal: id, data: bytes?.toString('base64') ?? '', ended: over ? 'The shell has ended.' : null })
  }

  return {
    async call(call) {
      if (call.does === 'open') return begin(call)
      const terminal = terminals.get(call.terminal)
      if (!terminal) return fail({ code: 'not-found', message: 'This terminal is closed.' })
      switch (call.does) {
        case 'read':
          return read(call.terminal, terminal)
        case 'write':
          terminal.tty.write(call.text)
          break
        case 'resize':
          terminal.tty.resize(call)
          break
        case 'close':
          close(call.terminal)
      }
      return ok({ terminal: call.terminal, data: '', ended: null })
    },
    stop() {
      clearInterval(sweep)
      for (const id of [...terminals.keys()]) close(id)
    },
  }
}
