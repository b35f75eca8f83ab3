import { readFile } from 'node:fs/promises'
import ssh2, { BaseAgent, createAgent, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'
import { answers } from './agent-socket.ts'
import type { ResolvedHost } from './ssh-config.ts'

// Node does not see this name among the exports of a CommonJS module.
const { utils } = ssh2

/** A key to try, whoever holds it. */
export interface OfferedKey {
  /** Its file, or what the agent calls it. */
  readonly name: string
  /** ssh2's way to sign later than now: an agent that holds this one key. */
  readonly agent: BaseAgent<ParsedKey>
}

export interface OfferedKeys {
  readonly keys: readonly OfferedKey[]
  /** Why a key that should have been tried was not, as sentences. */
  readonly missing: readonly string[]
}

/** Gives the passphrase of a key file, or null. */
export type Passphrase = (path: string) => Promise<string | null>

/**
 * The keys that a login tries, in order: key files (signed for by the agent where it has them, so that no passphrase is
 * asked), then the agent's other keys. A passphrase is asked only once the server has said that it takes the key.
 */
export async function offeredKeys(host: ResolvedHost, passphrase: Passphrase | null): Promise<OfferedKeys> {
  const missing: string[] = []
  const inAgent = await agentKeys(host, missing)
  const keys: OfferedKey[] = []
  const taken = new Set<string>()
  for (const path of host.identities) {
    const key = await fileKey(path, passphrase)
    if (typeof key === 'string') {
      missing.push(key)
      continue
    }
    const id = blobOf(key.pub)
    const held = inAgent.find(({ pub }) => blobOf(pub) === id)
    taken.add(id)
    if (held) keys.push({ name: path, agent: held.agent })
    else if (key.sign !== null) keys.push({ name: path, agent: new OneKey(key.pub, key.sign) })
    else missing.push(`The key ${path} has a passphrase.`)
  }
  if (!host.identitiesOnly) {
    for (const { pub, agent } of inAgent)
      if (!taken.has(blobOf(pub))) keys.push({ name: pub.comment || 'agent', agent })
  }
  return { keys, missing }
}

type Sign = (data: Buffer, hash: string | undefined) => Promise<Buffer>

/** An agent of one key. */
class OneKey extends BaseAgent<ParsedKey> {
  constructor(
    private readonly pub: ParsedKey,
    private readonly signer: Sign,
  ) {
    super()
  }
  override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    done(undefined, [this.pub])
  }
  override sign(pub: ParsedKey, data: Buffer, options: SigningRequestOptions, callback?: SignCallback): void
  override sign(pub: ParsedKey, data: Buffer, callback: SignCallback): void
  override sign(
    _: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const done = typeof options === 'function' ? options : callback
    const hash = typeof options === 'function' ? undefined : options.hash
    this.signer(data, hash).then(
      signature => done?.(null, signature),
      (error: Error) => done?.(error),
    )
  }
}

/** How long an agent may take to sign, as one that asks a person first; the host would be called silent after 20 s. */
const SIGN_MS = 15_000

async function agentKeys(
  host: ResolvedHost,
  missing: string[],
): Promise<readonly { readonly pub: ParsedKey; readonly agent: OneKey }[]> {
  if (host.agent === null) return []
  if (!(await answers(host.agent))) {
    missing.push(`The ssh-agent at ${host.agent} does not answer.`)
    return []
  }
  const agent = createAgent(host.agent)
  const keys = await new Promise<ParsedKey[]>(resolve =>
    agent.getIdentities((_, found) => resolve((found ?? []) as ParsedKey[])),
  )
  let silent = false
  return keys.map(pub => {
    const sign: Sign = (data, hash) =>
      new Promise((resolve, reject) => {
        const late = () => {
          silent = true
          reject(new Error(`The ssh-agent at ${host.agent} did not sign: does it wait for somebody to confirm?`))
        }
        if (silent) return late()
        const timer = setTimeout(late, SIGN_MS)
        agent.sign(pub, data, hash === undefined ? {} : { hash: hash as 'sha256' }, (error, signature) => {
          clearTimeout(timer)
          if (signature) resolve(signature)
          else reject(error ?? new Error('the agent did not sign'))
        })
      })
    return { pub, agent: new OneKey(pub, sign) }
  })
}

interface FileKey {
  readonly pub: ParsedKey
  /** Null: a passphrase would be needed, and nobody can give it. */
  readonly sign: Sign | null
}

/** The key in a file, or a sentence that says why there is none. */
async function fileKey(path: string, passphrase: Passphrase | null): Promise<FileKey | string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => error)
  if (bytes instanceof Error)
    return bytes.code === 'ENOENT'
      ? `The key ${path} is not there.`
      : `The key ${path} cannot be read: ${bytes.message}.`
  const key = utils.parseKey(bytes)
  if (!(key instanceof Error)) {
    if (!key.isPrivateKey()) return `${path} is a public key: the private one is wanted, which has no .pub.`
    return { pub: key, sign: async (data, hash) => signed(key, data, hash) }
  }
  if (!/passphrase|encrypted/i.test(key.message))
    return `${path} holds no private key that Larmor can read: ${key.message}.`
  const pub = await publicPart(path, bytes)
  if (pub === null) return `The public part of ${path} cannot be read: ssh-keygen -y -f KEY > KEY.pub makes it.`
  if (passphrase === null) return { pub, sign: null }
  return {
    pub,
    async sign(data, hash) {
      const phrase = await passphrase(path)
      if (phrase === null) throw new Error(`Nobody gave the passphrase of ${path}.`)
      const opened = utils.parseKey(bytes, phrase)
      if (opened instanceof Error) throw new Error(`That is not the passphrase of ${path}.`)
      return signed(opened, data, hash)
    },
  }
}

/** The public key that stands unencrypted in OpenSSH's own format (PROTOCOL.key of OpenSSH), or beside an older one. */
async function publicPart(path: string, file: Buffer): Promise<ParsedKey | null> {
  const beside = await readFile(`${path}.pub`).catch(() => null)
  const key = utils.parseKey(beside ?? blobIn(file) ?? '')
  return key instanceof Error ? null : key
}

function blobIn(file: Buffer): string | null {
  const text = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(file.toString('latin1'))?.[1]
  if (text === undefined) return null
  const bytes = Buffer.from(text, 'base64')
  try {
    let at = 'openssh-key-v1\0'.length
    const next = () => {
      const length = bytes.readUInt32BE(at)
      at += 4 + length
      return bytes.subarray(at - length, at)
    }
    next() // cipher
    next() // key derivation
    next() // its options
    at += 4 // number of keys
    const blob = next()
    return `${blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1')} ${blob.toString('base64')}`
  } catch {
    return null
  }
}

function signed(key: ParsedKey, data: Buffer, hash: string | undefined): Buffer {
  const signature = key.sign(data, hash) as Buffer | Error
  if (signature instanceof Error) throw signature
  return signature
}

function blobOf(key: ParsedKey): string {
  return key.getPublicSSH().toString('base64')
}
