import { createHash, createHmac } from 'node:crypto'

/** One line of a list of known hosts, as sshd(8) describes it under SSH_KNOWN_HOSTS FILE FORMAT. */
interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | null
  readonly hosts: string
  readonly type: string
  /** The key in the wire format, in base64. */
  readonly key: string
}

/** What the known hosts say of a key that a host shows. */
export type HostKeyVerdict = 'known' | 'new' | 'changed' | 'revoked'

export interface KnownHosts {
  verdict(names: HostNames, key: Buffer): HostKeyVerdict
  /** Fingerprints of the keys that are known for it: what a changed one is compared with. */
  fingerprints(names: HostNames): readonly string[]
  /** Types of the keys that are known for it: it should show one of these. */
  types(names: HostNames): readonly string[]
  /** Whether a certificate authority vouches for it, which only the system's ssh can check. */
  certified(names: HostNames): boolean
}

/** What a host is looked up as: `[name]:port` where the port is not 22, and then, as ssh does, the bare name too. */
export interface HostNames {
  readonly name: string
  readonly bare: string | null
}

export function hostNames(host: string, port: number, alias: string | null): HostNames {
  if (alias !== null) return { name: alias.toLowerCase(), bare: null }
  const bare = host.toLowerCase()
  return port === 22 ? { name: bare, bare: null } : { name: `[${bare}]:${port}`, bare }
}

/** SHA256:..., as `ssh-keygen -l` prints it for a public key in the wire format. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The type that a public key in the wire format names: ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return ''
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')
}

/** Reads lists of known hosts; lines that cannot be read vouch for nothing. */
export function readKnownHosts(texts: readonly string[]): KnownHosts {
  const all = texts.flatMap(text => text.split(/\r?\n/).flatMap(line => readLine(line) ?? []))
  const of = (name: string | null) => (name === null ? [] : all.filter(({ hosts }) => matches(hosts, name)))
  return {
    verdict({ name, bare }, key) {
      const type = keyType(key)
      const text = key.toString('base64')
      const lines = [...of(name), ...of(bare)]
      if (lines.some(line => line.marker === 'revoked' && line.key === text)) return 'revoked'
      const plain = (known: readonly KnownHost[]) => known.filter(({ marker }) => marker === null)
      if (plain(lines).some(line => line.type === type && line.key === text)) return 'known'
      // Known by keys of other types only: it was asked for those, so that it no longer has them is a change as well.
      return plain(of(name)).length > 0 ? 'changed' : 'new'
    },
    fingerprints: ({ name }) =>
      of(name).flatMap(({ marker, key }) => (marker === null ? [fingerprint(Buffer.from(key, 'base64'))] : [])),
    types({ name, bare }) {
      const known = of(name).some(({ marker }) => marker === null) ? of(name) : of(bare)
      return [...new Set(known.flatMap(({ marker, type }) => (marker === null ? [type] : [])))]
    },
    certified: ({ name, bare }) => [...of(name), ...of(bare)].some(({ marker }) => marker === 'cert-authority'),
  }
}

/** The line that makes a key known, as ssh itself would write it. */
export function knownHostLine({ name }: HostNames, key: Buffer, salt: Buffer | null): string {
  const host = salt === null ? name : `|1|${salt.toString('base64')}|${hashed(salt, name)}`
  return `${host} ${keyType(key)} ${key.toString('base64')}\n`
}

function readLine(line: string): KnownHost | null {
  const fields = line.trim().split(/[ \t]+/)
  if (fields[0] === '' || fields[0]?.startsWith('#')) return null
  const marker = fields[0]?.startsWith('@') ? fields.shift()?.slice(1) : null
  const [hosts, type, key] = fields
  if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return null
  if (hosts === undefined || type === undefined || key === undefined) return null
  return { marker, hosts, type, key: Buffer.from(key, 'base64').toString('base64') }
}

/** A hashed name, or a comma list of patterns with * and ?, of which one with ! before it forbids. */
function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) {
    const [, version, salt = '', hash] = hosts.split('|')
    return version === '1' && hashed(Buffer.from(salt, 'base64'), name) === hash
  }
  let found = false
  for (const pattern of hosts.toLowerCase().split(',')) {
    const forbids = pattern.startsWith('!')
    if (!like(forbids ? pattern.slice(1) : pattern, name)) continue
    if (forbids) return false
    found = true
  }
  return found
}

/** Whether a name is like a pattern with * and ?; in time that grows with their lengths only. */
function like(pattern: string, name: string): boolean {
  let p = 0
  let star = -1
  let from = 0
  for (let n = 0; n < name.length; ) {
    if (pattern[p] === '*') {
      star = p++
      from = n
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++from
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

function hashed(salt: Buffer, name: string): string {
  return createHmac('sha1', salt).update(name).digest('base64')
}
