import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Who may come in: whoever knows the token, from a page of this very server. */
export interface Door {
  readonly port: number
  readonly token: string
}

export interface Knock {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

export type Entry =
  | { readonly is: 'in' }
  /** The address that was printed: the token moves into a cookie and out of the address bar. */
  | { readonly is: 'welcome'; readonly cookie: string }
  | { readonly is: 'refused'; readonly why: string }

/**
 * Whether a request may pass. Pure: method, address and headers decide.
 *
 * Host is checked against names that another site cannot own (DNS rebinding), Origin and the fetch metadata against
 * pages of other sites and of other ports of this computer, whose requests carry our cookie as well.
 */
export function enter(door: Door, { method, url, headers }: Knock): Entry {
  const host = headers.host ?? ''
  if (host !== `127.0.0.1:${door.port}` && host !== `localhost:${door.port}`) {
    return refused(
      `Larmor answers only to 127.0.0.1:${door.port} and localhost:${door.port}. ` +
        `Through a tunnel, keep the port: ssh -L ${door.port}:127.0.0.1:${door.port} HOST.`,
    )
  }
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${host}`) return refused('This request comes from another page.')

  const given = tokenOf(url, headers)
  if (given !== null) {
    if (!same(given, door.token)) return refused('This token is not valid. Open the address that larmor serve printed.')
    if (url.searchParams.has('token') && url.pathname === '/' && method === 'GET') {
      return { is: 'welcome', cookie: `${cookieName(door)}=${door.token}; Path=/; HttpOnly; SameSite=Strict` }
    }
    return { is: 'in' }
  }

  const cookie = cookies(headers).get(cookieName(door))
  if (cookie === undefined || !same(cookie, door.token)) {
    return refused('This page needs its token. Open the address that larmor serve printed.')
  }
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return refused('This request comes from another page.')
  }
  // A cookie is sent without anybody's doing; what changes something must also say that it comes from our own page.
  if (method !== 'GET' && method !== 'HEAD' && origin === undefined) {
    return refused('This request does not say which page it comes from.')
  }
  return { is: 'in' }
}

function refused(why: string): Entry {
  return { is: 'refused', why }
}

/** Cookies do not tell ports apart, so the name does. */
function cookieName(door: Door): string {
  return `larmor-${door.port}`
}

/** The token that was given on purpose: `?token=`, or `Authorization: Bearer` from a script. */
function tokenOf(url: URL, headers: IncomingHttpHeaders): string | null {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')
  return url.searchParams.get('token') ?? bearer?.[1] ?? null
}

function cookies(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  const pairs = (headers.cookie ?? '').split(';').map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
  })
  return new Map(pairs)
}

function same(given: string, token: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}
