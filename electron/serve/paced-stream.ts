import type { ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'

const BEAT_MS = 15_000

export interface PacedStream {
  /** There is something to send: `next` is asked for it as soon as the pace and the browser allow. */
  wake(): void
}

/**
 * A stream of server-sent events to one browser: at most one write per `pace_ms`, and none while the browser has not
 * taken the last one. What waits meanwhile is the caller's: `next` returns it as one text, or '' for nothing.
 * A beat every 15 s tells the page that the silence is not an outage.
 */
export function pacedStream(response: ServerResponse, pace_ms: number, next: () => string): PacedStream {
  let timer: NodeJS.Timeout | undefined
  let last = Number.NEGATIVE_INFINITY

  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.flushHeaders()

  function write(): void {
    timer = undefined
    if (response.writableNeedDrain || response.destroyed) return
    const text = next()
    if (text === '') return
    last = performance.now()
    response.write(text)
  }
  function wake(): void {
    timer ??= setTimeout(write, Math.max(0, last + pace_ms - performance.now()))
  }
  const beat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(sse('beat', null))
  }, BEAT_MS)

  response.on('drain', wake)
  response.on('close', () => {
    clearTimeout(timer)
    clearInterval(beat)
  })
  return { wake }
}

/** One server-sent event; JSON never holds a raw line end, so one data line is enough. */
export function sse(event: string, data: unknown): string {
  return sseText(event, JSON.stringify(data))
}

export function sseText(event: string, json: string): string {
  return `event: ${event}\ndata: ${json}\n\n`
}
