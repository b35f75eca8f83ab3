import type { JobId } from '../../shared/ids.ts'
import type { Job } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import type { Eta, Remaining } from '../../shared/progress/eta.ts'
import { NOTHING_LEFT } from '../../shared/progress/eta.ts'
import { type ShownEta, steadyEta } from '../../shared/progress/steady-eta.ts'
import { jobsOf } from '../../shared/show/status.ts'
import { cell, useCell } from '../cell.ts'
import { useNow } from '../ui/clock.ts'
import { clockTime } from '../ui/time.ts'
import type { OutlookAnswer, OutlookMessage } from './outlook.worker.ts'

/** When an open run will be done, also in words, and which of its jobs compute far longer than was predicted. */
export interface Outlook {
  readonly finish: string | null
  readonly remaining: Remaining
  readonly stalled: ReadonlySet<JobId>
  /** They are all that runs. */
  readonly allStalled: boolean
}

const EVERY_MS = 5000
/** Where nothing happens a job may still come to be late. */
const SILENT_MS = 60_000
/** A long forecast is made anew the more seldom: a tenth of one core at most. */
const REST = 10
/** Jobs that are copied for the worker at once: more would hold the window up. */
const AT_ONCE = 200

interface Looked {
  readonly at: number
  readonly run: Run
  readonly outlook: Outlook
  readonly took_ms: number
}

const looked = new Map<string, Looked>()
const steady = new Map<string, ShownEta>()
/** As the worker has them. */
const sent = new Map<string, Map<JobId, Job>>()
export const NO_OUTLOOK: Outlook = { finish: null, remaining: NOTHING_LEFT, stalled: new Set(), allStalled: false }
let worker: Worker | null = null
/** One question at a time: the answer of a long run takes a while. */
let busy = false
const answers = cell(0)

/** How often there was another forecast: who uses it is drawn again when there is one. */
export function useForecasts(): number {
  return useCell(answers)
}

/** The forecast of a run, drawn again when there is another. */
export function useOutlook(state: State, run: Run): Outlook {
  useForecasts()
  return outlookOf(state, run, useNow(EVERY_MS))
}

/** The forecast of a run, made anew at most every 5 s, and only when something happened to it; the newest that is there. */
export function outlookOf(state: State, run: Run, now: number): Outlook {
  if (run.phase.is === 'ended' || run.jobs.length === 0) return NO_OUTLOOK
  const known = looked.get(run.id)
  const every = Math.max(known?.run === run ? SILENT_MS : EVERY_MS, REST * (known?.took_ms ?? 0))
  if (busy || (known && now - known.at < every)) return known?.outlook ?? NO_OUTLOOK
  looked.set(run.id, { at: now, run, outlook: known?.outlook ?? NO_OUTLOOK, took_ms: known?.took_ms ?? 0 })
  busy = true
  void ask(state, run, now)
  return known?.outlook ?? NO_OUTLOOK
}

async function ask(state: State, run: Run, now: number): Promise<void> {
  await pause() // it is asked for while the rows are drawn
  const before = sent.get(run.id) ?? new Map<JobId, Job>()
  sent.set(run.id, before)
  const changed = jobsOf(state, run).filter(job => before.get(job.id) !== job)
  for (let i = 0; i < changed.length; i += AT_ONCE) {
    const jobs = changed.slice(i, i + AT_ONCE)
    post({ is: 'jobs', run: run.id, jobs })
    for (const job of jobs) before.set(job.id, job)
    await pause()
  }
  const { machines, as_of, times = {} } = state
  post({ is: 'question', run, machines, as_of, times, now: new Date(now).toISOString() })
}

/** Lets the window draw, and take what a person does. */
function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve))
}

function post(message: OutlookMessage): void {
  worker ??= startWorker()
  worker.postMessage(message)
}

function startWorker(): Worker {
  const started = new Worker(new URL('./outlook.worker.ts', import.meta.url), { type: 'module' })
  started.addEventListener('message', ({ data }: MessageEvent<OutlookAnswer>) => {
    busy = false
    keep(data)
  })
  started.addEventListener('error', () => {
    busy = false
  })
  return started
}

/** Rows compare objects: one that says the same stays the same. */
function keep({ run, remaining: left, stalled, allStalled, took_ms }: OutlookAnswer): void {
  const asked = looked.get(run)
  if (!asked) return
  const { outlook } = asked
  const remaining = { ...left, eta: steadyOf(run, left.eta) }
  const finish = remaining.eta === null ? null : finishText(remaining.eta, new Date())
  const same =
    outlook.finish === finish &&
    outlook.allStalled === allStalled &&
    [...outlook.stalled].join() === stalled.join() &&
    JSON.stringify(outlook.remaining) === JSON.stringify(remaining)
  looked.set(run, {
    ...asked,
    outlook: same ? outlook : { finish, remaining, stalled: new Set(stalled), allStalled },
    took_ms,
  })
  if (!same) answers.set(answers.get() + 1)
}

/** The forecast of a run as it stands on the screen, the same wherever it stands. */
function steadyOf(run: string, next: Eta | null): Eta | null {
  const shown = steadyEta(steady.get(run) ?? null, next, Date.now())
  steady.set(run, shown)
  return shown.eta
}

/** `14–25 h, ~Fri 08:00`: the 80 % range, and the clock time of its middle. */
function finishText({ low_s, high_s, finish_median }: Eta, now: Date): string {
  const [factor, unit] = high_s < 5400 ? [60, 'min'] : [3600, 'h']
  const decimals = high_s / factor < 10 && unit === 'h' ? 1 : 0
  const [low, high] = [(low_s / factor).toFixed(decimals), (high_s / factor).toFixed(decimals)]
  return `${low === high ? low : `${low}–${high}`} ${unit}, ~${clockTime(finish_median, now)}`
}
