import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { type RunStatus, statusOf } from '../../shared/show/status.ts'
import { clockTime } from '../ui/time.ts'

/** When an open run will be done, in words, and whether one of its jobs is silent for too long. */
export interface Outlook {
  readonly finish: string | null
  readonly stalled: boolean
}

const EVERY_MS = 5000
/** A forecast draws many samples of every job that is left: of more jobs than these it would hold the window up. */
const MOST_JOBS = 500

const looked = new Map<string, { readonly at: number; readonly run: Run; readonly outlook: Outlook }>()
const NOTHING: Outlook = { finish: null, stalled: false }

/** The forecast of a run, made anew at most every 5 s, and only when something happened to it. */
export function outlookOf(state: State, run: Run, now: number): Outlook {
  if (run.phase.is === 'ended' || run.jobs.length > MOST_JOBS) return NOTHING
  const known = looked.get(run.id)
  if (known && (known.run === run || now - known.at < EVERY_MS)) return known.outlook
  const { eta, confidence } = statusOf(state, run)
  const made = { finish: eta === null ? null : finishText(eta, new Date(now)), stalled: confidence === 'stalled' }
  const same = known?.outlook.finish === made.finish && known.outlook.stalled === made.stalled
  const outlook = same ? known.outlook : made
  looked.set(run.id, { at: now, run, outlook })
  return outlook
}

/** `14–25 h, ~Fri 08:00`: the 80 % range, and the clock time of its middle. */
function finishText({ low_s, high_s, finish_median }: NonNullable<RunStatus['eta']>, now: Date): string {
  const [factor, unit] = high_s < 5400 ? [60, 'min'] : [3600, 'h']
  const decimals = high_s / factor < 10 && unit === 'h' ? 1 : 0
  const [low, high] = [(low_s / factor).toFixed(decimals), (high_s / factor).toFixed(decimals)]
  return `${low === high ? low : `${low}–${high}`} ${unit}, ~${clockTime(finish_median, now)}`
}
