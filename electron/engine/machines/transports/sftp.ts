import type { ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import type { SFTPWrapper } from 'ssh2'
import { type Sftp, Unreachable } from './transport.ts'

export const NO_SFTP = [
  'The machine has neither tar nor SFTP, so that no file can be sent there or fetched.',
  'Ask those who run it for one of them; a tar of your own on the PATH of your login shell there will do.',
] as const

/** `closed`: called once when it is over, whoever ends it. */
export function sftpFiles(sftp: SFTPWrapper, closed: () => void): Sftp {
  sftp.on('error', () => {}) // whoever waits for a file is told by its stream
  sftp.once('close', closed).once('end', closed)
  return {
    read: (path, offset) => piped(sftp.createReadStream(path, { start: offset }), path),
    write: path => told(sftp.createWriteStream(path, { mode: 0o600 }), path),
    makeFolder: path =>
      new Promise((resolve, reject) =>
        sftp.mkdir(path, { mode: 0o700 }, error => (error ? reject(lost(path, error)) : resolve())),
      ),
    close() {
      sftp.end()
      closed()
    },
  }
}

/**
 * ssh2's own SFTP over a process that speaks it (`ssh -s HOST sftp`): its class wants a channel, of which it uses no
 * more than what stands here. Rejects with Unreachable where the process ends without a word of SFTP.
 */
export function sftpOver(child: ChildProcess): Promise<SFTPWrapper> {
  let over = false
  const protocol = {
    channelData(_: number, bytes: Buffer) {
      // What is asked of a process that has ended (a cut stream asks for its file to be closed) is told that no answer comes.
      if (over) process.nextTick(() => sftp.push(null))
      else child.stdin?.write(bytes)
    },
    channelClose: () => child.kill(),
  }
  const channel = { id: 0, window: Number.POSITIVE_INFINITY, packetSize: 32_768, state: 'open' }
  const { SFTP } = createRequire(import.meta.url)('ssh2/lib/protocol/SFTP.js') as { readonly SFTP: SftpClass }
  const sftp = new SFTP({ _protocol: protocol }, { type: 'sftp', incoming: { ...channel }, outgoing: channel }, {})
  child.stdin?.on('error', () => {}) // its end is told below
  const end = () => {
    over = true
    sftp.push(null)
  }
  child.stdout?.on('data', (bytes: Buffer) => sftp.push(bytes)).on('end', end)
  child.once('close', end)
  return new Promise((resolve, reject) => {
    const none = () => reject(new Unreachable(...NO_SFTP))
    child.once('error', none).once('close', none)
    sftp.once('ready', () => resolve(sftp)).once('error', none)
    sftp._init()
  })
}

type SftpClass = new (
  client: object,
  channel: object,
  options: object,
) => SFTPWrapper & {
  push(bytes: Buffer | null): void
  _init(): void
}

/** Passed on, so that whoever reads is told in the words of a transport. */
function piped(from: Readable, path: string): Readable {
  const out = new PassThrough()
  out.on('close', () => from.destroy())
  from.on('error', error => out.destroy(lost(path, error)))
  return from.pipe(out)
}

function told(to: Writable, path: string): Writable {
  const { destroy } = to
  to.destroy = (error?: Error) => destroy.call(to, error && lost(path, error))
  return to
}

function lost(path: string, error: Error): Unreachable {
  return new Unreachable(`${path} did not pass by SFTP: ${error.message}`)
}
