import type { Engine, MachineActivity, Question, Reading, Unsubscribe, Update } from '../shared/contract.ts'
import type { Instant } from '../shared/ids.ts'
import type { Event } from '../shared/model/events.ts'
import type { State } from '../shared/model/state.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { type Cell, cell } from './cell.ts'
import { followStream } from './event-stream.ts'

/** Whether what is on the screen is what is. */
export type Link =
  | { readonly is: 'connecting' }
  | { readonly is: 'live' }
  /** The host answers, but no engine drives the runs: submitted jobs go on, the next phase waits. */
  | { readonly is: 'no-engine'; readonly as_of: Instant | null }
  /** `as_of`: when a living engine was last heard; null: never. */
  | { readonly is: 'offline'; readonly as_of: Instant | null }
  /** The server is there and does not let this page in, in its own words. */
  | { readonly is: 'refused'; readonly as_of: Instant | null; readonly why: string }

export interface BrowserEngine extends Engine {
  readonly link: Cell<Link>
}

const SILENT = 'Larmor does not answer. Nothing was sent; running jobs go on.'

/** The Engine contract over the routes of `larmor serve`, at this page's own address. */
export function connectEngine(): BrowserEngine {
  const link = cell<Link>({ is: 'connecting' })
  let heard: Instant | null = null
  let lives = true

  async function broken(): Promise<void> {
    if (link.get().is !== 'refused') link.set({ is: 'offline', as_of: heard })
    // EventSource does not tell a refusal from silence.
    const door = await fetch('./index.html').catch(() => null)
    if (door?.status === 403) link.set({ is: 'refused', as_of: heard, why: (await door.text()).trim() })
    else if (link.get().is === 'refused') link.set({ is: 'offline', as_of: heard })
  }

  const asked = new Set<(open: readonly Question[]) => void>()
  const counting = new Set<(activity: readonly MachineActivity[]) => void>()
  let machines: Unsubscribe | undefined

  /** One stream for all who want it: the newest comes with a new one, so whoever joins late opens it anew. */
  function followMachines(leave: () => void): Unsubscribe {
    machines?.()
    machines = followStream('api/machines', {
      on: {
        questions(open: readonly Question[]) {
          for (const listener of asked) listener(open)
        },
        activity(counted: readonly MachineActivity[]) {
          for (const listener of counting) listener(counted)
        },
      },
    })
    return () => {
      leave()
      if (asked.size + counting.size > 0) return
      machines?.()
      machines = undefined
    }
  }

  return {
    link,
    subscribe: (listener: (update: Update) => void): Unsubscribe =>
      followStream('api/events', {
        on: {
          snapshot: (state: State) => listener({ is: 'snapshot', state }),
          engine(alive: boolean) {
            lives = alive
          },
          events: (events: readonly Event[]) => listener({ is: 'events', events }),
        },
        contact() {
          if (lives) heard = new Date().toISOString()
          const now = lives ? 'live' : 'no-engine'
          if (link.get().is !== now) link.set(lives ? { is: 'live' } : { is: 'no-engine', as_of: heard })
        },
        broken,
      }),
    readings: (listener: (readings: readonly Reading[]) => void, of?: string): Unsubscribe =>
      followStream(`api/readings${of === undefined ? '' : `?of=${encodeURIComponent(of)}`}`, {
        on: { readings: listener },
      }),
    questions(listener: (open: readonly Question[]) => void): Unsubscribe {
      asked.add(listener)
      return followMachines(() => asked.delete(listener))
    },
    activity(listener: (activity: readonly MachineActivity[]) => void): Unsubscribe {
      counting.add(listener)
      return followMachines(() => counting.delete(listener))
    },
    answer: (id, answer) => post('api/answer', JSON.stringify({ id, answer }), 'application/json'),
    terminal: call => post('api/terminal', JSON.stringify(call), 'application/json'),
    send: command => post('api/send', JSON.stringify(command), 'application/json'),
    put: text => post('api/put', text, 'text/plain; charset=utf-8'),
    archivedRuns: () => ask('api/archive'),
    archivedRun: run => ask(`api/archived?run=${encodeURIComponent(run)}`),
    async read({ sha256, bytes }, range) {
      const part = range ? `&offset=${range.offset}&length=${range.length}` : ''
      const response = await fetch(`api/blob?sha256=${sha256}&bytes=${bytes}${part}`).catch(() => null)
      if (!response?.ok) return answered(response)
      return ok(await response.text())
    },
  }
}

async function ask<T>(path: string): Promise<Result<T>> {
  return answered(await fetch(path).catch(() => null))
}

async function post<T>(path: string, body: string, type: string): Promise<Result<T>> {
  return answered(await fetch(path, { method: 'POST', body, headers: { 'content-type': type } }).catch(() => null))
}

/** The Result that the server sent, or a fault that says why there is none. */
async function answered<T>(response: Response | null): Promise<Result<T>> {
  if (!response) return fail({ code: 'not-now', message: SILENT })
  const text = await response.text().catch(() => '')
  if (response.headers.get('content-type')?.startsWith('application/json')) return JSON.parse(text) as Result<T>
  return fail({ code: 'not-now', message: text.trim() || SILENT })
}
