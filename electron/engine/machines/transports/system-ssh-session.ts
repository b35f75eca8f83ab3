import { type ChildProcess, spawn } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Printed } from '../../../../shared/schedulers/index.ts'
import { type ShLine, sh } from '../../../../shared/sh.ts'
import { createChannels, MOST_REFUSALS, type OpenLine, REFUSED_MS } from './channels.ts'
import { afterMark, loginLine, newMark, terminalLine } from './login-line.ts'
import { MOST_ERROR_TEXT, printed } from './printed.ts'
import { sftpFiles, sftpOver } from './sftp.ts'
import { type ExecOptions, type Running, type Session, Unreachable } from './transport.ts'

/** The session of a master connection that is logged in: its socket is `control`. `attended`: a person had to answer for it. */
export function systemSession(master: ChildProcess, control: string, attended: boolean, ended: Promise<void>): Session {
  const lost = new AbortController()
  setMaxListeners(0, lost.signal)
  void ended.then(() => lost.abort(new Unreachable('the connection was lost')))
  // Should the master be gone, ssh would connect anew, and log in: it is given a way that leads nowhere.
  const way = ['-F', '/dev/null', '-S', control, '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false']
  const channels = createChannels()
  let greeting = ''
  const open: OpenLine<readonly string[]> = {
    client: [...way, '-T', '--', 'master'],
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
    async terminal(line, size) {
      // ssh passes the size of its own terminal on; what is typed is the machine's, escapes and all.
      const words = [...way, '-q', '-e', 'none', '-tt', '--', 'master', terminalLine(line)]
      return (await import('./local-terminal.ts')).localTerminal(sh`exec ssh ${words}`, size)
    },
    async sftp() {
      const giveBack = await channels.take(false)
      const child = spawn('ssh', [...way, '-s', '--', 'master', 'sftp'], {
        stdio: ['pipe', 'pipe', 'ignore'],
        detached: true,
      })
      const end = () => child.kill()
      if (lost.signal.aborted) end()
      lost.signal.addEventListener('abort', end, { once: true })
      child.once('close', () => lost.signal.removeEventListener('abort', end))
      return sftpOver(child).then(
        sftp => sftpFiles(sftp, giveBack),
        error => {
          giveBack()
          throw lost.signal.aborted ? lost.signal.reason : error
        },
      )
    },
    async close() {
      master.kill()
      await ended
    },
    lost: lost.signal,
    attended,
  }
}

/** One session of the master. ssh exits 255 both for itself and for a command that does, so the machine says how it ended. */
function command(
  { client, channels, lost, greeted }: OpenLine<readonly string[]>,
  line: ShLine,
  { stdin, signal: givenUp, urgent = false, lasting = false }: ExecOptions,
): Running {
  const out = new PassThrough()
  out.on('error', () => {}) // whoever reads it is told; nobody has to read
  const way = lasting ? new AbortController() : null
  const signal = way === null ? givenUp : AbortSignal.any([way.signal, ...(givenUp ? [givenUp] : [])])
  const mark = newMark()
  const whole = sh`/bin/sh -c ${line.sh}; s=$?; printf '%s %s\\n' ${mark} "$s" >&2; exit "$s"`
  let pid: number | null = null
  let child: ChildProcess | null = null
  /** Resolves when all that the command printed has been passed on. */
  let ended: Promise<void> | null = null
  /** Aborts when the command is over: the connection, which lives on, holds nothing of it. */
  const over = new AbortController()

  const give = new Promise<never>((_, reject) => {
    const end = (text: string) => () => {
      if (signal?.aborted && pid !== null) kill(client, pid)
      child?.kill('SIGKILL')
      reject(new Unreachable(text))
    }
    const given = end('the command was given up')
    const cut = end('the line was lost before the command told how it ended')
    if (lost.aborted) return cut()
    if (signal?.aborted) return given()
    lost.addEventListener('abort', cut, { once: true, signal: over.signal })
    signal?.addEventListener('abort', given, { once: true, signal: over.signal })
  })
  give.catch(() => {})

  async function run(): Promise<Printed> {
    for (let refusals = 0; ; refusals++) {
      // What is given up before it begins, or between two tries, has no process that could be ended.
      if (lost.aborted || signal?.aborted) await give
      const place = channels.take(urgent, way ? () => way.abort() : undefined)
      const back = await Promise.race([place, give]).catch(error => {
        void place.then(late => late()) // whoever was given up keeps no place that comes later
        throw error
      })
      try {
        const answer = await Promise.race([once(), give])
        if (answer !== 'refused') return answer
        if (refusals === MOST_REFUSALS) throw new Unreachable('the machine takes no further command')
        // A command that was given up keeps its session until it finds out that nobody listens.
        if (!channels.shrink()) await sleep(REFUSED_MS * Math.min(10, 1 + refusals))
      } finally {
        back()
      }
    }
  }

  function once(): Promise<Printed | 'refused'> {
    const started = spawn('ssh', [...client, loginLine(whole, mark)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    child = started
    let err = ''
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = err.length < MOST_ERROR_TEXT ? err + text : err.slice(0, MOST_ERROR_TEXT) + text.slice(-200)
    })
    started.stdin.on('error', () => {}) // it ended without reading all of it; its exit status says how
    const body = started.stdout.pipe(
      afterMark(mark, begun => {
        pid = begun.pid
        greeted(begun.greeting)
        body.pipe(out, { end: false })
        ended = finished(body).catch(() => {})
        if (typeof stdin === 'object') stdin.on('error', () => started.kill('SIGKILL')).pipe(started.stdin)
        else started.stdin.end(stdin ?? '')
      }),
    )
    out.on('close', () => started.stdout.destroy()) // the reader has enough, or all of it
    return new Promise((resolve, reject) => {
      started.on('error', error => reject(new Unreachable(`ssh cannot be started: ${error.message}`)))
      started.on('close', () => {
        const at = err.lastIndexOf(`${mark} `)
        if (at >= 0)
          return resolve({ exit: Number.parseInt(err.slice(at + mark.length), 10), out: '', err: err.slice(0, at) })
        if (pid === null && /refused|open failed|session request failed/i.test(err)) return resolve('refused')
        reject(new Unreachable('the line was lost before the command told how it ended'))
      })
    })
  }

  const done = run().finally(() => over.abort())
  // Not when the line ends: a line that is cut ends as well, and must not be taken for the end of the data.
  done.then(
    async () => {
      await ended
      out.end()
    },
    (error: Error) => out.destroy(error),
  )
  return { out, done }
}

/** Ends the process group of a command that nobody waits for any more. */
function kill(client: readonly string[], pid: number): void {
  spawn('ssh', [...client, loginLine(sh`kill -s KILL -- -${pid} 2>/dev/null`, newMark())], { stdio: 'ignore' }).unref()
}
