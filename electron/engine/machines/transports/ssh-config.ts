import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SshSettings } from '../../../../shared/model/machine.ts'
import { printable } from '../../../../shared/printable.ts'
import { agentHere } from './agent-socket.ts'
import { Unreachable } from './transport.ts'

/** How one host is reached, once the person's ssh configuration has had its say. */
export interface ResolvedHost {
  /** As it was typed: what sentences to a person call it. */
  readonly given: string
  readonly host: string
  readonly port: number
  readonly user: string
  /** Private keys in the order in which they are tried; those that are not there are left out. */
  readonly identities: readonly string[]
  /** Certificates that lie here for a login. */
  readonly certificates: readonly string[]
  /** Whether the agent's other keys are left alone. */
  readonly identitiesOnly: boolean
  /** Socket of the agent; null: none. */
  readonly agent: string | null
  /** Hosts to go through, in order. */
  readonly jumps: readonly string[]
  readonly hostKeyAlias: string | null
  /** Files of known hosts: the person's own first, which new keys are written into. */
  readonly knownHosts: readonly string[]
  readonly hashKnownHosts: boolean
  /** Methods to log in with, in order. */
  readonly methods: readonly string[]
  /** The configuration would take a Kerberos ticket, and there is none. */
  readonly lacksTicket: boolean
  /** Why only the system's own ssh can do this; null: ssh2 can. */
  readonly beyond: string | null
}

const METHODS = ['publickey', 'keyboard-interactive', 'password']

/**
 * What `ssh -G` says of a machine: OpenSSH itself reads Include, Match and all else of the configuration. Throws
 * Unreachable with ssh's own words where it refuses, e.g. for a name with characters that no host has.
 */
export async function resolveHost(settings: SshSettings): Promise<ResolvedHost> {
  const lines = await askSsh(sshArguments(settings), settings)
  if (lines === null) return withoutSsh(settings)
  const all = (key: string) => lines.filter(([name]) => name === key).map(([, value]) => value)
  const one = (key: string) => {
    const [value] = all(key)
    return value === undefined || value === 'none' ? null : value
  }
  const host = one('hostname') ?? settings.host
  const port = Number(one('port') ?? 22)
  const user = one('user') ?? userInfo().username
  const path = (text: string) => expand(text, { given: settings.host, host, port, user })
  const identities = all('identityfile').map(path).filter(existsSync)
  const certificates = [...all('certificatefile').map(path), ...identities.map(key => `${key}-cert.pub`)].filter(
    existsSync,
  )
  const known = settings.known_hosts === null ? one('userknownhostsfile') : null
  return {
    given: settings.host,
    host,
    port,
    user,
    identities: settings.identity === null ? identities : [settings.identity],
    certificates,
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: await agentSocket(one('identityagent'), path),
    jumps: one('proxyjump')?.split(',') ?? [],
    hostKeyAlias: one('hostkeyalias'),
    knownHosts: [
      ...(settings.known_hosts === null ? paths(known).map(path) : [settings.known_hosts]),
      ...paths(one('globalknownhostsfile')).map(path),
    ],
    hashKnownHosts: one('hashknownhosts') === 'yes',
    methods: methods(one),
    lacksTicket: one('gssapiauthentication') === 'yes' && !(await hasTicket()),
    beyond: await beyond(one, certificates, identities),
  }
}

/** The arguments that make ssh see a machine as its settings have it; the host's name stands last. */
export function sshArguments({ host, user, port, identity, jump, config, known_hosts }: SshSettings): string[] {
  return [
    ...(config === null ? [] : ['-F', config]),
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', String(port)]),
    ...(identity === null ? [] : ['-i', identity]),
    ...(jump === null ? [] : ['-J', jump]),
    ...(known_hosts === null ? [] : ['-o', `UserKnownHostsFile="${known_hosts}"`]),
    '--',
    host,
  ]
}

/** The lines of `ssh -G` as key and value; null where this computer has no ssh. */
async function askSsh(
  args: readonly string[],
  { host }: SshSettings,
): Promise<readonly (readonly [string, string])[] | null> {
  try {
    const { stdout } = await promisify(execFile)('ssh', ['-G', ...args], { timeout: 30_000, maxBuffer: 1 << 20 })
    return stdout.split('\n').flatMap(line => {
      const space = line.indexOf(' ')
      return space < 0 ? [] : [[line.slice(0, space), line.slice(space + 1)] as const]
    })
  } catch (error) {
    const { code, stderr, message } = error as Error & { readonly code?: string | number; readonly stderr?: string }
    if (code === 'ENOENT') return null
    const words = printable(stderr ?? '').trim() || message
    throw new Unreachable(`ssh cannot read how "${host}" is reached: ${words}`, `ssh -G ${host} says the same.`)
  }
}

/** Where no ssh is installed there is no configuration of it either. */
async function withoutSsh({ host, port, user, identity, jump, known_hosts }: SshSettings): Promise<ResolvedHost> {
  const folder = join(homedir(), '.ssh')
  const usual = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map(name => join(folder, name)).filter(existsSync)
  return {
    given: host,
    host,
    port: port ?? 22,
    user: user ?? userInfo().username,
    identities: identity === null ? usual : [identity],
    certificates: [],
    identitiesOnly: false,
    agent: await agentHere(),
    jumps: jump === null ? [] : jump.split(','),
    hostKeyAlias: null,
    knownHosts: [known_hosts ?? join(folder, 'known_hosts')],
    hashKnownHosts: false,
    methods: METHODS,
    lacksTicket: false,
    beyond: null,
  }
}

function methods(one: (key: string) => string | null): readonly string[] {
  const preferred = one('preferredauthentications')?.split(',') ?? METHODS
  const off: readonly (string | false)[] = [
    one('pubkeyauthentication') === 'no' && 'publickey',
    one('kbdinteractiveauthentication') === 'no' && 'keyboard-interactive',
    one('passwordauthentication') === 'no' && 'password',
  ]
  return preferred.filter(method => METHODS.includes(method) && !off.includes(method))
}

/** What ssh2 cannot do and the configuration wants, as a clause. */
async function beyond(
  one: (key: string) => string | null,
  certificates: readonly string[],
  identities: readonly string[],
): Promise<string | null> {
  if (one('proxycommand') !== null) return 'it is reached by a ProxyCommand'
  if (one('knownhostscommand') !== null) return 'its host key is looked up by a KnownHostsCommand'
  if (one('revokedhostkeys') !== null) return 'its configuration lists host keys that are revoked'
  if (one('pkcs11provider') !== null) return 'its key lies on a PKCS#11 token'
  if (certificates.length > 0) return 'its login takes a certificate'
  for (const path of identities) if (await isOnToken(path)) return 'its key lies on a FIDO token'
  // On in some systems' own configuration; it means something only for who has a ticket.
  if (one('gssapiauthentication') === 'yes' && (await hasTicket())) return 'its login takes a Kerberos ticket'
  return null
}

/** The type stands unencrypted in what OpenSSH writes for a key that a token holds (PROTOCOL.u2f of OpenSSH). */
async function isOnToken(path: string): Promise<boolean> {
  const text = await readFile(path, 'latin1').catch(() => '')
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1] ?? ''
  const bytes = Buffer.from(body, 'base64')
  return bytes.includes('sk-ssh-ed25519@openssh.com') || bytes.includes('sk-ecdsa-sha2-nistp256@openssh.com')
}

async function hasTicket(): Promise<boolean> {
  return promisify(execFile)('klist', ['-s']).then(
    () => true,
    () => false,
  )
}

async function agentSocket(setting: string | null, path: (text: string) => string): Promise<string | null> {
  if (setting === null || setting === 'SSH_AUTH_SOCK') return agentHere()
  return path(setting.startsWith('$') ? (process.env[setting.slice(1)] ?? '') : setting) || null
}

/** ssh prints lists of files without quotes: a path that holds blanks is one where it exists as a whole. */
function paths(list: string | null): readonly string[] {
  if (list === null) return []
  return existsSync(list) ? [list] : list.split(' ')
}

interface Named {
  readonly given: string
  readonly host: string
  readonly port: number
  readonly user: string
}

/** ~ and the tokens of ssh_config(5) that a file name may hold. */
function expand(text: string, { given, host, port, user }: Named): string {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: homedir(),
    h: host,
    i: String(process.getuid?.() ?? ''),
    L: hostname().split('.')[0] ?? '',
    l: hostname(),
    n: given,
    p: String(port),
    r: user,
    u: userInfo().username,
  }
  const home = text.replace(/^~(?=\/|$)/, homedir())
  return home.replaceAll(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
}
