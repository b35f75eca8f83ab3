import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Fault, FaultError } from '../shared/result.ts'
import { answer, routes } from './serve/api.ts'
import { type Door, enter } from './serve/door.ts'
import { PAGE_POLICY } from './serve/page-policy.ts'
import { findStatic, sendStatic } from './serve/static-files.ts'
import type { ServedEngine } from './serve/streams.ts'

export interface ServeOptions {
  readonly engine: ServedEngine
  /** 0: a free one. */
  readonly port: number
  /** The built page: index.html and what it loads. */
  readonly staticFolder: string
}

export interface Served {
  /** With the token: whoever opens it may do all that the window may do. */
  readonly url: string
  readonly token: string
  readonly port: number
  /** Ends the open streams and frees the port. */
  close(): Promise<void>
}

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/**
 * The window in a browser: the page and the Engine contract on 127.0.0.1, for who knows the token. It hosts no engine
 * of its own; closing it leaves the work going. Throws a FaultError (`not-now`) when the port cannot be had.
 */
export async function startServe(options: ServeOptions): Promise<Served> {
  const token = randomBytes(32).toString('base64url')
  const server = createServer()
  const port = await listen(server, options.port)
  const door: Door = { port, token }

  server.on('request', (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    handle(options, door, request, response).catch((error: unknown) => {
      // A browser that leaves in mid-answer is no fault of ours; anything else is, and is said.
      if (response.headersSent || response.destroyed) return response.destroy()
      const fault: Fault = { code: 'internal', message: error instanceof Error ? error.message : String(error) }
      answer(response, { ok: false, fault: error instanceof FaultError ? error.fault : fault })
    })
  })

  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    token,
    port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(
  { engine, staticFolder }: ServeOptions,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? ''
  const base = `http://127.0.0.1:${door.port}`
  const target = request.url ?? ''
  if (!target.startsWith('/') || !URL.canParse(base + target)) return say(response, 400, 'This is no address.')
  const url = new URL(base + target)

  const entry = enter(door, { method, url, headers: request.headers })
  if (entry.is === 'refused') return say(response, 403, entry.why)
  if (entry.is === 'welcome') {
    response.writeHead(303, { location: '/', 'set-cookie': entry.cookie }).end()
    return
  }

  const route = Object.hasOwn(routes, `${method} ${url.pathname}`) ? routes[`${method} ${url.pathname}`] : undefined
  if (route) return route(engine, url, request, response)
  if (method !== 'GET' && method !== 'HEAD') return say(response, 405, 'There is nothing to send here.')
  const file = await findStatic(staticFolder, url.pathname)
  if (file) return sendStatic(file, response, method === 'HEAD')
  if (url.pathname === '/') return say(response, 404, 'The page is not built yet: run npm run build.')
  say(response, 404, 'There is no such page.')
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`)
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `Port ${port} is in use.`
          : error.code === 'EACCES'
            ? `Port ${port} may not be used.`
            : `Port ${port} cannot be opened.`
      const hint = 'Choose another with --port, or --port 0 for a free one.'
      reject(new FaultError({ code: 'not-now', field: 'port', message: why, hint, detail: error.message }))
    })
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve((server.address() as AddressInfo).port))
  })
}
