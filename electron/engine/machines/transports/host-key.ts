import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  fingerprint,
  type HostNames,
  hostNames,
  type KnownHosts,
  keyType,
  knownHostLine,
  readKnownHosts,
} from './known-hosts.ts'
import type { ResolvedHost } from './ssh-config.ts'
import { type Login, WantsLogin } from './transport.ts'

/** Decides whether the key that a host shows is its own, before anything is said that it should not hear. */
export interface HostKeyCheck {
  /** The algorithms to ask the host for, best first: those of the keys that are known. */
  readonly algorithms: readonly string[]
  /** Whether only the system's ssh can tell, since a certificate authority vouches for the host. */
  readonly certified: boolean
  /** Whether the host may be talked to; where not, `refusal` says why. */
  accepts(key: Buffer): Promise<boolean>
  refusal(): WantsLogin | null
}

/** What ssh2 can check; ssh-rsa with SHA-1 is left out, as OpenSSH does. */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/**
 * `pinned`: the only fingerprint that is accepted, instead of what the known hosts say. A new key is asked about, and
 * what is accepted becomes known; a changed or revoked one never passes.
 */
export async function checkHostKey(host: ResolvedHost, pinned: string | null, login: Login): Promise<HostKeyCheck> {
  const names = hostNames(host.host, host.port, host.hostKeyAlias)
  const known = await knownHostsOf(host)
  const types = pinned === null ? known.types(names) : []
  const first = types.flatMap(type => ALGORITHMS[type] ?? [])
  const rest = Object.values(ALGORITHMS).flat()
  let refusal: WantsLogin | null = null
  return {
    algorithms: [...first, ...rest.filter(name => !first.includes(name))],
    certified: pinned === null && known.certified(names),
    refusal: () => refusal,
    async accepts(key) {
      refusal = await judge(key, { host, names, known, pinned, login })
      return refusal === null
    },
  }
}

export async function knownHostsOf({ knownHosts }: ResolvedHost): Promise<KnownHosts> {
  // A list that is not there knows nobody.
  return readKnownHosts(await Promise.all(knownHosts.map(path => readFile(path, 'utf8').catch(() => ''))))
}

/** What a key is judged by. */
interface Known {
  readonly host: ResolvedHost
  readonly names: HostNames
  readonly known: KnownHosts
  readonly pinned: string | null
  readonly login: Login
}

/** Why the host may not be talked to; null where it may. */
async function judge(key: Buffer, { host, names, known, pinned, login }: Known): Promise<WantsLogin | null> {
  const seen = fingerprint(key)
  const more = { fingerprint: seen, keytype: keyType(key) }
  const verdict = known.verdict(names, key)
  const files = host.knownHosts.join(', ')
  if (verdict === 'revoked')
    return new WantsLogin(
      `The host key ${seen} that ${host.given} shows is marked as revoked in ${files}. Nothing was sent.`,
      'Ask those who run the machine: somebody else may answer in its place.',
      more,
    )
  if (pinned !== null) {
    if (seen === pinned.replace(/=+$/, '')) return null
    return new WantsLogin(
      `${host.given} shows the host key ${seen}, but ${pinned} is the one that was accepted for it. Nothing was sent.`,
      'If those who run the machine say that its key has changed: larmor machines set NAME --host-key SHA256:...',
      { ...more, changed: 'yes', trusted: pinned },
    )
  }
  if (verdict === 'known') return null
  if (verdict === 'changed')
    return new WantsLogin(
      `The host key of ${host.given} has changed: it shows ${seen}, which is not the one in ${files}. Nothing was sent.`,
      `Somebody else may answer in its place. If those who run it say that its key has changed: ssh-keygen -R '${names.name}', then larmor machines connect NAME.`,
      { ...more, changed: 'yes', trusted: known.fingerprints(names).join(' ') },
    )
  const text = `The machine ${host.given} (${names.name}) is not known yet. Its ${more.keytype} key is ${seen}. Is that what those who run it say?`
  const answer =
    login.ask === null
      ? null
      : await login.ask({ kind: 'host-key', text, echo: true, ...more, until: null }, login.signal)
  if (login.ask !== null) login.count('prompts')
  if (answer === null || !(/^(y|yes)$/i.test(answer.trim()) || answer.trim() === seen))
    return new WantsLogin(
      `The machine ${host.given} is not known yet: its ${more.keytype} key is ${seen}. Nothing was sent.`,
      'Compare this with what those who run it say; then larmor machines connect NAME, or set --host-key to it.',
      more,
    )
  await remember(host, names, key)
  return null
}

/** Appends the key to the person's own known hosts, where ssh finds it, too. */
async function remember(
  { knownHosts: [path], hashKnownHosts }: ResolvedHost,
  names: HostNames,
  key: Buffer,
): Promise<void> {
  if (path === undefined) return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const before = await readFile(path, 'utf8').catch(() => '')
  const line = knownHostLine(names, key, hashKnownHosts ? randomBytes(20) : null)
  await appendFile(path, (before === '' || before.endsWith('\n') ? '' : '\n') + line, { mode: 0o600 })
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
}
