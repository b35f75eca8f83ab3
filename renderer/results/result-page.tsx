import { type ExportFormat, exporters, formats } from '../../shared/exports/index.ts'
import { outcomesOf } from '../../shared/model/archive.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { runAddress } from '../../shared/show/run-address.ts'
import { jobsOf } from '../../shared/show/status.ts'
import { workflowOf } from '../../shared/workflows/index.ts'
import { useLarmor } from '../larmor.ts'
import { address } from '../route.ts'
import { FormatMenu } from '../runs/format-menu.tsx'
import { Evidences, JobTable } from '../runs/job-table.tsx'
import { runLook } from '../runs/looks.ts'
import { countOutcomes } from '../runs/outcome-counts.ts'
import { surroundingsOf, wantsALook } from '../runs/standing.ts'
import { Badge } from '../ui/badge.tsx'
import { clockTime } from '../ui/time.ts'
import { note } from '../ui/toast.tsx'

/** One closed run: how it ended, its jobs, and the files that others read. Works offline and from the archive. */
export function ResultPage({ state, run }: { readonly state: State; readonly run: Run }) {
  const { engine, host } = useLarmor()
  const jobs = jobsOf(state, run)
  const { short } = countOutcomes(outcomesOf(jobs))
  const around = surroundingsOf(run, state.machines[run.machine])
  const bad = jobs.filter(wantsALook)
  const phase = run.phase.is === 'ended' ? run.phase : null

  async function save(format: ExportFormat): Promise<void> {
    try {
      const text = await exporters[format](state, run, async ref => {
        const content = await engine.read(ref)
        if (!content.ok) throw new Error(content.fault.message)
        return content.value
      })
      await host.saveFile(`${fileName(run.name)}.${formats[format].ending}`, text)
    } catch (error) {
      note(`Not exported: ${error instanceof Error ? error.message : error}`, { shape: 'octagon' })
    }
  }
  return (
    <article className="result-page" aria-labelledby="result-title" data-result={run.id}>
      <header>
        <h1 id="result-title">
          <bdi>{run.name}</bdi>
        </h1>
        <p className="row">
          <Badge look={runLook(phase?.outcome ?? 'running', short.length > 0)} soft />
          <span className="reason">{phase?.reason}</span>
        </p>
        <p className="hint">
          {workflowOf(run.workflow).label} · {run.machine} · {clockTime(run.started)} to{' '}
          {phase ? clockTime(phase.at) : 'now'} · {run.id}
        </p>
        <div className="row">
          <a className="button" href={run.workflow === 'single' ? address('queue', run.id) : runAddress(run)}>
            Open
          </a>
          <FormatMenu run={run} onChoose={save} />
        </div>
      </header>
      {bad.length > 0 ? (
        <section className="card" aria-labelledby="result-bad">
          <h2 id="result-bad">Needs a look</h2>
          <Evidences state={state} jobs={bad.slice(0, MOST)} around={around} />
        </section>
      ) : null}
      <section className="card" aria-labelledby="result-jobs">
        <h2 id="result-jobs">
          Jobs <span className="count">{jobs.length}</span>
        </h2>
        <JobTable state={state} jobs={jobs.slice(0, MOST)} around={around} />
        {jobs.length > MOST ? <p className="hint">The first {MOST}; Open shows all.</p> : null}
      </section>
    </article>
  )
}

const MOST = 200

/** A name that every file system takes. */
function fileName(name: string): string {
  return (
    name
      .normalize('NFKD')
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replaceAll(/^[-.]+|-+$/g, '')
      .slice(0, 80) || 'run'
  )
}
