import { Client, type ConnectConfig } from 'ssh2'
import type { SshSettings } from '../../../../shared/model/machine.ts'
import { asConfigured } from '../../../../shared/model/machine.ts'
import { monotonic } from '../monotonic.ts'
import { checkHostKey, type HostKeyCheck, knownHostsOf } from './host-key.ts'
import { hostNames } from './known-hosts.ts'
import { type ResolvedHost, resolveHost } from './ssh-config.ts'
import { createAttempt } from './ssh-login.ts'
import { sshSession } from './ssh-session.ts'
import { cut, noLine, notKept, silent } from './ssh-words.ts'
import { connectBySystem } from './system-ssh.ts'
import { type Login, type Transport, Unreachable, WantsLogin } from './transport.ts'

/** A machine behind SSH: one connection, each command a channel of it. */
export const ssh: Transport = {
  id: 'ssh',
  async connect(machine, login) {
    const { ssh: settings } = machine.settings
    if (settings === null)
      throw new WantsLogin(`${machine.name} has no SSH settings.`, 'larmor machines set NAME --ssh HOST')
    const host = await resolveHost(settings)
    const why = await beyondSsh2(host, settings)
    if (why !== null) return connectBySystem(host, settings, login)
    const { client, attended } = await openClient({ host, settings, login, upTo: 'login', jumps: 0 })
    return sshSession(client, attended)
  },
}

/** Why only the system's ssh can reach this host, or one on the way to it. */
async function beyondSsh2(host: ResolvedHost, settings: SshSettings, depth = 0): Promise<string | null> {
  if (host.beyond !== null) return host.beyond
  const hop = depth < MOST_JUMPS ? lastHop(host, settings) : null
  const why = hop && (await beyondSsh2(await resolveHost(hop), hop, depth + 1))
  if (why) return why
  if (settings.host_key !== null) return null
  const known = await knownHostsOf(host)
  const certified = known.certified(hostNames(host.host, host.port, host.hostKeyAlias))
  return certified ? 'a certificate authority vouches for its host key' : null
}

/** What a host shows before anybody has logged in: `known`, or the key that a person has to compare. */
export async function seeHostKey(settings: SshSettings, login: Login): Promise<'known' | WantsLogin> {
  const host = await resolveHost(settings)
  if ((await beyondSsh2(host, settings)) !== null) return 'known' // the system's ssh asks when it connects
  const known = await knownHostsOf(host)
  if (settings.host_key !== null || known.types(hostNames(host.host, host.port, host.hostKeyAlias)).length > 0)
    return 'known'
  const seen = await openClient({ host, settings, login, upTo: 'host key', jumps: 0 }).catch((error: unknown) => {
    if (error instanceof WantsLogin && error.more.fingerprint !== undefined) return error
    throw error
  })
  return seen instanceof WantsLogin ? seen : 'known'
}

/** A connection to be made. */
interface Opening {
  readonly host: ResolvedHost
  readonly settings: SshSettings
  readonly login: Login
  /** 'host key' ends it before the login. */
  readonly upTo: 'host key' | 'login'
  /** How many hosts it is away from the one that was asked for, on the way to it. */
  readonly jumps: number
}

interface Opened {
  readonly client: Client
  readonly attended: boolean
}

/** How long a host may take to answer, and to go on once it has been answered. */
const SILENCE_MS = 20_000
const MOST_JUMPS = 8

/** The connection, through the hosts before it. */
async function openClient(opening: Opening): Promise<Opened> {
  const way = await wayThrough(opening)
  try {
    const opened = await openAlongKeys(opening, way)
    opened.client.once('close', () => way?.end())
    return { ...opened, attended: opened.attended || (way?.attended ?? false) }
  } catch (error) {
    way?.end()
    throw error
  }
}

/** The last of the hosts to go through, as a machine of its own; null where the host is reached directly. */
function lastHop({ jumps }: ResolvedHost, settings: SshSettings): SshSettings | null {
  const last = jumps.at(-1)
  if (last === undefined) return null
  const [, user, name, port] = /^(?:ssh:\/\/)?(?:(.+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(last) ?? []
  if (name === undefined)
    throw new Unreachable(`"${last}" is no host to go through.`, 'As after ssh -J: user@host:port')
  const before = jumps.slice(0, -1).join(',')
  return {
    ...asConfigured,
    host: name.replace(/^\[|\]$/g, ''),
    user: user ?? null,
    port: port === undefined ? null : Number(port),
    jump: before === '' ? null : before,
    config: settings.config,
    known_hosts: settings.known_hosts,
  }
}

interface Way {
  sock(): Promise<NonNullable<ConnectConfig['sock']>>
  readonly attended: boolean
  end(): void
}

/** The last of the hosts to go through, logged in; null where the host is reached directly. */
async function wayThrough({ host, settings, login, jumps }: Opening): Promise<Way | null> {
  const hop = lastHop(host, settings)
  if (hop === null) return null
  if (jumps === MOST_JUMPS)
    throw new Unreachable(`The way to ${host.given} goes through more than ${MOST_JUMPS} hosts.`)
  const last = hop.host
  const { client, attended } = await openClient({
    host: await resolveHost(hop),
    settings: hop,
    // One connection to one machine is counted, however many hosts lie between; a person is asked for each.
    login: { ...login, count: what => what === 'prompts' && login.count(what) },
    upTo: 'login',
    jumps: jumps + 1,
  })
  return {
    attended,
    end: () => client.end(),
    sock: () =>
      new Promise((resolve, reject) =>
        client.forwardOut('127.0.0.1', 0, host.host, host.port, (error, channel) =>
          error
            ? reject(new Unreachable(`${last} cannot reach ${host.host} on port ${host.port}: ${error.message}.`))
            : resolve(channel),
        ),
      ),
  }
}

/** Where one key is pinned, the host is asked for its other ones before it is called a stranger. */
async function openAlongKeys(opening: Opening, way: Way | null): Promise<Opened> {
  const { host, settings, login } = opening
  const check = await checkHostKey(host, settings.host_key, login)
  if (settings.host_key === null) return openOnce(opening, way, check, check.algorithms)
  let stranger: unknown
  for (const only of [
    ['ssh-ed25519'],
    check.algorithms.filter(name => name.startsWith('ecdsa')),
    ['rsa-sha2-512', 'rsa-sha2-256'],
  ]) {
    try {
      return await openOnce(opening, way, check, only)
    } catch (error) {
      if (check.refusal() === null && !isNoCommonKey(error)) throw error
      if (check.refusal() !== null || stranger === undefined) stranger = error
    }
  }
  throw stranger
}

function isNoCommonKey(error: unknown): boolean {
  return error instanceof Unreachable && /no matching host key/i.test(error.message)
}

/** `algorithms`: those of host keys that the host is asked for, best first. */
async function openOnce(
  { host, login, upTo }: Opening,
  way: Way | null,
  check: HostKeyCheck,
  algorithms: readonly string[],
): Promise<Opened> {
  const attempt = upTo === 'login' ? await createAttempt(host, login) : null
  const sock = await way?.sock()
  // Only now, since no signal tells of itself a second time: nothing is waited for before `giveUp` listens.
  if (login.signal.aborted) throw new Unreachable('the connection was given up')
  const client = new Client()
  let checking = false
  login.count('connections')
  return new Promise<Opened>((resolve, reject) => {
    let heard = monotonic()
    const watch = setInterval(() => {
      if (checking || attempt?.asking) heard = monotonic()
      if (monotonic() - heard > SILENCE_MS) end(new Unreachable(...silent(host)))
    }, 500)
    const end = (error: Error) => {
      clearInterval(watch)
      login.signal.removeEventListener('abort', giveUp)
      reject(error)
      client.destroy()
    }
    const giveUp = () => end(new Unreachable('the connection was given up'))
    login.signal.addEventListener('abort', giveUp, { once: true })
    client
      .on('ready', () => {
        clearInterval(watch)
        login.signal.removeEventListener('abort', giveUp)
        client.setNoDelay(true) // an exec takes 45 ms without, under 10 ms with it
        resolve({ client, attended: attempt?.attended ?? false })
      })
      .on('error', (error: Error & { readonly level?: string }) => {
        if (error.level === 'agent') return // the next key is tried
        // Servers also hang up on who has tried too much: that is no line to be tried again by itself.
        const refused = error.level === 'client-authentication' || /authentication/i.test(error.message)
        end(check.refusal() ?? (refused && attempt ? attempt.failure() : noLine(host, error)))
      })
      .on('close', () => end(check.refusal() ?? attempt?.reason() ?? new Unreachable(...cut(host))))
      .on('change password', () =>
        end(
          new WantsLogin(
            `The password of ${host.user} at ${host.given} has expired.`,
            `Change it first: ssh ${host.given}`,
          ),
        ),
      )
      .connect({
        host: host.host,
        port: host.port,
        username: host.user,
        ...(sock ? { sock } : {}),
        algorithms: {
          serverHostKey: [...algorithms] as NonNullable<NonNullable<ConnectConfig['algorithms']>['serverHostKey']>,
        },
        // ssh2 accepts any host key without this.
        hostVerifier: (key: Buffer, verify: (good: boolean) => void) => {
          checking = true
          check.accepts(key).then(
            good => {
              checking = false
              if (good && attempt) {
                login.count('login_tries')
                attempt.begin(client)
              }
              // It was only to be seen: what follows, the end of the connection, is no failure.
              if (good && attempt === null) resolve({ client, attended: false })
              verify(good && attempt !== null)
            },
            (error: Error) => end(new Unreachable(...notKept(host, error))),
          )
        },
        authHandler: (left, partial, then) => {
          heard = monotonic()
          if (attempt === null) then(false as never)
          else attempt.next(left, partial, next => then(next as never))
        },
        keepaliveInterval: 15_000,
        keepaliveCountMax: 3,
        readyTimeout: 0, // a person may be thinking: see `watch`
      })
  })
}
