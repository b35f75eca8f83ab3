import { setMaxListeners } from 'node:events'
import { constants } from 'node:os'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import type { TerminalSize } from '../../../../shared/contract.ts'
import type { Printed } from '../../../../shared/schedulers/index.ts'
import { type ShLine, sh } from '../../../../shared/sh.ts'
import { createChannels, MOST_REFUSALS, type OpenLine, REFUSED_MS } from './channels.ts'
import { afterMark, type Begun, loginLine, newMark, terminalLine } from './login-line.ts'
import { MOST_ERROR_TEXT, printed } from './printed.ts'
import { NO_SFTP, sftpFiles } from './sftp.ts'
import { type ExecOptions, type Running, type Session, type Tty, Unreachable } from './transport.ts'

/** The session of a connection that is logged in. `attended`: a person had to answer for it. */
export function sshSession(client: Client, attended: boolean): Session {
  const lost = new AbortController()
  setMaxListeners(0, lost.signal) // as many as commands are under way
  const lose = () => lost.abort(new Unreachable('the connection was lost'))
  client.on('error', lose).on('close', lose)
  const channels = createChannels()
  let greeting = ''
  const open: OpenLine<Client> = {
    client,
    channels,
    lost: lost.signal,
    greeted(text) {
      greeting = text
    },
  }
  const start = (line: ShLine, options: ExecOptions = {}) => command(open, line, options)
  return {
    exec: (line, options) => printed(start(line, options), options?.maxBytes),
    stream: start,
    greeting: () => greeting,
    watch: null,
    terminal: (line, size) => terminal(client, line, size),
    async sftp() {
      const giveBack = await channels.take(false)
      return new Promise((resolve, reject) => {
        const refused = () => {
          giveBack()
          reject(lost.signal.aborted ? lost.signal.reason : new Unreachable(...NO_SFTP))
        }
        if (lost.signal.aborted) return refused()
        try {
          client.sftp((error, sftp) => (error ? refused() : resolve(sftpFiles(sftp, giveBack))))
        } catch {
          giveBack()
          reject(new Unreachable('the connection was lost')) // it is just being closed, which says nothing of the machine
        }
      })
    },
    close() {
      return new Promise(resolve => {
        if (lost.signal.aborted) return resolve()
        client.once('close', () => resolve())
        client.end()
      })
    },
    lost: lost.signal,
    attended,
  }
}

/** One channel. `out` fails, and `done` rejects, with Unreachable when the line is lost before the exit status came. */
function command(
  { client, channels, lost, greeted }: OpenLine<Client>,
  line: ShLine,
  { stdin, signal: given, urgent = false, lasting = false }: ExecOptions,
): Running {
  const out = new PassThrough()
  out.on('error', () => {}) // whoever reads it is told; nobody has to read
  const way = lasting ? new AbortController() : null
  const signal = way === null ? given : AbortSignal.any([way.signal, ...(given ? [given] : [])])
  const done = new Promise<Printed>((resolve, reject) => {
    let channel: ClientChannel | null = null
    const mark = newMark()
    let pid: number | null = null
    const begun = (first: Begun) => {
      pid = first.pid
      greeted(first.greeting)
    }
    let giveBack = () => {}
    let over = false
    let refusals = 0
    const fail = (text: string) => {
      const error = new Unreachable(text)
      out.destroy(error)
      reject(error)
    }
    const abort = () => {
      if (channel !== null) killCommand(client, channel, pid)
      finish(() => fail('the command was given up'))
    }
    const lose = () => finish(() => fail('the line was lost before the command told how it ended'))
    const finish = (tell: () => void) => {
      if (over) return
      over = true
      giveBack()
      signal?.removeEventListener('abort', abort)
      lost.removeEventListener('abort', lose)
      tell()
    }
    signal?.addEventListener('abort', abort, { once: true })
    lost.addEventListener('abort', lose, { once: true })
    if (lost.aborted) return lose()
    if (signal?.aborted) return abort()

    const opened = (error: Error | undefined, stream: ClientChannel) => {
      if (error !== undefined) return refused(error)
      channel = stream
      if (over) return killCommand(client, channel, null)
      out.on('close', () => stream.close()) // the reader has enough, or all of it
      let err = ''
      stream.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (err.length < MOST_ERROR_TEXT) err += text
      })
      stream.on('error', () => {}) // its close says how it ended
      stream.on('close', (code?: number | null, killedBy?: string | null) => {
        const exit = code ?? exitOfSignal(killedBy)
        // Neither a status nor a signal: the line was cut in the middle, which must never pass for success.
        if (exit === null) lose()
        else finish(() => resolve({ exit, out: '', err }))
      })
      stream.pipe(afterMark(mark, begun)).pipe(out)
      if (typeof stdin === 'object') stdin.on('error', () => stream.destroy()).pipe(stream)
      else stream.end(stdin ?? '')
    }
    /**
     * Perhaps the machine takes fewer channels than were thought. sshd frees one some moments after it has told that it is
     * closed, and refuses what follows at once; so only the second refusal in a row tells that there are fewer. The command
     * has not begun: it waits for its turn.
     */
    const refused = (error: Error & { readonly reason?: number | string }) => {
      if (!/open fail/i.test(error.message) || ++refusals > MOST_REFUSALS)
        return finish(() => fail(`no channel: ${error.message}`))
      if (refusals % 2 === 1) return void sleep(REFUSED_MS, undefined, { ref: false }).then(open)
      const alone = !channels.shrink()
      giveBack()
      void sleep(alone ? REFUSED_MS : 0, undefined, { ref: false }).then(begin)
    }
    const open = () => {
      if (over) return
      try {
        client.exec(loginLine(line, mark), opened)
      } catch (error) {
        finish(() => fail((error as Error).message))
      }
    }
    const begin = async () => {
      const place = await channels.take(urgent, way ? () => way.abort() : undefined)
      if (over) return place()
      giveBack = place
      open()
    }
    void begin()
  })
  done.catch(() => {}) // whoever waits for it is told; nobody has to
  return { out, done }
}

/** One channel beside those for work: of the two that are left to the person. */
function terminal(client: Client, line: ShLine, { columns, rows }: TerminalSize): Promise<Tty> {
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: ClientChannel) => {
      if (error !== undefined) return reject(new Unreachable(`no terminal: ${error.message}`))
      const out = new PassThrough()
      out.on('error', () => {})
      channel.on('error', () => {}) // its close says so
      channel.on('close', () => out.end())
      channel.pipe(out)
      resolve({
        out,
        write: text => void channel.write(text),
        resize: size => channel.setWindow(size.rows, size.columns, 0, 0),
        close: () => channel.close(),
      })
    }
    try {
      const pty = { term: 'xterm-256color', cols: columns, rows, width: 0, height: 0, modes: {} }
      client.exec(terminalLine(line), { pty }, opened)
    } catch (error) {
      reject(new Unreachable((error as Error).message))
    }
  })
}

/**
 * Ends the command's process group and the channel. ssh2's own `channel.signal` says nothing once our side of the
 * channel is at its end (https://www.rfc-editor.org/rfc/rfc4254#section-6.9 allows it), so its protocol is asked.
 */
function killCommand(client: Client, channel: ClientChannel, pid: number | null): void {
  const { _protocol } = client as unknown as { readonly _protocol: { signal(id: number, name: string): void } }
  const { outgoing } = channel as unknown as { readonly outgoing: { readonly id: number; readonly state: string } }
  if (outgoing.state !== 'open' && outgoing.state !== 'eof') return
  try {
    _protocol.signal(outgoing.id, 'KILL')
    channel.close()
    // Where commands are wrapped by the server (ForceCommand) it passes no signals on.
    if (pid !== null) client.exec(loginLine(sh`kill -s KILL -- -${pid} 2>/dev/null`, newMark()), () => {})
  } catch {
    // the line has just gone, and nothing can be said on it any more
  }
}

/** As a shell says it: 128 + the signal's number. */
function exitOfSignal(name: string | null | undefined): number | null {
  if (name === undefined || name === null) return null
  return 128 + (constants.signals[name as NodeJS.Signals] ?? 0)
}
