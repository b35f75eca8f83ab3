import type { Outcome } from '../../shared/model/job.ts'
import { type Mark, stateNow } from '../../shared/show/mark.ts'
import type { RunState } from '../../shared/show/status.ts'
import type { Look } from '../ui/badge.tsx'
import { stalledLook } from './standing.ts'

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

/** The look of a run by the clock, too: where everything that runs of it is stalled, it does not simply run. */
export function lookNow(state: RunState, look: Look, mark: Pick<Mark, 'all_stalled'>): Look {
  return stateNow(state, mark) === 'stalled' ? stalledLook : look
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
