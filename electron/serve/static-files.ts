import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

export const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/**
 * The file of the built page that a path names, or null: nothing outside the folder, links followed, and no folder.
 * `pathname` is percent-encoded, as URL gives it.
 */
export async function findStatic(folder: string, pathname: string): Promise<string | null> {
  try {
    const asked = decodeURIComponent(pathname === '/' ? '/index.html' : pathname)
    if (asked.includes('\0') || asked.includes('\\') || asked.split('/').includes('..')) return null
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, asked))])
    if (!file.startsWith(root + sep)) return null
    return (await stat(file)).isFile() ? file : null
  } catch {
    // Malformed escapes and missing files are the same answer: there is no such page.
    return null
  }
}

export async function sendStatic(file: string, response: ServerResponse, head: boolean): Promise<void> {
  const { size } = await stat(file)
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': size,
  })
  if (head) response.end()
  else await pipeline(createReadStream(file), response)
}
