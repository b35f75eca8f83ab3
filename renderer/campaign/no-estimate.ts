import type { Run } from '../../shared/model/run.ts'

/** Why nothing is foretold of a run of which no range is known; empty once it has ended. */
export function noEstimateText({ phase }: Pick<Run, 'phase'>, isStale: boolean): string {
  if (phase.is === 'ended') return ''
  if (phase.hold === 'paused') return 'No estimate until it goes on.'
  if (phase.hold !== null) return 'No estimate: it is about to end.'
  return isStale ? 'No estimate while the data is stale.' : 'A range is shown once five comparable ones are done.'
}
