import type { Run } from '../model/run.ts'

/** Where the window shows a run best, as the end of its address: an ensemble or a campaign on its own screen, else the queue. */
export function runAddress({ id, workflow }: Pick<Run, 'id' | 'workflow'>): string {
  const screen = workflow === 'nmr' ? 'ensembles' : workflow === 'campaign' ? 'benchmarks' : 'queue'
  return `#/${screen}/${encodeURIComponent(id)}`
}
