import type { JobId } from '../../shared/ids.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { jobsOf, type RunStatus } from '../../shared/show/status.ts'
import { steadyOf } from '../runs/steady.ts'
import { clockTime } from '../ui/time.ts'
import type { OutlookAnswer, OutlookQuestion } from './outlook.worker.ts'

/** When an open run will be done, in words, and which of its jobs compute far longer than was predicted. */
export interface Outlook {
  readonly finish: string | null
  readonly stalled: ReadonlySet<JobId>
}

const EVERY_MS = 5000
/** Where nothing happens a job may still come to be late. */
const SILENT_MS = 60_000
/** Of a longer run already the copy for the worker would hold the window up. */
const MOST_JOBS = 3000

interface Looked {
  readonly at: number
  readonly run: Run
  readonly outlook: Outlook
}

const looked = new Map<string, Looked>()
export const NO_OUTLOOK: Outlook = { finish: null, stalled: new Set() }
let worker: Worker | null = null
/** One question at a time: the answer of a long run takes a while. */
let busy = false

/** The forecast of a run, made anew at most every 5 s, and only when something happened to it; the newest that is there. */
export function outlookOf(state: State, run: Run, now: number): Outlook {
  if (run.phase.is === 'ended' || run.jobs.length === 0 || run.jobs.length > MOST_JOBS) return NO_OUTLOOK
  const known = looked.get(run.id)
  const every = known?.run === run ? SILENT_MS : EVERY_MS
  if (busy || (known && now - known.at < every)) return known?.outlook ?? NO_OUTLOOK
  looked.set(run.id, { at: now, run, outlook: known?.outlook ?? NO_OUTLOOK })
  busy = true
  const { machines, as_of, times = {} } = state
  const at = new Date(now).toISOString()
  const question: OutlookQuestion = { run, jobs: jobsOf(state, run), machines, as_of, times, now: at }
  theWorker().postMessage(question)
  return known?.outlook ?? NO_OUTLOOK
}

function theWorker(): Worker {
  if (worker) return worker
  worker = new Worker(new URL('./outlook.worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<OutlookAnswer>) => {
    busy = false
    keep(data)
  })
  worker.addEventListener('error', () => {
    busy = false
  })
  return worker
}

/** Rows compare objects: one that says the same stays the same. */
function keep({ run, eta, stalled }: OutlookAnswer): void {
  const asked = looked.get(run)
  if (!asked) return
  const { outlook } = asked
  const steady = steadyOf(run, eta)
  const finish = steady === null ? null : finishText(steady, new Date())
  const same = outlook.finish === finish && [...outlook.stalled].join() === stalled.join()
  if (!same) looked.set(run, { ...asked, outlook: { finish, stalled: new Set(stalled) } })
}

/** `14–25 h, ~Fri 08:00`: the 80 % range, and the clock time of its middle. */
function finishText({ low_s, high_s, finish_median }: NonNullable<RunStatus['eta']>, now: Date): string {
  const [factor, unit] = high_s < 5400 ? [60, 'min'] : [3600, 'h']
  const decimals = high_s / factor < 10 && unit === 'h' ? 1 : 0
  const [low, high] = [(low_s / factor).toFixed(decimals), (high_s / factor).toFixed(decimals)]
  return `${low === high ? low : `${low}–${high}`} ${unit}, ~${clockTime(finish_median, now)}`
}
