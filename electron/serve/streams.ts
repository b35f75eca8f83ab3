import type { ServerResponse } from 'node:http'
import type { Engine, MachineActivity, Question, Reading, Unsubscribe, Update } from '../../shared/contract.ts'
import type { JobId } from '../../shared/ids.ts'
import { pacedStream, sse, sseText } from './paced-stream.ts'
import type { SteadyEngine } from './steady-engine.ts'

const PACE_MS = 33
const READINGS_PACE_MS = 100
const BEHIND_BYTES = 1_000_000

/** An engine for the browser; one that can end says so. */
export type ServedEngine = Engine & Partial<Pick<SteadyEngine, 'presence'>>

/**
 * The state to one browser, until it goes: a snapshot, then batches, at most one per 33 ms. Who is 1 MB behind gets a
 * snapshot once it listens again, instead of the backlog.
 */
export function streamEvents(engine: ServedEngine, response: ServerResponse): void {
  let snapshot: string | null = null
  let alive: string | null = null
  let events: string[] = []
  let bytes = 0
  let behind = true
  let subscription = 0
  let unsubscribe: Unsubscribe | undefined

  const stream = pacedStream(response, PACE_MS, () => {
    if (behind) follow()
    const text =
      (alive === null ? '' : sseText('engine', alive)) +
      (snapshot === null ? '' : sseText('snapshot', snapshot)) +
      (events.length === 0 ? '' : sseText('events', `[${events.join(',')}]`))
    alive = null
    forget()
    return text
  })

  function forget(): void {
    snapshot = null
    events = []
    bytes = 0
  }
  function follow(): void {
    behind = false
    subscription += 1
    const mine = subscription
    // The engine may answer within `subscribe` or later; an answer to a subscription that was given up is dropped.
    const end = engine.subscribe(update => mine === subscription && take(update))
    if (mine === subscription) unsubscribe = end
    else end()
  }
  function leave(): void {
    subscription += 1
    unsubscribe?.()
    unsubscribe = undefined
    forget()
  }
  function take(update: Update): void {
    if (update.is === 'snapshot') {
      forget()
      snapshot = JSON.stringify(update.state)
    } else {
      for (const event of update.events) {
        const json = JSON.stringify(event)
        events.push(json)
        bytes += Buffer.byteLength(json)
      }
      if (bytes > BEHIND_BYTES) {
        leave()
        behind = true
      }
    }
    stream.wake()
  }

  const absent = engine.presence?.(lives => {
    alive = JSON.stringify(lives)
    stream.wake()
  })
  response.on('close', () => {
    absent?.()
    leave()
  })
  stream.wake()
}

/** What running jobs show of themselves, to one browser: the newest reading of each job, what was missed is gone. */
export function streamReadings(engine: Engine, of: JobId | undefined, response: ServerResponse): void {
  const newest = new Map<string, Reading>()
  const stream = pacedStream(response, READINGS_PACE_MS, () => {
    const text = newest.size === 0 ? '' : sse('readings', [...newest.values()])
    newest.clear()
    return text
  })
  const unsubscribe = engine.readings(readings => {
    for (const reading of readings) newest.set(reading.job, reading)
    stream.wake()
  }, of)
  response.on('close', unsubscribe)
}

/** What a person is asked, and what machines were asked, in one stream: a browser opens only six lines to one server. */
export function streamMachines(engine: Engine, response: ServerResponse): void {
  let open: readonly Question[] | null = null
  let counted: readonly MachineActivity[] | null = null
  const stream = pacedStream(response, PACE_MS, () => {
    const text = (open === null ? '' : sse('questions', open)) + (counted === null ? '' : sse('activity', counted))
    open = null
    counted = null
    return text
  })
  const ends = [
    engine.questions(now => {
      open = now
      stream.wake()
    }),
    engine.activity(now => {
      counted = now
      stream.wake()
    }),
  ]
  response.on('close', () => {
    for (const end of ends) end()
  })
}
