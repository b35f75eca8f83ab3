import { type IncomingMessage, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One request to 127.0.0.1, its path and headers sent exactly as given: fetch would mend what these tests break. */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body = '' }: Asking = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export interface ServerSentEvent {
  readonly event: string
  readonly data: unknown
}

/** An open stream of server-sent events; `next` waits for the next one of that name. */
export interface OpenStream {
  next(event: string): Promise<ServerSentEvent>
  /** Stops reading, so that the server's writes pile up; reads on. */
  pause(): void
  resume(): void
  close(): void
  readonly seen: readonly ServerSentEvent[]
}

export function openStream(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers }, answer => {
      const seen: ServerSentEvent[] = []
      const waiting: { event: string; got: (event: ServerSentEvent) => void }[] = []
      let read = 0
      let text = ''
      function deliver(): void {
        for (; read < seen.length && waiting.length > 0; read++) {
          const event = seen[read] as ServerSentEvent
          if (event.event === waiting[0]?.event) waiting.shift()?.got(event)
        }
      }
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        const parts = (text + chunk).split('\n\n')
        text = parts.pop() ?? ''
        for (const part of parts) {
          const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? []
          seen.push({ event, data: JSON.parse(data) })
        }
        deliver()
      })
      answer.on('error', () => {})
      resolve({
        seen,
        next: event =>
          new Promise(got => {
            waiting.push({ event, got })
            deliver()
          }),
        pause: () => answer.pause(),
        resume: () => answer.resume(),
        close: () => sent.destroy(),
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}
