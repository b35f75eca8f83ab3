import type { ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { Readable, type Writable } from 'node:stream'
import type { SFTPWrapper } from 'ssh2'
import { CommandFailed, type Sftp, Unreachable } from './transport.ts'

export const NO_SFTP = [
  'The machine has neither tar nor SFTP, so that no file can be sent there or fetched.',
  'Ask those who run it for one of them; a tar of your own on the PATH of your login shell there will do.',
] as const

const PIECE = 65_536
/** Pieces that are asked for at once, up to: 2 MB are under way then. */
const MOST_AHEAD = 32
/** SSH_FX_EOF and the others of https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02#section-7. */
const END_OF_FILE = 1
const NO_SUCH_FILE = 2
/** No connection, and connection lost: no answer of the other end. */
const NO_ANSWER = [6, 7]

/** `closed`: called once when it is over, whoever ends it. */
export function sftpFiles(sftp: SFTPWrapper, closed: () => void): Sftp {
  sftp.on('error', () => {}) // whoever waits for a file is told by its stream
  sftp.once('close', closed).once('end', closed)
  return {
    read: (path, offset) => Readable.from(readAhead(sftp, path, offset), { objectMode: false }),
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

/** A file from `offset` on; nothing of one that has gone away, which its sum tells. ssh2's own stream asks for one piece after the other, each at the cost of the way there and back. */
async function* readAhead(sftp: SFTPWrapper, path: string, offset: number): AsyncGenerator<Buffer, void> {
  const handle = await new Promise<Buffer | null>((resolve, reject) =>
    sftp.open(path, 'r', (error, opened) => {
      if (!error) resolve(opened)
      else if (statusOf(error) === NO_SUCH_FILE) resolve(null)
      else reject(lost(path, error))
    }),
  )
  if (handle === null) return
  const asked: Promise<Buffer>[] = []
  try {
    let most = 1
    for (let at = offset, next = offset; ; most = Math.min(MOST_AHEAD, 2 * most)) {
      for (; asked.length < most; next += PIECE) asked.push(pieceAt(sftp, handle, path, next))
      const piece = (await asked.shift()) ?? Buffer.alloc(0)
      if (piece.length === 0) return
      yield piece
      at += piece.length
      if (piece.length === PIECE) continue
      // A server may send less than was asked for: what follows is asked anew.
      await Promise.all(asked.splice(0))
      next = at
    }
  } finally {
    sftp.close(handle, () => {}) // its end closes it, too
  }
}

/** Empty at the end of the file. */
function pieceAt(sftp: SFTPWrapper, handle: Buffer, path: string, at: number): Promise<Buffer> {
  const asked = new Promise<Buffer>((resolve, reject) =>
    sftp.read(handle, Buffer.alloc(PIECE), 0, PIECE, at, (error, count, bytes) => {
      if (!error) resolve(bytes.subarray(0, count))
      else if (statusOf(error) === END_OF_FILE) resolve(Buffer.alloc(0))
      else reject(lost(path, error))
    }),
  )
  asked.catch(() => {}) // whoever waits for it is told; after one that failed nobody does
  return asked
}

function told(to: Writable, path: string): Writable {
  const { destroy } = to
  to.destroy = (error?: Error) => destroy.call(to, error && lost(path, error))
  return to
}

function lost(path: string, error: Error): Unreachable {
  const status = statusOf(error)
  const what = `${path} did not pass by SFTP: ${error.message}`
  return status === null || NO_ANSWER.includes(status) ? new Unreachable(what) : new CommandFailed(what)
}

/** What the other end answered; null where it did not. */
function statusOf(error: Error): number | null {
  return 'code' in error && typeof error.code === 'number' ? error.code : null
}
