import type { ContentRef } from '../ids.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { showJob } from '../show/job.ts'
import { showRun } from '../show/run.ts'
import { jobsOf } from '../show/status.ts'
import { pointRows } from '../workflows/index.ts'
import { csvOf, shiftsCsv } from './shifts-csv.ts'
import { structuresXyz } from './structures-xyz.ts'

/** A run as a text in one format; `read` gives the geometries. */
export type Exporter = (state: State, run: Run, read: (ref: ContentRef) => Promise<string>) => Promise<string>

export const exporters = {
  csv: async (state, run) =>
    run.workflow === 'campaign' ? csvOf(pointRows(knownOf(state, run))) : shiftsCsv(showRun(state, run)),
  xyz: structuresXyz,
  json: async (state, run) => {
    const document = showRun(state, run)
    // Each job with the keys of its row in the table, and all that `show JOB` tells of it.
    const jobs = jobsOf(state, run).map((job, i) => ({ ...document.jobs[i], ...showJob(job) }))
    return `${JSON.stringify({ ...document, jobs }, null, 2)}\n`
  },
} satisfies Record<string, Exporter>

export { csvOf }

export type ExportFormat = keyof typeof exporters
