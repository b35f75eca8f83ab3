import { planRun } from '../../electron/engine/plan.ts'
import { type Json, jobId, label, type MachineName, type RunId } from '../../shared/ids.ts'
import type { AttemptRef, EventBody } from '../../shared/model/events.ts'
import { type JobResult, lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import type { MoleculeInfo } from '../../shared/nmr/molecule-info.ts'
import { type Figures, unread } from '../../shared/programs/program.ts'
import { orThrow } from '../../shared/result.ts'
import { resolveNmr } from '../../shared/workflows/index.ts'
import type { ScriptedEngine } from '../serve/scripted-engine.ts'
import { methanol } from '../shared/nmr/methanol.ts'

/** Shieldings of methanol at the draft level, ppm, as a run of NWChem 7.0.2 gave them (rounded). */
const SHIELDINGS = [
  { atom: 1, element: 'C', sigma_ppm: 139.6 },
  { atom: 2, element: 'O', sigma_ppm: 337.2 },
  { atom: 3, element: 'H', sigma_ppm: 28.9 },
  { atom: 4, element: 'H', sigma_ppm: 28.5 },
  { atom: 5, element: 'H', sigma_ppm: 28.5 },
  { atom: 6, element: 'H', sigma_ppm: 32.3 },
]

const ENERGY_HARTREE = -115.72

/** Methanol, angstrom, its OH turned by so many degrees. */
function methanolXyz(degrees: number): string {
  const angle = (degrees * Math.PI) / 180
  const oh = [1.74, 0.91 * Math.cos(angle), 0.91 * Math.sin(angle)].map(value => value.toFixed(4)).join(' ')
  return `6
methanol
C 0.0000 0.0000 0.0000
O 1.4200 0.0000 0.0000
H -0.3900 -1.0200 0.0000
H -0.3900 0.5100 0.8900
H -0.3900 0.5100 -0.8900
H ${oh}
`
}

/** Another molecule than methanol, and what its conformers give. */
export interface ScriptedMolecule {
  readonly smiles: string
  readonly molecule: MoleculeInfo
  geometry(place: number): string
  readonly energy_hartree: (place: number) => number
  readonly shieldings: (place: number) => JobResult['shieldings']
}

const scriptedMethanol: ScriptedMolecule = {
  smiles: 'CO',
  molecule: methanol,
  geometry: place => methanolXyz(30 * place),
  energy_hartree: place => ENERGY_HARTREE + place * 0.001,
  shieldings: () => SHIELDINGS,
}

/** An nmr run whose jobs and tasks end when a test says so; what follows is planned by the real workflow. */
export interface NmrScript {
  readonly run: RunId
  readonly start: () => void
  /** The conformers were made. */
  readonly found: (...ids: readonly string[]) => void
  /** A job runs, from its staging on. */
  readonly runs: (key: string) => void
  /** It ended: completed, though a witness may say otherwise, or failed with this reason. */
  readonly completes: (key: string, warning?: string | null) => void
  readonly fails: (key: string, reason: string) => void
  /** The optimised conformers were compared, and all kept. */
  readonly selected: () => void
  /** All of it: the conformers, and every job of each. */
  readonly computes: (...ids: readonly string[]) => void
  readonly happen: (...facts: readonly EventBody[]) => void
}

export function nmrScript(
  engine: ScriptedEngine,
  id: string,
  name = 'methanol',
  of: ScriptedMolecule = scriptedMethanol,
): NmrScript {
  const run = id as RunId
  const machine = 'local' as MachineName
  const order: string[] = []

  /** The facts, and all that follows from them by the plan. */
  function happen(...facts: readonly EventBody[]): void {
    engine.happen(...facts)
    for (;;) {
      const planned = planRun(engine.state(), run, () => false)
      if (planned.length === 0) return
      engine.happen(...planned)
    }
  }
  function start(): void {
    const text = of.smiles
    const refOf = (content: string) => engine.keep(content)
    const context = { machine: localMachine, refOf }
    const { params } = orThrow(resolveNmr({ input: text }, { format: 'smiles', text }, context))
    happen({ type: 'run.started', run, name, workflow: 'nmr', workflow_version: 1, params: params as never, machine })
  }
  function taskDone(prefix: string, result: Json): void {
    const tasks = Object.values(get(engine.state().runs, run)?.tasks ?? {})
    const task = tasks.find(({ key, state }) => key.startsWith(prefix) && state.is === 'planned')
    if (!task) throw new Error(`the plan holds no task ${prefix}`)
    happen({ type: 'task.done', run, task: task.key, result })
  }
  function ref(key: string): AttemptRef {
    const job = get(engine.state().jobs, jobId(run, key))
    if (!job) throw new Error(`the plan holds no job ${key}`)
    const { n } = lastAttempt(job)
    return { job: job.id, attempt: n, label: label(job.id, n) }
  }
  const process = { host: 'here', pid: 4242, pgid: 4242, boot_id: 'b0' }
  const now = () => new Date(engine.now()).toISOString()

  function runs(key: string): void {
    const at = ref(key)
    happen({ type: 'jobs.staged', run, jobs: [{ ...at, dir: `/work/${at.label}` as never }] })
    happen({ type: 'submit.intended', run, ...at })
    happen({ type: 'jobs.submitted', run, jobs: [{ ...at, queue_id: '4242:17:b0' as never }] })
    happen({ type: 'jobs.running', run, jobs: [{ ...at, started: now(), ...process }] })
  }
  function ends(key: string, exit: number, parsed: Omit<Parsed, keyof AttemptRef>): void {
    const at = ref(key)
    const job = get(engine.state().jobs, at.job)
    const phase = job && lastAttempt(job).phase
    const started = phase?.is === 'running' ? phase.started : now()
    const ended = now()
    happen({ type: 'jobs.ended', run, jobs: [{ ...at, started, ended, exit, signal: null, evidence: [], ...process }] })
    happen({ type: 'jobs.fetched', run, jobs: [{ ...at, files: [] }] })
    happen({ type: 'jobs.parsed', run, jobs: [{ ...at, ...parsed }] })
  }
  function resultOf(key: string): JobResult {
    const [id = '', task] = key.split('/')
    const place = order.indexOf(id)
    return {
      energy_hartree: of.energy_hartree(place),
      converged: true,
      terminated_normally: true,
      version: '7.0.2',
      scf_cycles: 8,
      opt_cycles: 5,
      max_gradient: 0.0001,
      basis_functions: 38,
      dielectric: 4.7113,
      shieldings: task === 'nmr' ? of.shieldings(place) : null,
      geometry: engine.keep(of.geometry(place)),
      figures: engine.keep(JSON.stringify(figuresOf(of.energy_hartree(place)))),
      wall_s: 5,
    }
  }

  function found(...ids: readonly string[]): void {
    order.push(...ids)
    const conformers = ids.map((each, i) => ({
      id: each,
      geometry: engine.keep(of.geometry(i)),
      ff_energy_kcal: i * 0.5,
      degeneracy: 1,
    }))
    taskDone('conformers', { molecule: of.molecule, conformers, dropped: [], warnings: [] } as unknown as Json)
  }
  function completes(key: string, warning: string | null = null): void {
    ends(key, 0, { result: resultOf(key), outcome: 'completed', category: null, reason: null, warning, evidence: [] })
  }
  function selected(): void {
    const kept = order
      .filter(each => {
        const job = get(engine.state().jobs, jobId(run, `${each}/opt`))
        return job && lastAttempt(job).outcome === 'completed'
      })
      .map(each => ({ id: each, degeneracy: 1 }))
    taskDone('select', { kept, filtered: [] })
  }

  return {
    run,
    happen,
    start,
    found,
    runs,
    completes,
    fails(key, reason) {
      const evidence = [{ source: 'output' as const, file: 'output', line: 812, text: `  ${reason}` }]
      const result = { ...resultOf(key), geometry: null, shieldings: null, converged: false }
      ends(key, 1, { result, outcome: 'failed', category: 'scf-not-converged', reason, evidence })
    },
    selected,
    computes(...ids) {
      found(...ids)
      for (const step of ['opt', 'nmr']) {
        if (step === 'nmr') selected()
        for (const id of ids) runs(`${id}/${step}`)
        for (const id of ids) completes(`${id}/${step}`)
      }
    },
  }
}

type Parsed = Extract<EventBody, { readonly type: 'jobs.parsed' }>['jobs'][number]

/** An optimisation of five cycles that comes down to this energy. */
function figuresOf(energy: number): Figures {
  const cycles = [0.02, 0.008, 0.003, 0.001, 0].map(above => ({
    energy_hartree: energy + above,
    gradient: above / 2 + 0.0001,
  }))
  return { ...unread.figures, cycles }
}
