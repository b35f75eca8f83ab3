import type { Run } from '../../shared/model/run.ts'
import { address } from '../route.ts'

/** Where a run is shown best: an ensemble or a campaign on its own screen, everything else in the queue. */
export function runAddress({ id, workflow }: Pick<Run, 'id' | 'workflow'>): string {
  if (workflow === 'nmr') return address('ensembles', id)
  if (workflow === 'campaign') return address('benchmarks', id)
  return address('queue', id)
}
