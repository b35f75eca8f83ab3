import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { homedir } from 'node:os'
import { PassThrough } from 'node:stream'
import type { Printed } from '../../../../shared/schedulers/index.ts'
import type { ShLine } from '../../../../shared/sh.ts'
import { MOST_ERROR_TEXT, printed } from './printed.ts'
import { type ExecOptions, type Running, type Session, type Transport, Unreachable } from './transport.ts'

/** This computer, by the same shell lines as any other machine. */
export const local: Transport = { id: 'local', connect: async () => session }

const session: Session = {
  exec: (line, options) => printed(start(line, options), options?.maxBytes),
  stream: start,
  greeting: () => '',
  terminal: async (line, size) => (await import('./local-terminal.ts')).localTerminal(line, size),
  watch(folder, changed) {
    try {
      const watcher = watch(folder, { persistent: false }, changed)
      watcher.on('error', () => watcher.close()) // the folder was removed: the next look finds out
      return () => watcher.close()
    } catch {
      return () => {} // no watches are left on this computer: looking now and then does as well
    }
  },
  close: async () => {},
  lost: new AbortController().signal,
  attended: false,
}

function start(line: ShLine, { stdin, signal }: ExecOptions = {}): Running {
  if (signal?.aborted) return neverBegun()
  // A process group of its own: a ctrl-C for Larmor is not one for what Larmor started.
  const child = spawn('/bin/sh', ['-c', line.sh], { cwd: homedir(), detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const abort = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // its group has ended by itself; who has left it may still hold its output
    }
  }
  signal?.addEventListener('abort', abort, { once: true })
  child.stdin.on('error', () => {}) // it ended without reading all of it; its exit status says how
  if (typeof stdin === 'object') stdin.on('error', () => child.stdin.destroy()).pipe(child.stdin)
  else child.stdin.end(stdin ?? '')

  const done = new Promise<Printed>((resolve, reject) => {
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (err.length < MOST_ERROR_TEXT) err += text
    })
    child.on('error', error => reject(new Unreachable(`this computer cannot start a shell: ${error.message}`)))
    child.on('close', (code, killed) => {
      signal?.removeEventListener('abort', abort)
      if (signal?.aborted) reject(new Unreachable('the command was given up'))
      else resolve({ exit: code ?? (killed ? 137 : null), out: '', err })
    })
  })
  done.catch(() => {}) // whoever waits for it is told; nobody has to
  return { out: child.stdout, done }
}

function neverBegun(): Running {
  const error = new Unreachable('the command was given up')
  const out = new PassThrough()
  out.on('error', () => {}).destroy(error) // whoever reads it is told; nobody has to read
  const done = Promise.reject(error)
  done.catch(() => {})
  return { out, done }
}
