import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { SshSettings } from '../../../../shared/model/machine.ts'
import { printable } from '../../../../shared/printable.ts'
import type { Printed } from '../../../../shared/schedulers/index.ts'
import { type ShLine, sh } from '../../../../shared/sh.ts'
import { agentHere } from './agent-socket.ts'
import { relayQuestions } from './askpass.ts'
import { type Channels, createChannels } from './channels.ts'
import { afterMark, loginLine, newMark, terminalLine } from './login-line.ts'
import { printed } from './printed.ts'
import { sftpFiles, sftpOver } from './sftp.ts'
import { type ResolvedHost, sshArguments } from './ssh-config.ts'
import { type ExecOptions, type Login, type Running, type Session, Unreachable, WantsLogin } from './transport.ts'

const MOST_CHANNELS = 8
const MOST_ERROR_TEXT = 65_536
const READY_MS = 50

/** For every run of ssh: nothing of the configuration that would do more than connect. */
const PLAIN = [
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
]
const MASTER = [
  'ControlMaster=yes',
  'ControlPersist=no',
  'ServerAliveInterval=15',
  'ServerAliveCountMax=3',
  'ConnectTimeout=20',
]
/** Alone, only what asks nobody is tried: no code is sent to a telephone. */
const ALONE = ['KbdInteractiveAuthentication=no', 'PasswordAuthentication=no']

/**
 * The machines that ssh2 cannot reach, by the system's own ssh: one master connection (ControlMaster of ssh_config(5)),
 * each command a session of it. It checks the host key itself; what it asks goes to the same person.
 */
export async function connectBySystem(host: ResolvedHost, settings: SshSettings, login: Login): Promise<Session> {
  if (process.platform === 'win32')
    throw new Unreachable(
      `${host.given} cannot be reached from Windows: ${host.beyond}.`,
      'Use Larmor inside WSL for it.',
    )
  const folder = await mkdtemp(join(tmpdir(), 'larmor-ssh-'))
  const control = join(folder, 'control')
  let attended = false
  let refusal: WantsLogin | null = null
  async function answer(text: string): Promise<string | null> {
    const question = readQuestion(text)
    if (question.kind === 'host-key' && settings.host_key !== null) {
      if (question.fingerprint === settings.host_key.replace(/=+$/, '')) return 'yes'
      refusal = new WantsLogin(
        `${host.given} shows the host key ${question.fingerprint}, but ${settings.host_key} is the one that was accepted for it. Nothing was sent.`,
        'If those who run the machine say that its key has changed: larmor machines set NAME --host-key SHA256:...',
        moreOf(question),
      )
      return 'no'
    }
    if (login.ask !== null) login.count('prompts')
    const answer = login.ask === null ? null : await login.ask({ ...question, until: null }, login.signal)
    if (answer === null) refusal = declined(host, question)
    else if (question.kind !== 'host-key') attended = true
    return answer
  }
  /** The login has come to its end: nobody waits for a touch any more. */
  const over = new AbortController()
  let touching = false
  async function touch(): Promise<void> {
    // A token that blinks with nobody there would be touched for something else.
    if (login.ask === null) refusal = touchWanted(host)
    if (login.ask === null || touching) return
    attended = true
    touching = true
    login.count('prompts')
    const text = `Touch your security key now: the login at ${host.given} waits for it.`
    const until = AbortSignal.any([login.signal, over.signal])
    const answer = await login.ask({ kind: 'touch', text, echo: true, until: null }, until)
    touching = false
    if (answer === null && !until.aborted) refusal = touchWanted(host)
  }
  const relay = await relayQuestions(folder, answer, () => void touch())
  const options = [
    ...PLAIN,
    ...MASTER,
    'NumberOfPasswordPrompts=1',
    'StrictHostKeyChecking=ask',
    ...(login.ask === null ? ALONE : []),
    // A pinned key is asked about each time, and the answer is the pin.
    ...(settings.host_key === null ? [] : ['UserKnownHostsFile=/dev/null', 'GlobalKnownHostsFile=/dev/null']),
  ]
  const agent = await agentHere()
  if (login.signal.aborted) {
    await relay.stop()
    await rm(folder, { recursive: true, force: true })
    throw new Unreachable('the connection was given up')
  }
  login.count('connections')
  login.count('login_tries')
  const master = spawn('ssh', ['-M', '-N', '-T', '-S', control, ...flags(options), ...sshArguments(settings)], {
    detached: true, // no terminal: what it asks goes through the relay
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...(agent === null ? {} : { SSH_AUTH_SOCK: agent }), ...relay.env },
  })
  let words = ''
  master.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4000)
  })
  const ended = new Promise<void>(resolve => master.once('close', () => resolve()).once('error', () => resolve()))
  let alive = true
  // With all that it has started: the helper that speaks to a security key would wait for a touch, and hold its output open.
  const end = (signal: NodeJS.Signals) => {
    try {
      if (master.pid !== undefined && alive) process.kill(-master.pid, signal)
    } catch {
      master.kill(signal) // it is about to end
    }
  }
  const giveUp = () => end('SIGKILL')
  login.signal.addEventListener('abort', giveUp, { once: true })
  void ended.then(() => rm(folder, { recursive: true, force: true }))
  void ended.then(() => {
    alive = false
  })
  while (alive && !existsSync(control)) {
    if (refusal !== null) end('SIGTERM')
    await Promise.race([ended, sleep(READY_MS)])
  }
  await relay.stop()
  over.abort()
  login.signal.removeEventListener('abort', giveUp)
  if (refusal !== null) end('SIGTERM')
  if (!alive || refusal !== null) throw refusal ?? (await fault(host, words))
  return session(master, control, attended, ended)
}

function flags(options: readonly string[]): string[] {
  return options.flatMap(option => ['-o', option])
}

interface AskedBySsh {
  readonly kind: 'host-key' | 'passphrase' | 'password' | 'code'
  readonly text: string
  readonly echo: boolean
  readonly fingerprint?: string
  readonly keytype?: string
}

/** What ssh asks, by its own words (readpass.c and sshconnect.c of OpenSSH). */
function readQuestion(text: string): AskedBySsh {
  if (/authenticity of host/i.test(text)) {
    const [, type = '', fingerprint = ''] = /(\S+) key fingerprint is (SHA256:[A-Za-z0-9+/]+)/.exec(text) ?? []
    return { kind: 'host-key', text, echo: true, fingerprint, keytype: `ssh-${type.toLowerCase()}` }
  }
  if (/passphrase/i.test(text)) return { kind: 'passphrase', text, echo: false }
  const code = /code|token|otp|one.?time|verification|factor|pin\b/i.test(text)
  return { kind: !code && /password/i.test(text) ? 'password' : 'code', text, echo: false }
}

function moreOf({ fingerprint, keytype }: AskedBySsh): Readonly<Record<string, string>> {
  return fingerprint && keytype ? { fingerprint, keytype } : {}
}

function touchWanted(host: ResolvedHost): WantsLogin {
  return new WantsLogin(
    `The login at ${host.given} wants a touch of your security key.`,
    'larmor machines connect NAME, and touch it when it blinks.',
  )
}

function declined(host: ResolvedHost, question: AskedBySsh): WantsLogin {
  if (question.kind === 'host-key')
    return new WantsLogin(
      `The machine ${host.given} is not known yet: its ${question.keytype} key is ${question.fingerprint}. Nothing was sent.`,
      'Compare this with what those who run it say; then larmor machines connect NAME, or set --host-key to it.',
      moreOf(question),
    )
  return new WantsLogin(
    `The login at ${host.given} wants an answer from a person.`,
    'larmor machines connect NAME asks for it.',
  )
}

/** Why ssh ended, in its own words. */
async function fault(host: ResolvedHost, words: string): Promise<Unreachable> {
  const said =
    printable(words.replaceAll(/^Warning: Permanently added .*$/gm, ''))
      .trim()
      .split('\n')
      .slice(-6)
      .join(' ') || 'ssh ended without a word'
  if (/IDENTIFICATION HAS CHANGED|revoked/i.test(words))
    return new WantsLogin(
      `The host key of ${host.given} has changed. Nothing was sent. ${said}`,
      `ssh ${host.given} says the same; ask those who run it.`,
    )
  const expired = await expiredCertificate(host)
  if (/Permission denied/.test(words) && expired !== null)
    return new WantsLogin(
      `The certificate ${expired.path} has expired: it was valid to ${expired.until} UTC. ${said}`,
      'Get a new certificate where you got this one, then larmor machines connect NAME.',
    )
  if (/Permission denied|Host key verification failed|Too many authentication failures|certificate/i.test(words))
    return new WantsLogin(
      `No login at ${host.given} as ${host.user}: ${said}`,
      'larmor machines connect NAME asks for what is wanted; has a certificate or a ticket expired?',
    )
  return new Unreachable(
    `${host.given} is not reached: ${said}`,
    `ssh ${host.given} should work first. Larmor tries again by itself.`,
  )
}

/** ssh itself does not say it: the server merely refuses. */
async function expiredCertificate({ certificates }: ResolvedHost): Promise<{ path: string; until: string } | null> {
  for (const path of certificates) {
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' }
    const shown = await promisify(execFile)('ssh-keygen', ['-L', '-f', path], { env }).catch(() => ({ stdout: '' }))
    const until = /^\s*Valid: .*(?:to|before) (\S+)\s*$/m.exec(shown.stdout)?.[1]
    if (until !== undefined && Date.parse(`${until}Z`) < Date.now()) return { path, until }
  }
  return null
}

function session(master: ChildProcess, control: string, attended: boolean, ended: Promise<void>): Session {
  const lost = new AbortController()
  setMaxListeners(0, lost.signal)
  void ended.then(() => lost.abort(new Unreachable('the connection was lost')))
  // Should the master be gone, ssh would connect anew, and log in: it is given a way that leads nowhere.
  const way = ['-F', '/dev/null', '-S', control, ...flags(['ControlMaster=no', 'ProxyCommand=false'])]
  const client = [...way, '-T', '--', 'master']
  const channels = createChannels(MOST_CHANNELS)
  let greeting = ''
  const start = (line: ShLine, options: ExecOptions = {}) =>
    command(client, channels, lost.signal, line, options, told => {
      greeting = told
    })
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

const MOST_REFUSALS = 50
const REFUSED_MS = 100

/** One session of the master. ssh exits 255 both for itself and for a command that does, so the machine says how it ended. */
function command(
  client: readonly string[],
  channels: Channels,
  lost: AbortSignal,
  line: ShLine,
  { stdin, signal: givenUp, urgent = false, lasting = false }: ExecOptions,
  told: (greeting: string) => void,
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
        told(begun.greeting)
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
