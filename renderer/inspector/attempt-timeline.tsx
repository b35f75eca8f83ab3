import type { Attempt, PhaseName } from '../../shared/model/job.ts'
import { remedyTitle } from '../../shared/remedies/index.ts'
import { type Times, timesOf } from '../runs/times.ts'
import { causeText } from '../runs/words.ts'
import { hoursMinutes } from '../ui/time.ts'

const WIDTH = 180

/** The attempts on one time axis, oldest first: waited light, ran solid, and how each ended in words. */
export function AttemptTimeline({ attempts, now }: { readonly attempts: readonly Attempt[]; readonly now: number }) {
  const times = attempts.map(attempt => timesOf(attempt, now))
  const begins = times.flatMap(({ from }) => (from === null ? [] : [from]))
  const ends = times.flatMap(({ from, waited, ran }) => (from === null ? [] : [from + (waited ?? 0) + (ran ?? 0)]))
  const [low, high] = [Math.min(...begins), Math.max(...ends)]
  const scale = high > low ? WIDTH / (high - low) : 0
  return (
    <section aria-labelledby="attempts-title">
      <h3 id="attempts-title">
        Attempts <span className="hint">light: waited, solid: ran</span>
      </h3>
      <ol className="attempts">
        {attempts.map((attempt, i) => {
          const { from, waited, ran } = times[i] as Times
          const x = from === null ? 0 : (from - low) * scale
          const w = (waited ?? 0) * scale
          const r = (ran ?? 0) * scale
          return (
            <li key={attempt.n}>
              <span>{attempt.n}</span>
              <svg viewBox={`0 0 ${WIDTH} 10`} width={WIDTH} height="10" aria-hidden="true">
                <rect className="axis-waited" x={x} y="3.5" width={Math.max(0, w)} height="3" />
                {ran === null ? null : <rect className="axis-ran" x={x + w} y="1" width={Math.max(2, r)} height="8" />}
                {endsBadly(attempt) ? (
                  <rect
                    className="axis-fail"
                    x={Math.min(WIDTH - 2, x + w + Math.max(2, r))}
                    y="0"
                    width="2"
                    height="10"
                  />
                ) : null}
              </svg>
              <span className="reason">{endText(attempt, waited, ran)}</span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

function endsBadly({ outcome }: Attempt): boolean {
  return outcome === 'failed' || outcome === 'timeout' || outcome === 'lost'
}

/** How far it is, where it has not ended, in the words of the queue. */
const UNDER_WAY: { readonly [P in PhaseName]: string } = {
  planned: 'pending',
  staged: 'sending',
  submitting: 'sending',
  queued: 'waiting',
  running: 'running',
  ended: 'its output is being fetched',
  fetched: 'its output is being read',
  parsed: 'its output is being read',
}

function endText(
  { outcome, category, reason, warning, fix, phase }: Attempt,
  waited: number | null,
  ran: number | null,
): string {
  const how =
    outcome === null
      ? UNDER_WAY[phase.is]
      : outcome === 'completed'
        ? warning === null
          ? 'finished'
          : 'to check'
        : category === null
          ? (reason ?? outcome)
          : causeText(category)
  const parts = [
    how,
    waited === null ? null : `waited ${hoursMinutes(waited)}`,
    ran === null ? null : `ran ${hoursMinutes(ran)} h`,
    fix === null || fix === 'none' ? null : fix === 'edited' ? 'edited' : `fix: ${remedyTitle(fix)}`,
  ]
  return parts.filter(part => part !== null).join(', ')
}
