import type { AnyAuthMethod, Client } from 'ssh2'
import type { Question } from '../../../../shared/contract.ts'
import type { ResolvedHost } from './ssh-config.ts'
import { type OfferedKey, offeredKeys } from './ssh-keys.ts'
import { type Login, WantsLogin } from './transport.ts'

/** One login: what to try next, and afterwards why it did not succeed. */
export interface Attempt {
  /** The host is the right one: the login begins. */
  readonly begin: (client: Client) => void
  readonly next: (
    left: readonly string[] | null,
    partial: boolean | null,
    then: (next: AnyAuthMethod | false) => void,
  ) => void
  /** Whether a person had to answer. */
  readonly attended: boolean
  /** A person is being asked: the clock stands still. */
  readonly asking: boolean
  /** Why it ended where that is known; null: the line was cut. */
  reason(): WantsLogin | null
  /** Why nothing was left to try. */
  failure(): WantsLogin
}

/** sshd's LoginGraceTime is 120 s: an answer that comes later comes to nobody. */
const GRACE_MS = 115_000

type Asked = Pick<Question, 'kind' | 'text' | 'echo'>

/**
 * Logs in as the server asks: it says which methods are left, and of those the first in the person's order is tried.
 * Nothing that would want a person is begun without one, so that no code is sent to a telephone in the background; and
 * no question is put twice, so that no account is locked by Larmor.
 */
export async function createAttempt(host: ResolvedHost, login: Login): Promise<Attempt> {
  let began = Date.now()
  const over = new AbortController()
  let heard: Heard = { left: null, partial: false }
  let client: Client | null = null
  let attended = false
  let asking = false
  /** Why it cannot go on, in the words of the last thing that went wrong. */
  let why: WantsLogin | null = null
  const tried = new Set<string>()
  const passphrases = new Map<string, Promise<string | null>>()

  async function ask(asked: Asked): Promise<string | null> {
    if (login.ask === null) return null
    attended = true
    login.count('prompts')
    asking = true
    const answer = await login.ask({ ...asked, until: new Date(began + GRACE_MS).toISOString() }, over.signal)
    asking = false
    return answer
  }
  function passphrase(path: string): Promise<string | null> {
    const known =
      passphrases.get(path) ?? ask({ kind: 'passphrase', text: `Passphrase of the key ${path}: `, echo: false })
    passphrases.set(path, known)
    return known
  }

  const { keys, missing } = await offeredKeys(host, login.ask === null ? null : passphrase)
  const waiting: OfferedKey[] = [...keys]
  /** The next method, or false where nothing is left that may be tried. */
  function choose(): AnyAuthMethod | false {
    const { user: username } = host
    const left = heard.left ?? []
    for (const method of host.methods) {
      if (!left.includes(method)) continue
      if (method === 'publickey') {
        const key = waiting.shift()
        if (key) return { type: 'agent', username, agent: key.agent }
        continue
      }
      if (tried.has(method)) {
        why ??= refused(method)
        continue
      }
      // What a wrong code did not open is not tried with the password that was just typed.
      if (tried.size > 0 && !heard.partial) continue
      if (login.ask === null) {
        why ??= heard.partial ? personWanted(method) : null
        return false
      }
      tried.add(method)
      if (method === 'password') return { type: 'password', username, password: '' }
      return { type: 'keyboard-interactive', username, prompt: (...given) => void answer(given) }
    }
    return false
  }

  async function answer([, instructions, , prompts, finish]: Parameters<
    Extract<AnyAuthMethod, { readonly type: 'keyboard-interactive' }>['prompt']
  >): Promise<void> {
    const answers: string[] = []
    for (const { prompt, echo } of prompts) {
      const text = [instructions, prompt].filter(Boolean).join('\n')
      const given = await ask({ kind: kindOf(prompt), text, echo: echo ?? false })
      if (given === null) return decline()
      answers.push(given)
    }
    finish(answers)
  }
  function decline(): void {
    why = new WantsLogin(
      `Nobody answered what ${host.given} asks at the login.`,
      'Log in again when you have the answer at hand: larmor machines connect NAME.',
    )
    client?.end()
  }
  function refused(method: string): WantsLogin {
    const what = method === 'password' ? 'password' : 'answer'
    return new WantsLogin(
      `${host.given} did not accept the ${what} for ${host.user}.`,
      'Nothing is tried again by itself, so that the account is not locked. larmor machines connect NAME asks once more.',
    )
  }
  function noKey(): WantsLogin {
    const names = keys.map(({ name }) => name).join(', ')
    const offered = keys.length === 0 ? 'there is no key to try' : `it does not accept the key ${names}`
    const ticket = host.lacksTicket ? ['There is no Kerberos ticket, or it has expired.'] : []
    const takes = heard.left === null ? '' : ` It takes: ${heard.left.join(', ') || 'nothing'}.`
    return new WantsLogin(
      [`No login at ${host.given} as ${host.user}: ${offered}.${takes}`, ...missing, ...ticket].join(' '),
      host.lacksTicket ? 'Get a ticket (kinit), then larmor machines connect NAME.' : hintOf(missing, heard.left ?? []),
    )
  }
  function personWanted(method: string): WantsLogin {
    const what = method === 'password' ? 'a password' : 'an answer from a person (a code or a password)'
    return new WantsLogin(`The login at ${host.given} wants ${what}.`, 'larmor machines connect NAME asks for it.')
  }

  // With nothing to show and nobody to ask the host would only be bothered.
  if (keys.length === 0 && login.ask === null) throw noKey()

  return {
    begin(of) {
      client = of
      began = Date.now()
      heard = listenToFailures(of)
      // A signature that could not be made: ssh2 goes on to the next key by itself.
      of.on('error', (error: Error & { readonly level?: string }) => {
        if (error.level === 'agent') why = new WantsLogin(error.message, 'larmor machines connect NAME asks again.')
      })
      of.once('close', () => over.abort())
    },
    get attended() {
      return attended
    },
    get asking() {
      return asking
    },
    next(left, _partial, then) {
      // The first call only finds out which methods there are.
      if (left === null) return then({ type: 'none', username: host.user })
      const method = choose()
      if (method === false || method.type !== 'password') return then(method)
      const text = `Password for ${host.user} at ${host.given}: `
      void ask({ kind: 'password', text, echo: false }).then(password =>
        password === null ? decline() : then({ ...method, password }),
      )
    },
    reason: () => why,
    failure: () => why ?? noKey(),
  }
}

function hintOf(missing: readonly string[], left: readonly string[]): string {
  if (missing.some(text => text.includes('passphrase')))
    return 'larmor machines connect NAME asks for the passphrase; ssh-add gives the key to the agent instead.'
  if (missing.some(text => text.includes('agent')))
    return 'Start an agent and ssh-add the key, or name the key file: larmor machines set NAME --identity FILE.'
  if (left.some(method => method !== 'publickey'))
    return 'larmor machines connect NAME asks for a password or a code; or add the public key to ~/.ssh/authorized_keys there.'
  return 'Add the public key to ~/.ssh/authorized_keys there, or name another: larmor machines set NAME --identity FILE --user NAME.'
}

function kindOf(prompt: string): Question['kind'] {
  if (/code|token|otp|one.?time|verification|factor|passcode|duo/i.test(prompt)) return 'code'
  return /pass(word|wort)|kennwort|mot de passe/i.test(prompt) ? 'password' : 'code'
}

interface Heard {
  readonly left: readonly string[] | null
  readonly partial: boolean
}

/**
 * What the server said when it last did not let us in. ssh2 tells neither after a key of an agent, and a key that was
 * accepted as the first of two factors is such a case (https://www.rfc-editor.org/rfc/rfc4252#section-5.1), so its
 * protocol is listened to.
 */
function listenToFailures(client: Client): Heard {
  const heard: { -readonly [Key in keyof Heard]: Heard[Key] } = { left: null, partial: false }
  const { _protocol } = client as unknown as {
    readonly _protocol: {
      readonly _handlers: { USERAUTH_FAILURE: (protocol: unknown, left: string[], partial: boolean) => void }
    }
  }
  const told = _protocol._handlers.USERAUTH_FAILURE
  _protocol._handlers.USERAUTH_FAILURE = (protocol, left, partial) => {
    heard.left = left
    heard.partial = partial
    told(protocol, left, partial)
  }
  return heard
}
