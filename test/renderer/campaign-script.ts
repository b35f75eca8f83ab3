import { planRun } from '../../electron/engine/plan.ts'
import { label, type MachineName, type RunId } from '../../shared/ids.ts'
import type { AttemptRef, EventBody } from '../../shared/model/events.ts'
import { type Job, type JobResult, lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { delta50 } from '../../shared/nmr/delta50.ts'
import { orThrow } from '../../shared/result.ts'
import { delta50Set, resolveCampaign } from '../../shared/workflows/index.ts'
import type { ScriptedEngine } from '../serve/scripted-engine.ts'

const MINUTE = 60_000

/**
 * A pilot of ten molecules of DELTA50 that has come so far: the first `done` jobs ended, one of them badly, the next run.
 * `contradicted`: this one completed, and a witness says otherwise. What is planned comes from the real workflow; the
 * shieldings are made up near a line through the measured shifts.
 */
export function aCampaign(
  engine: ScriptedEngine,
  done: number,
  contradicted: number | null = null,
  levels = 'B3LYP,WP04',
): RunId {
  const run = 'rpilot' as RunId
  const context = {
    machine: localMachine,
    resources: { ranks: 2, memory_mb: 2000, seconds: 3600 },
    refOf: (text: string) => engine.keep(text),
  }
  const { params } = orThrow(resolveCampaign({ pilot: 10, levels }, delta50Set, context))
  const machine = 'local' as MachineName
  happen({
    type: 'run.started',
    run,
    name: 'DELTA50, pilot',
    workflow: 'campaign',
    workflow_version: 1,
    params: params as never,
    machine,
  })
  for (let n = 0; n < done; n++) {
    const job = next()
    if (!job) return run
    engine.setClock(new Date(engine.now() + 2 * MINUTE).toISOString())
    begin(job)
    engine.setClock(new Date(engine.now() + (3 + (n % 5)) * MINUTE).toISOString())
    end(job, n === 7, n === contradicted)
  }
  for (let n = 0; n < 3; n++) {
    const job = next()
    if (job) begin(job)
  }
  return run

  function happen(...facts: readonly EventBody[]): void {
    engine.happen(...facts)
    for (;;) {
      const planned = planRun(engine.state(), run, () => false)
      if (planned.length === 0) return
      engine.happen(...planned)
    }
  }
  function next(): Job | undefined {
    const jobs = (get(engine.state().runs, run)?.jobs ?? []).flatMap(id => get(engine.state().jobs, id) ?? [])
    return jobs.find(job => lastAttempt(job).phase.is === 'planned')
  }
  function begin(job: Job): void {
    const at = refOf(job)
    happen({ type: 'jobs.staged', run, jobs: [{ ...at, dir: `/work/${at.label}` as never }] })
    happen({ type: 'submit.intended', run, ...at })
    happen({ type: 'jobs.submitted', run, jobs: [{ ...at, queue_id: '4242:17:b0' as never }] })
    happen({ type: 'jobs.running', run, jobs: [{ ...at, started: now(), ...PROCESS }] })
  }
  function end(job: Job, badly: boolean, contradicted: boolean): void {
    const at = refOf(job)
    const { phase } = lastAttempt(get(engine.state().jobs, job.id) as Job)
    const started = phase.is === 'running' ? phase.started : now()
    happen({
      type: 'jobs.ended',
      run,
      jobs: [{ ...at, started, ended: now(), exit: badly ? 1 : 0, signal: null, evidence: [], ...PROCESS }],
    })
    happen({ type: 'jobs.fetched', run, jobs: [{ ...at, files: [] }] })
    const reason = 'the SCF did not converge'
    const warning = contradicted ? 'the output says that it ended well, its exit code is 9' : null
    const verdict = badly
      ? { outcome: 'failed' as const, category: 'scf-not-converged', reason }
      : { outcome: 'completed' as const, category: null, reason: null }
    happen({
      type: 'jobs.parsed',
      run,
      jobs: [{ ...at, ...verdict, warning, evidence: [], result: resultOf(job, engine) }],
    })
  }
  function now(): string {
    return new Date(engine.now()).toISOString()
  }
}

const PROCESS = { host: 'here', pid: 4242, pgid: 4242, boot_id: 'b0' }

function refOf(job: Job): AttemptRef {
  const { n } = lastAttempt(job)
  return { job: job.id, attempt: n, label: label(job.id, n) }
}

function resultOf(job: Job, engine: ScriptedEngine): JobResult {
  const molecule = delta50.molecules.find(({ id }) => job.key.startsWith(`${id}/`))
  const elements = molecule?.elements ?? []
  const sigma = elements.map(() => 31)
  for (const { nucleus, atoms, delta_ppm } of molecule?.environments ?? []) {
    for (const atom of atoms) {
      const wobble = Math.sin(3.1 * atom + job.key.length)
      sigma[atom - 1] =
        nucleus === '13C' ? 186 - 1.04 * delta_ppm + 1.6 * wobble : 31.8 - 1.06 * delta_ppm + 0.08 * wobble
    }
  }
  const optimisation = job.key.includes('/opt_')
  return {
    energy_hartree: -115.7,
    converged: true,
    terminated_normally: true,
    version: '7.0.2',
    scf_cycles: 9,
    opt_cycles: optimisation ? 6 : null,
    max_gradient: null,
    basis_functions: 20 * elements.length,
    dielectric: 4.7113,
    shieldings: optimisation
      ? null
      : elements.map((element, i) => ({ atom: i + 1, element, sigma_ppm: sigma[i] ?? 0 })),
    geometry: optimisation ? engine.keep(`${elements.length}\n${job.key}\n`) : null,
    wall_s: 180,
  }
}
