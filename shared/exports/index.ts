import type { ContentRef } from '../ids.ts'
import { lastAttempt } from '../model/job.ts'
import { knownOf } from '../model/known.ts'
import type { Run } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { moleculeOf as graphOfInfo } from '../nmr/molecule-info.ts'
import { programs } from '../programs/index.ts'
import { badInput, orThrow } from '../result.ts'
import { showJob } from '../show/job.ts'
import { showRun } from '../show/run.ts'
import { jobsOf } from '../show/status.ts'
import { moleculeOf, type PublishedTable, pointRows, publishedTable, type ShownNmr } from '../workflows/index.ts'
import { peaksJcamp } from './peaks-jcamp.ts'
import { publishedHtml, publishedText } from './published-html.ts'
import { publishedLatex } from './published-latex.ts'
import { csvOf, shiftsCsv } from './shifts-csv.ts'
import { siText } from './si-text.ts'
import { structuresOf } from './structures.ts'
import { structuresSdf } from './structures-sdf.ts'
import { structuresXyz } from './structures-xyz.ts'

/** A run as a text in one format; `read` gives the geometries. A FaultError where the run has nothing for it. */
type Exporter = (state: State, run: Run, read: (ref: ContentRef) => Promise<string>) => Promise<string>

export const exporters = {
  csv: async (state, run) =>
    run.workflow === 'campaign' ? csvOf(pointRows(knownOf(state, run))) : shiftsCsv(showRun(state, run)),
  xyz: async (...of) => structuresXyz(await structuresOf(...of)),
  sdf: async (state, run, read) => {
    const { charge = null, shifts = [] } = showRun(state, run) as Partial<ShownNmr>
    const info = moleculeOf(knownOf(state, run))
    const molecule = info && graphOfInfo(info)
    return structuresSdf(await structuresOf(state, run, read), { title: run.name, charge, shifts, molecule })
  },
  jcamp: async (state, run) => peaksJcamp(showRun(state, run)),
  si: async (state, run, read) =>
    siText(showRun(state, run), await structuresOf(state, run, read), versionsOf(state, run)),
  latex: async (state, run) => publishedLatex(levelsOf(state, run)),
  word: async (state, run) => publishedHtml(levelsOf(state, run)),
  json: async (state, run) => {
    const document = showRun(state, run)
    // Each job with the keys of its row in the table, and all that `show JOB` tells of it.
    const jobs = jobsOf(state, run).map((job, i) => ({ ...document.jobs[i], ...showJob(job) }))
    return `${JSON.stringify({ ...document, jobs }, null, 2)}\n`
  },
} satisfies Record<string, Exporter>

export type ExportFormat = keyof typeof exporters

/** The formats with the usual ending of their files, and in words. */
export const formats: Readonly<Record<ExportFormat, { readonly ending: string; readonly label: string }>> = {
  csv: { ending: 'csv', label: 'Table' },
  xyz: { ending: 'xyz', label: 'Structures' },
  sdf: { ending: 'sdf', label: 'Structures with bonds' },
  jcamp: { ending: 'jdx', label: 'Spectrum, JCAMP-DX' },
  si: { ending: 'txt', label: 'Supporting information' },
  latex: { ending: 'tex', label: 'Table of levels for LaTeX' },
  word: { ending: 'html', label: 'Table of levels for Word' },
  json: { ending: 'json', label: 'All as data' },
}

/** What a format holds of a run of this workflow, in a chemist's words where the general ones say less. */
export function labelOf(format: ExportFormat, { workflow }: Run): string {
  const own: Partial<Record<ExportFormat, string>> =
    workflow === 'nmr'
      ? { csv: 'Shift table', xyz: 'Conformers', sdf: 'Conformers with weights' }
      : workflow === 'campaign'
        ? { csv: 'Table of environments' }
        : {}
  return own[format] ?? formats[format].label
}

/** Those that a run of this workflow may have something for. */
export function formatsOf({ workflow }: Run): readonly ExportFormat[] {
  const all = Object.keys(formats) as ExportFormat[]
  const others: readonly ExportFormat[] =
    workflow === 'nmr' ? ['latex', 'word'] : workflow === 'campaign' ? ['jcamp'] : ['jcamp', 'latex', 'word']
  return all.filter(format => !others.includes(format))
}

/** What a campaign ends with, to be printed; another run has no such table. */
function levelsOf(state: State, run: Run): PublishedTable {
  if (run.workflow === 'campaign') return publishedTable(knownOf(state, run))
  return orThrow(
    badInput('format', 'The run is no campaign, and so has no table of levels.', 'Its table: --format csv'),
  )
}

function versionsOf(state: State, run: Run): readonly string[] {
  const names = jobsOf(state, run).flatMap(job => {
    const { phase } = lastAttempt(job)
    const version = phase.is === 'parsed' ? phase.result.version : null
    return version === null
      ? []
      : [`${programs[job.program as keyof typeof programs]?.label ?? job.program} ${version}`]
  })
  return [...new Set(names)]
}

export { csvOf, publishedHtml, publishedLatex, publishedText }
