import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SshSettings } from '../../../../shared/model/machine.ts'
import { agentHere, answers } from './agent-socket.ts'
import { relayQuestions } from './askpass.ts'
import { type ResolvedHost, sshArguments } from './ssh-config.ts'
import { systemSession } from './system-ssh-session.ts'
import { declined, moreOf, readQuestion, touchWanted, whyItEnded } from './system-ssh-words.ts'
import { type Login, type Session, Unreachable, WantsLogin } from './transport.ts'

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
  // ssh would wait for it as long as it is silent.
  const silent = host.agent !== null && !(await answers(host.agent))
  if (silent) options.push('IdentityAgent=none')
  const agent = silent ? null : await agentHere()
  if (login.signal.aborted) {
    await relay.stop()
    await rm(folder, { recursive: true, force: true })
    throw new Unreachable('the connection was given up')
  }
  login.count('connections')
  login.count('login_tries')
  const master = spawn(
    'ssh',
    ['-M', '-N', '-T', '-S', control, ...options.flatMap(option => ['-o', option]), ...sshArguments(settings)],
    {
      detached: true, // no terminal: what it asks goes through the relay
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, SSH_AUTH_SOCK: agent ?? undefined, ...relay.env },
    },
  )
  let words = silent ? `The ssh-agent at ${host.agent} does not answer.\n` : ''
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
  if (!alive || refusal !== null) throw refusal ?? (await whyItEnded(host, words))
  return systemSession(master, control, attended, ended)
}
