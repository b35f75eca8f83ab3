import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { constants, userInfo } from 'node:os'
import { PassThrough, type Readable } from 'node:stream'
import { Client, type ClientChannel, type ConnectConfig, utils } from 'ssh2'
import type { Printed } from '../../../../shared/schedulers/index.ts'
import { type ShLine, sh } from '../../../../shared/sh.ts'
import { collect } from './collect.ts'
import { type ExecOptions, type Login, type Session, type Transport, Unreachable, WantsLogin } from './transport.ts'

const MOST_ERROR_TEXT = 65_536

/** Key login to a host whose key is pinned. One connection; each command is a channel of it. */
export const ssh: Transport = {
  id: 'ssh',
  async connect(machine, login) {
    const { ssh: settings } = machine.settings
    if (settings === null) throw new WantsLogin(`${machine.name} has no SSH settings`)
    if (settings.identity === null) throw new WantsLogin(`${machine.name} has no key to log in with: set --identity`)
    const { host, host_key } = settings
    if (host_key === null) throw new WantsLogin(`the host key of ${host} was not accepted yet: set --host-key`)
    const key = await readFile(settings.identity).catch((error: Error) => {
      throw new WantsLogin(`the key for ${machine.name} cannot be read: ${error.message}`)
    })
    const passphrase = await passphraseOf(key, settings.identity, login)
    const username = settings.user ?? userInfo().username
    const config = { host, port: settings.port ?? 22, username, privateKey: key, ...(passphrase && { passphrase }) }
    return open(config, host_key, passphrase !== null, login)
  },
}

/** What opens the key, or null where nothing is needed. */
async function passphraseOf(key: Buffer, path: string, { ask, signal, count }: Login): Promise<string | null> {
  const parsed = utils.parseKey(key)
  if (!(parsed instanceof Error) || !/passphrase/i.test(parsed.message)) return null
  if (ask === null) throw new WantsLogin(`the key ${path} has a passphrase`)
  count('prompts')
  const passphrase = await ask({ kind: 'passphrase', text: `Passphrase for ${path}`, echo: false, until: null }, signal)
  if (passphrase === null) throw new WantsLogin(`the key ${path} has a passphrase, and nobody gave it`)
  return passphrase
}

/** The fingerprint of a host's public key in the wire format, as `ssh-keygen -l` prints it. */
function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

function open(config: ConnectConfig, pinned: string, attended: boolean, login: Login): Promise<Session> {
  const { signal, count } = login
  const client = new Client()
  const lost = new AbortController()
  let refusedKey: string | null = null
  return new Promise<Session>((resolve, reject) => {
    const giveUp = () => client.destroy()
    signal.addEventListener('abort', giveUp, { once: true })
    const end = (error: Error) => {
      signal.removeEventListener('abort', giveUp)
      lost.abort(error)
      reject(error)
    }
    client
      .on('ready', () => {
        signal.removeEventListener('abort', giveUp)
        client.setNoDelay(true) // an exec takes 45 ms without, under 10 ms with it
        resolve(session(client, lost.signal, attended))
      })
      .on('error', (error: Error & { readonly level?: string }) => {
        if (refusedKey !== null) end(new WantsLogin(hostKeyText(config.host, pinned, refusedKey)))
        else if (error.level === 'client-authentication') {
          end(new WantsLogin(`${config.host} does not accept the key alone for ${config.username}`))
        } else end(new Unreachable(`${config.host}: ${error.message}`))
      })
      .on('close', () => end(new Unreachable(`the connection to ${config.host} was lost`)))
    if (signal.aborted) return end(new Unreachable('the connection was given up'))
    count('connections')
    count('login_tries')
    try {
      client.connect({
        ...config,
        // ssh2 accepts any host key without this.
        hostVerifier: (key: Buffer) => {
          const seen = fingerprint(key)
          if (seen === pinned.replace(/=+$/, '')) return true
          refusedKey = seen
          return false
        },
        authHandler: ['publickey'],
        keepaliveInterval: 15_000,
        keepaliveCountMax: 3,
        readyTimeout: 20_000,
      })
    } catch (error) {
      // Not a key, or one with a passphrase.
      end(new WantsLogin(`the key cannot be used: ${(error as Error).message}`))
    }
  })
}

function hostKeyText(host: string | undefined, pinned: string, seen: string): string {
  return `${host} shows the host key ${seen}, but ${pinned} is the one that was accepted for it: nothing was sent`
}

function session(client: Client, lost: AbortSignal, attended: boolean): Session {
  const start = (line: ShLine, options: ExecOptions = {}) => command(client, lost, line, options)
  return {
    exec(line, options) {
      const { out, done } = start(line, options)
      return collect(out, options?.maxBytes).then(async text => ({ ...(await done), out: text }))
    },
    stream: start,
    watch: null,
    close() {
      return new Promise(resolve => {
        if (lost.aborted) return resolve()
        client.once('close', () => resolve())
        client.end()
      })
    },
    lost,
    attended,
  }
}

/** One channel. `out` fails, and `done` rejects, with Unreachable when the line is lost before the exit status came. */
function command(
  client: Client,
  lost: AbortSignal,
  line: ShLine,
  { stdin, signal }: ExecOptions,
): { readonly out: Readable; readonly done: Promise<Printed> } {
  const out = new PassThrough()
  out.on('error', () => {}) // whoever reads it is told; nobody has to read
  const done = new Promise<Printed>((resolve, reject) => {
    let channel: ClientChannel | null = null
    const fail = (text: string) => {
      const error = new Unreachable(text)
      out.destroy(error)
      reject(error)
    }
    const abort = () => {
      if (channel !== null) killCommand(client, channel)
      finish(() => fail('the command was given up'))
    }
    const lose = () => finish(() => fail('the line was lost before the command told how it ended'))
    const finish = (tell: () => void) => {
      signal?.removeEventListener('abort', abort)
      lost.removeEventListener('abort', lose)
      tell()
    }
    signal?.addEventListener('abort', abort, { once: true })
    lost.addEventListener('abort', lose, { once: true })
    if (lost.aborted) return lose()
    if (signal?.aborted) return abort()

    const opened = (error: Error | undefined, stream: ClientChannel) => {
      if (error !== undefined) return finish(() => fail(`no channel: ${error.message}`))
      channel = stream
      if (signal?.aborted) return channel.close()
      out.on('close', () => stream.close()) // the reader has enough, or all of it
      let err = ''
      stream.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (err.length < MOST_ERROR_TEXT) err += text
      })
      stream.on('error', () => {}) // its close says how it ended
      stream.on('close', (code?: number | null, killedBy?: string | null) => {
        const exit = code ?? exitOfSignal(killedBy)
        // Neither a status nor a signal: the line was cut in the middle, which must never pass for success.
        if (exit === null) lose()
        else finish(() => resolve({ exit, out: '', err }))
      })
      stream.pipe(out)
      if (typeof stdin === 'object') stdin.on('error', () => stream.destroy()).pipe(stream)
      else stream.end(stdin ?? '')
    }
    try {
      // The login shell may be any; it only has to start sh with one word.
      client.exec(sh`exec /bin/sh -c ${line.sh}`.sh, opened)
    } catch (error) {
      finish(() => fail((error as Error).message))
    }
  })
  done.catch(() => {}) // whoever waits for it is told; nobody has to
  return { out, done }
}

/**
 * Ends the command's process group and the channel. ssh2's own `channel.signal` says nothing once our side of the
 * channel is at its end (https://www.rfc-editor.org/rfc/rfc4254#section-6.9 allows it), so its protocol is asked.
 */
function killCommand(client: Client, channel: ClientChannel): void {
  const { _protocol } = client as unknown as { readonly _protocol: { signal(id: number, name: string): void } }
  const { outgoing } = channel as unknown as { readonly outgoing: { readonly id: number; readonly state: string } }
  if (outgoing.state !== 'open' && outgoing.state !== 'eof') return
  _protocol.signal(outgoing.id, 'KILL')
  channel.close()
}

/** As a shell says it: 128 + the signal's number. */
function exitOfSignal(name: string | null | undefined): number | null {
  if (name === undefined || name === null) return null
  return 128 + (constants.signals[name as NodeJS.Signals] ?? 0)
}
