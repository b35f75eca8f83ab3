import { createHash } from 'node:crypto'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/** The data folder: LARMOR_HOME, or the platform's usual place. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LARMOR_HOME) return resolve(env.LARMOR_HOME)
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Larmor')
    case 'win32':
      return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Larmor')
    default:
      return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'larmor')
  }
}

/** sockaddr_un holds 108 bytes on Linux, 104 on macOS. */
const LONGEST_SOCKET_PATH = 100

/** Where the engine of a data folder listens: in it, or, where that path is too long for a socket, in a private folder. */
export function socketPath(home: string): string {
  const name = createHash('sha256').update(home).digest('hex').slice(0, 16)
  if (process.platform === 'win32') return `\\\\.\\pipe\\larmor-${name}`
  const inside = join(home, 'engine.sock')
  if (Buffer.byteLength(inside) <= LONGEST_SOCKET_PATH) return inside
  return join(process.env.XDG_RUNTIME_DIR ?? join(tmpdir(), `larmor-${userInfo().uid}`), `${name}.sock`)
}
