import { expect, test } from 'vitest'
import { planRun } from '../../../electron/engine/plan.ts'
import { chance } from '../../../shared/chance.ts'
import type { Json, RemotePath, RunId } from '../../../shared/ids.ts'
import type { Event, EventBody } from '../../../shared/model/events.ts'
import { type Job, type JobResult, lastAttempt } from '../../../shared/model/job.ts'
import { knownOf } from '../../../shared/model/known.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { reduce } from '../../../shared/model/reduce.ts'
import type { Run } from '../../../shared/model/run.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { get } from '../../../shared/model/table.ts'
import type { TaskSpec } from '../../../shared/model/task.ts'
import type { Times } from '../../../shared/model/times.ts'
import type { SelectInput } from '../../../shared/nmr/ensemble.ts'
import { orThrow } from '../../../shared/result.ts'
import { jobsOf, statusOf } from '../../../shared/show/status.ts'
import {
  delta50Set,
  type NmrArguments,
  resolveCampaign,
  resolveNmr,
  workflows,
} from '../../../shared/workflows/index.ts'
import { result as nothing } from '../model/facts.ts'
import { methanol } from '../nmr/methanol.ts'
import { ref } from '../workflows/fake-run.ts'

/** Random lives of runs of each workflow: whatever comes in whatever order, the figures must hold. */
const SCHEDULES = 1000
const RUN = 'rsched' as RunId
const { params } = orThrow(
  resolveCampaign({ molecules: '5,3,6', levels: 'B3LYP,HF', solvents: 'chcl3', max_failures: 1 }, delta50Set, {
    machine: { ...localMachine, settings: { ...localMachine.settings, cores: 2 } },
    resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
    refOf: text => ref(text.slice(0, 20)),
  }),
)
const who = { host: 'n', pid: 1, pgid: 1, boot_id: 'b' }

const molecule = { ...methanol, classes: methanol.classes.slice(0, 1) }
const ids = ['c-a', 'c-b', 'c-c']

function nmrParams(args: Partial<NmrArguments>) {
  const context = { machine: localMachine, refOf: (text: string) => ref(text.slice(0, 20)) }
  return orThrow(resolveNmr({ input: 'CO', ...args }, { format: 'smiles', text: 'CO' }, context)).params
}

/** What other runs took, so that something can be forecast before five of its own are done. */
const levels = ['6-31G*', '6-311+G(2d,p)'].map(basis => `B3LYP/${basis}`)
const remembered: Times = {
  [localMachine.name]: [
    ...levels.map(level => `nwchem ${level}`),
    `nwchem ${levels[0]}//${levels[0]}`,
    'nwchem WP04/6-311+G(2d,p)',
    'nwchem PBE0/6-311+G(2d,p)',
    'xtb GFN2',
  ].flatMap(level =>
    [20, 30, 40, 50, 60].map(functions => ({
      functions,
      terms: [`level:${level}`],
      molecule: `m${functions}`,
      seconds: functions ** 1.5,
      run: 'rbefore' as RunId,
      waited_s: 3,
      bytes: 1000,
    })),
  ),
}

/** What a worker may say of a task of an nmr run. */
function taskResult({ key, kind, input }: TaskSpec, random: () => number): EventBody {
  if (random() < 0.02) return { type: 'task.failed', run: RUN, task: key, reason: 'no memory' }
  const all = kind === 'select' ? (input as unknown as SelectInput).conformers.map(({ id }) => id) : ids
  const some = all.filter(() => random() < 0.7)
  const kept = some.length > 0 ? some : all.slice(0, 1)
  const result =
    kind === 'select'
      ? { kept: kept.map(id => ({ id, degeneracy: 1 })), filtered: [] }
      : {
          molecule,
          conformers: kept.map(id => ({ id, geometry: ref(id), ff_energy_kcal: 1, degeneracy: 1 })),
          dropped: [],
          warnings: [],
        }
  return { type: 'task.done', run: RUN, task: key, result: result as unknown as Json }
}

const script = { files: [{ name: 'a.sh', ...ref('a') }], main: 'a.sh', args: [] } as unknown as Json
const kinds: readonly {
  readonly workflow: 'campaign' | 'nmr' | 'single'
  readonly lives: number
  readonly params: unknown
}[] = [
  { workflow: 'campaign', lives: SCHEDULES, params },
  { workflow: 'nmr', lives: SCHEDULES / 2, params: nmrParams({}) },
  { workflow: 'nmr', lives: SCHEDULES / 4, params: nmrParams({ pre: 'xtb', reference: 'tms' }) },
  { workflow: 'nmr', lives: SCHEDULES / 4, params: nmrParams({ one_job: true }) },
  {
    workflow: 'nmr',
    lives: SCHEDULES / 8,
    params: nmrParams({ preset: 'production', xc: '1H=WP04,13C=PBE0//B3LYP', reference: 'none' }),
  },
  {
    workflow: 'single',
    lives: SCHEDULES / 2,
    params: {
      jobs: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(key => ({
        key,
        machine: localMachine.name,
        program: 'command',
        input: script,
        resources: { ranks: 1, memory_mb: 100, seconds: 60 },
      })),
    },
  },
]

test.each(kinds)(
  'random schedules of a run of $workflow: the bar never falls, each unit counts once, all windows agree, no time is negative',
  ({ workflow, lives, params }) => {
    const ends = new Set<string>()
    const forecasts = { seen: 0 }
    for (let seed = 1; seed <= lives; seed++) ends.add(live(seed, workflow, params as Json, forecasts))
    expect(ends).toContain('completed')
    expect(ends).toContain('stopped')
    // Seven jobs that fail all at once are too rare.
    if (workflow !== 'single') expect(ends.size).toBeGreaterThan(1)
    // Else nothing was tested of them.
    expect(forecasts.seen).toBeGreaterThan(10)
  },
  // Most of a minute of computing for all of them.
  1_800_000,
)

/** One run, from its start to its end or for 300 events; returns the state it was in last. */
function live(seed: number, workflow: keyof typeof workflows, params: Json, forecasts: { seen: number }): string {
  const random = chance(seed)
  let clock = Date.parse('2026-01-02T03:04:05.678Z')
  let state: State = workflow === 'campaign' ? emptyState : { ...emptyState, times: remembered }
  let window = state
  let behind: Event[] = []
  let seen = { progress: 0, plan_version: 1 }

  const now = () => new Date(clock).toISOString()
  function happen(...bodies: readonly EventBody[]): void {
    for (const body of bodies) {
      const event = { ...body, seq: state.seq + 1, at: now(), v: 2 } as Event
      state = reduce(state, [event])
      behind.push(event)
      // Reports come twice, and the other window gets them in batches of any size.
      if (random() < 0.2) state = reduce(state, [event])
    }
    if (random() < 0.3) {
      window = reduce(window, behind)
      if (random() < 0.3) window = reduce(JSON.parse(JSON.stringify(window)) as State, behind)
      behind = []
    }
    check()
  }
  const run = () => {
    const found = get(state.runs, RUN)
    if (!found) throw new Error('no run')
    return found
  }
  const openTask = () => Object.values(run().tasks).find(task => task.state.is === 'planned')
  function check(): void {
    const { progress, plan_version } = run()
    // Plainly, for this is asked half a million times.
    const fell = plan_version === seen.plan_version && progress < seen.progress
    if (fell || progress > 1) throw new Error(`seed ${seed}: the bar went from ${seen.progress} to ${progress}`)
    seen = { progress, plan_version }
  }
  function plan(): void {
    for (let i = 0; i < 5; i++) {
      const events = planRun(state, RUN, () => false, now())
      if (events.length === 0) return
      happen(...events)
    }
  }

  happen({
    type: 'run.started',
    run: RUN,
    name: '',
    workflow,
    workflow_version: 1,
    params,
    machine: localMachine.name,
  })
  plan()
  for (let i = 0; i < 300 && run().phase.is === 'open'; i++) {
    clock += random() < 0.03 ? -3_600_000 : random() * 60_000 // now and then a clock is set back
    const jobs = jobsOf(state, run())
    const job = jobs[Math.floor(random() * jobs.length)]
    const hold = holdOf(run())
    if (hold === 'cancelling' && job) happen(...cancelled(job))
    else if (hold !== null && random() < (hold === 'paused' ? 0.3 : 0.1)) happen({ type: 'run.resumed', run: RUN })
    else if (random() < 0.02 && hold === null) happen({ type: 'run.paused', run: RUN })
    else if (random() < 0.02 && hold !== 'stopping') happen({ type: 'run.stopping', run: RUN })
    else if (random() < 0.0005) happen({ type: 'run.cancelling', run: RUN })
    else if (random() < 0.03) happen(late(run(), random))
    else if (random() < 0.3 && openTask()) happen(taskResult(openTask() as TaskSpec, random))
    else if (job) happen(...(isTakenOut(job, hold, random) ? takenOut(job, random) : next(job, random, now())))
    plan()
    // Most that were stopped go on.
    const { phase } = run()
    if (phase.is === 'ended' && phase.outcome === 'stopped' && random() < 0.7) {
      happen({ type: 'run.reopened', run: RUN })
      plan()
    }
    if (i % (workflow === 'campaign' ? 80 : 40) === 39) figures(state, forecasts)
  }
  figures(state, forecasts)
  window = reduce(window, behind)
  expect(window).toEqual(state)
  expect(statusOf(window, get(window.runs, RUN) ?? run())).toEqual(statusOf(state, run()))
  return statusOf(state, run()).state
}

function holdOf({ phase }: Run) {
  return phase.is === 'open' ? phase.hold : null
}

/** What waits is taken out of its queue where its run is about to stop, and by a reboot; held where it is paused. */
function isTakenOut(job: Job, hold: ReturnType<typeof holdOf>, random: () => number): boolean {
  const { phase, outcome } = lastAttempt(job)
  return phase.is === 'queued' && outcome === null && random() < (hold === 'stopping' ? 0.8 : hold ? 0.3 : 0.05)
}

function takenOut(job: Job, random: () => number): readonly EventBody[] {
  const { n, label } = lastAttempt(job)
  const of = { job: job.id, attempt: n, label }
  if (random() < 0.2)
    return [{ type: 'jobs.waiting', run: RUN, jobs: [{ ...of, waiting: { is: 'held', text: 'held' } }] }]
  return [{ type: 'jobs.withdrawn', run: RUN, jobs: [{ ...of, reason: 'its run stops' }] }]
}

function cancelled(job: Job): readonly EventBody[] {
  const { n, label } = lastAttempt(job)
  const of = { job: job.id, attempt: n, label }
  return [
    { type: 'cancel.wished', run: RUN, ...of },
    { type: 'jobs.cancelled', run: RUN, jobs: [{ ...of, reason: 'cancelled', evidence: [] }] },
  ]
}

function figures(state: State, forecasts: { seen: number }): void {
  const run = get(state.runs, RUN)
  if (!run) throw new Error('no run')
  const { eta, left, computing_s, waiting_s, counts } = statusOf(state, run)
  if (run.workflow === 'campaign') campaignFigures(state, run)
  const plan = workflows[run.workflow as keyof typeof workflows].plan(knownOf(state, run))
  const keys = plan.units.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  // Whatever is planned is in the bar.
  for (const { key } of [...plan.jobs, ...plan.tasks]) expect(keys).toContain(key)
  const { parsed: _, ...others } = counts
  expect(Object.values(others).reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(run.jobs.length + counts.parsed)
  for (const seconds of [left, computing_s ?? 0, waiting_s ?? 0]) expect(seconds).toBeGreaterThanOrEqual(0)
  if (!eta) return
  forecasts.seen += 1
  expect(eta.low_s).toBeGreaterThanOrEqual(0)
  expect(eta.median_s).toBeGreaterThanOrEqual(eta.low_s)
  expect(eta.high_s).toBeGreaterThanOrEqual(eta.median_s)
}

function campaignFigures(state: State, run: Run): void {
  const { completed, failed, total, tasks } = workflows.campaign.show(knownOf(state, run)) as {
    completed: number
    failed: number
    total: number
    tasks: readonly { state: string }[]
  }
  expect(completed + failed).toBeLessThanOrEqual(total)
  expect(tasks).toHaveLength(total)
  expect(tasks.filter(task => task.state === 'completed')).toHaveLength(completed)
}

/** A figure of earlier, or of an earlier plan, that comes late. */
function late({ progress, plan_version }: Run, random: () => number): EventBody {
  const of = random() < 0.5 ? plan_version : Math.max(1, plan_version - 1)
  return { type: 'run.progressed', run: RUN, progress: progress * random(), plan_version: of }
}

/** What may happen to a job next; late, doubled and impossible reports among them. */
function next(job: Job, random: () => number, at: string): readonly EventBody[] {
  const { n, label, phase, outcome } = lastAttempt(job)
  const of = { job: job.id, attempt: n, label }
  if (outcome !== null) {
    if (outcome === 'completed' || random() < 0.7)
      return [{ type: 'jobs.running', run: RUN, jobs: [{ ...of, started: at, ...who }] }]
    const input = lastAttempt(job)
    return [
      {
        type: 'attempt.added',
        run: RUN,
        job: job.id,
        attempt: n + 1,
        label: `${job.id}.${n + 1}` as never,
        fix: null,
        input: input.input,
        resources: input.resources,
      },
    ]
  }
  switch (phase.is) {
    case 'planned':
      return [{ type: 'jobs.staged', run: RUN, jobs: [{ ...of, dir: '/w' as RemotePath }] }]
    case 'staged':
      return [{ type: 'submit.intended', run: RUN, ...of }]
    case 'submitting':
      return [{ type: 'jobs.submitted', run: RUN, jobs: [{ ...of, queue_id: '1' as never }] }]
    case 'queued':
      return [{ type: 'jobs.running', run: RUN, jobs: [{ ...of, started: at, ...who }] }]
    case 'running':
      if (random() < 0.5) return []
      return [
        {
          type: 'jobs.ended',
          run: RUN,
          jobs: [{ ...of, started: phase.started, ended: at, exit: 0, signal: null, evidence: [], ...who }],
        },
      ]
    case 'ended':
      return [{ type: 'jobs.fetched', run: RUN, jobs: [{ ...of, files: [] }] }]
    default: {
      const completes = random() < 0.85
      const result: JobResult = { ...nothing, energy_hartree: -1, geometry: ref(`g${label}`), shieldings: [] }
      return [
        {
          type: 'jobs.parsed',
          run: RUN,
          jobs: [
            {
              ...of,
              result,
              outcome: completes ? 'completed' : 'failed',
              category: null,
              reason: null,
              warning: null,
              evidence: [],
            },
          ],
        },
      ]
    }
  }
}
