import type { Unsubscribe } from '../shared/contract.ts'

/** The server beats every 15 s: after two missed beats the line is taken for dead, whatever TCP believes. */
const SILENCE_MS = 40_000
const RETRY_MS = [500, 1000, 2000, 5000]

export interface StreamHandlers {
  /** What each named event carries, parsed. */
  readonly on: Readonly<Record<string, (data: never) => void>>
  /** Something came; called for beats as well. */
  contact?(): void
  /** The line is down; a new try follows by itself. */
  broken?(): void
}

/**
 * Follows a stream of server-sent events for ever: reopens it after an error or a silence, and lets go of it while the
 * page is hidden, since a browser opens only six lines to one server.
 */
export function followStream(path: string, { on, contact, broken }: StreamHandlers): Unsubscribe {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let tries = 0

  function open(): void {
    close()
    source = new EventSource(path)
    for (const [name, take] of Object.entries<(data: never) => void>({ beat: () => {}, ...on })) {
      source.addEventListener(name, event => {
        tries = 0
        listen()
        take(JSON.parse((event as MessageEvent<string>).data) as never)
        contact?.()
      })
    }
    source.onerror = lost
    listen()
  }
  function listen(): void {
    clearTimeout(timer)
    timer = setTimeout(lost, SILENCE_MS)
  }
  function lost(): void {
    close()
    broken?.()
    timer = setTimeout(open, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)])
    tries += 1
  }
  function close(): void {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  function look(): void {
    if (document.visibilityState === 'hidden') close()
    else open()
  }

  look()
  document.addEventListener('visibilitychange', look)
  return () => {
    document.removeEventListener('visibilitychange', look)
    close()
  }
}
