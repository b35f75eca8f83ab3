import { type Attempt, doubtOf, type Outcome } from '../../shared/model/job.ts'
import type { RunState } from '../../shared/show/status.ts'
import type { Look } from '../ui/badge.tsx'

/** The window's words for what scripts call planned, running, completed... `isShort`: not all parts completed. */
export function runLook(state: RunState, isShort: boolean): Look {
  switch (state) {
    case 'planned':
      return { word: 'Pending', shape: 'dashed ring', tone: 'neutral' }
    case 'running':
      return { word: 'Running', shape: 'half disc', tone: 'run' }
    case 'paused':
      return { word: 'Held', shape: 'bars', tone: 'neutral' }
    case 'stopped':
    case 'cancelled':
      return { word: 'Stopped', shape: 'slash', tone: 'neutral' }
    case 'completed':
      return isShort
        ? { word: 'Check', shape: 'diamond', tone: 'attention' }
        : { word: 'Finished', shape: 'disc check', tone: 'done' }
    case 'failed':
      return { word: 'Failed', shape: 'octagon', tone: 'fail' }
  }
}

/** How an attempt ended. */
export function outcomeLook(outcome: Outcome): Look {
  switch (outcome) {
    case 'completed':
      return { word: 'Finished', shape: 'disc check', tone: 'done' }
    case 'failed':
    case 'timeout':
      return { word: 'Failed', shape: 'octagon', tone: 'fail' }
    case 'cancelled':
      return { word: 'Stopped', shape: 'slash', tone: 'neutral' }
    case 'lost':
      return { word: 'Unknown', shape: 'question', tone: 'attention' }
  }
}

/** How the attempt that counts stands. `held`: its run is paused. */
export function attemptLook(attempt: Attempt, held: boolean): Look {
  const { phase, outcome } = attempt
  if (outcome !== null) return outcomeLook(outcome)
  if (doubtOf(attempt)) return { word: 'Unknown', shape: 'question', tone: 'attention' }
  switch (phase.is) {
    case 'planned':
      return held
        ? { word: 'Held', shape: 'bars', tone: 'neutral' }
        : { word: 'Pending', shape: 'dashed ring', tone: 'neutral' }
    case 'staged':
      return { word: 'Sending', shape: 'arrow ring', tone: 'neutral' }
    case 'submitting':
      return { word: 'Sending', shape: 'arrow ring', tone: 'neutral' }
    case 'queued':
      return { word: 'Waiting', shape: 'clock', tone: 'neutral' }
    case 'running':
      return { word: 'Running', shape: 'half disc', tone: 'run' }
    case 'ended':
    case 'fetched':
    case 'parsed':
      // Ended is not finished: the output has the word.
      return { word: 'Ended', shape: 'slash', tone: 'neutral' }
  }
}

/** One plain sentence beside the badge, or null where the badge says it all. */
export function attemptReason(attempt: Attempt): string | null {
  const { phase, outcome, reason, cancel_wished } = attempt
  const doubt = doubtOf(attempt)
  if (outcome === 'timeout') return reason ?? 'the time limit was reached'
  if (outcome !== null) return reason
  if (doubt) return `${doubt.about}? not known: ${doubt.text}`
  if (cancel_wished !== null) return 'cancel was asked for; not known yet whether it still runs'
  if (phase.is === 'ended') return 'its output is being fetched'
  if (phase.is === 'fetched') return 'its output is being read'
  return null
}
