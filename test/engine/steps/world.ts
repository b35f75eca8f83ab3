import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { installAgent, type RemoteAgent } from '../../../electron/engine/machines/remote-agent.ts'
import type { Session } from '../../../electron/engine/machines/transports/index.ts'
import { isToBeHeldOrLetGo, isToBeWithdrawn, nextStep, STEPS, type Step } from '../../../electron/engine/next-step.ts'
import { type Here, steps } from '../../../electron/engine/steps/index.ts'
import { openBlobs } from '../../../electron/engine/store/blobs.ts'
import { openCalculations } from '../../../electron/engine/store/calculations.ts'
import type { JobId, Json, Label, RunId } from '../../../shared/ids.ts'
import { admit } from '../../../shared/model/admit.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { type Attempt, type Job, lastAttempt } from '../../../shared/model/job.ts'
import { LOCAL, localMachine, type Machine } from '../../../shared/model/machine.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { get, values } from '../../../shared/model/table.ts'
import { programOf } from '../../../shared/programs/index.ts'
import { schedulerOf } from '../../../shared/schedulers/index.ts'
import { type Box, newBox } from '../../resources/remote/box.ts'
import { apply } from '../../shared/model/facts.ts'

export const RUN = 'rtest' as RunId
export const GRACE_S = 30

/** One machine with its real agent and job script, and all that the engine's steps make of it, a turn at a time. */
export interface World {
  readonly box: Box
  /** What the steps get; a test may put something in between. */
  here: { -readonly [Key in keyof Here]: Here[Key] }
  state: State
  /** Every event so far that facts became. */
  readonly events: EventBody[]
  /** Plans jobs of program `command`, one per script, by key. */
  plan(scripts: Readonly<Record<string, string>>): Promise<void>
  tell(...facts: readonly EventBody[]): void
  /** What a step says of the jobs that need it now; told to the state. */
  step(step: Step): Promise<readonly EventBody[]>
  /** One turn through all steps, as the machine's loop takes it. */
  turn(): Promise<void>
  /** Turns until the attempt is as wanted, or fails with where it stands. */
  turnUntil(key: string, wanted: (attempt: Attempt) => boolean): Promise<void>
  pass(seconds: number): void
  attempt(key: string): Attempt
}

export async function newWorld(
  scheduler: 'direct' | 'slurm',
  change: (agent: RemoteAgent) => RemoteAgent = agent => agent,
): Promise<World> {
  const box = newBox('dash')
  const home = join(box.work, '..', 'home')
  mkdirSync(home)
  const session = sessionOn(box)
  const machine = {
    ...localMachine,
    settings: { ...localMachine.settings, scheduler, cores: 2, grace_s: GRACE_S },
  }
  let clock = Date.parse('2026-01-02T03:04:05.678Z')
  const absent = new Map<string, number>()
  const seenOfMachine: Partial<Machine> = {}
  const agent = change(await installAgent(session, box.work, []))

  const here: Here = {
    machine,
    session,
    agent,
    scheduler: schedulerOf(scheduler),
    blobs: openBlobs(join(home, 'blobs')),
    calculations: openCalculations(join(home, 'calculations')),
    jobBody: readFileSync(new URL('../../../resources/remote/job.sh', import.meta.url), 'utf8'),
    folderOf: job => join(home, 'runs', job.run, job.key, String(lastAttempt(job).n)),
    program: programOf,
    now: () => new Date(clock).toISOString(),
    byLabel: label => get(world.state.jobs, label.slice(0, label.lastIndexOf('.'))),
    reportsItself: () => true,
    mayAskScheduler: () => true,
    queueIds: () =>
      [...values(world.state.jobs)].flatMap(job => {
        const { phase } = lastAttempt(job)
        return 'queue_id' in phase && phase.queue_id !== null ? [phase.queue_id] : []
      }),
    get asked() {
      return { queue: null }
    },
    noticed: seen => void Object.assign(seenOfMachine, seen),
    absentFor(what) {
      const since = absent.get(what) ?? clock
      absent.set(what, since)
      return clock - since
    },
    present: what => void absent.delete(what),
    spent: () => {},
    received: () => {},
    takesAsRead: () => false,
    refused: fault => {
      throw new Error(fault.message)
    },
  }

  const world: World = {
    box,
    here,
    state: apply(emptyState, { type: 'machine.changed', machine }),
    events: [],
    async plan(scripts) {
      const specs = []
      for (const [key, text] of Object.entries(scripts)) {
        const { sha256, bytes } = await here.blobs.put(text)
        const input: Json = { files: [{ name: 'run.sh', sha256, bytes }], main: 'run.sh', args: [] }
        const resources = { ranks: 1, memory_mb: 100, seconds: 3600 }
        specs.push({ key, machine: LOCAL, program: 'command', input, resources })
      }
      const params = { jobs: specs } as unknown as Json
      const run = { run: RUN, name: 'test', workflow: 'single', workflow_version: 1, params, machine: LOCAL }
      const jobs = specs.map(spec => ({
        job: `${RUN}.${spec.key}` as JobId,
        attempt: 1,
        label: `${RUN}.${spec.key}.1` as Label,
        ...spec,
      }))
      world.tell({ type: 'run.started', ...run }, { type: 'jobs.planned', run: RUN, jobs })
    },
    tell(...facts) {
      const admitted = admit(world.state, facts, here.now())
      world.events.push(...admitted)
      world.state = apply(world.state, ...admitted)
    },
    async step(step) {
      const due = [...values(world.state.jobs)].filter(job => {
        const run = get(world.state.runs, job.run)
        if (!run) return false
        if (step === 'hold') return isToBeHeldOrLetGo(job, run)
        return step === 'withdraw' ? isToBeWithdrawn(job, run) : nextStep(job, run) === step
      })
      const facts = due.length > 0 ? await steps[step](world.here, due) : []
      world.tell(...facts)
      return facts
    },
    async turn() {
      for (const step of STEPS) await world.step(step)
    },
    async turnUntil(key, wanted) {
      for (let turns = 0; turns < 400; turns++) {
        if (wanted(world.attempt(key))) return
        await world.turn()
        await box.run('sleep', ['0.05'])
      }
      throw new Error(`never so: ${JSON.stringify(world.attempt(key), null, 1)}`)
    },
    pass(seconds) {
      clock += seconds * 1000
    },
    attempt: key => lastAttempt(jobOf(world, key)),
  }
  return world
}

export function jobOf(world: World, key: string): Job {
  const job = get(world.state.jobs, `${RUN}.${key}`)
  if (!job) throw new Error(`no job ${key}`)
  return job
}

/** A session whose lines run in the box, by its shell and with its programs. */
function sessionOn(box: Box): Session {
  return {
    async exec(line, { stdin } = {}) {
      if (typeof stdin === 'object') return sendTo(box, line.sh, stdin)
      const { exit, out, err } = await box.run('sh', ['-c', line.sh], stdin === undefined ? {} : { stdin })
      return { exit, out: Buffer.from(out, 'latin1').toString('utf8'), err }
    },
    stream(line, { stdin } = {}) {
      const child = spawn('sh', ['-c', line.sh], { env: box.environment })
      child.stdin.end(typeof stdin === 'string' ? stdin : '')
      let err = ''
      child.stderr.on('data', chunk => {
        err += chunk
      })
      const done = new Promise<{ exit: number | null; out: string; err: string }>(resolve =>
        child.on('close', exit => resolve({ exit, out: '', err })),
      )
      return { out: child.stdout, done }
    },
    greeting: () => '',
    watch: null,
    close: async () => {},
    lost: new AbortController().signal,
    attended: false,
  }
}

async function sendTo(box: Box, line: string, stdin: Readable) {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(chunk as Buffer)
  const { exit, out, err } = await box.run('sh', ['-c', line], { stdin: Buffer.concat(chunks) })
  return { exit, out: Buffer.from(out, 'latin1').toString('utf8'), err }
}

/**
 * A small cluster in the place of Slurm: sbatch, squeue and scancel keep a queue on disk, in Slurm's own format. What
 * runs, and when, and what becomes of the answers, is for the test to say. The real one is in *.slurm.test.ts.
 */
export interface Cluster {
  /** The ids in the queue, with their states. */
  queue(): Readonly<Record<string, string>>
  setState(id: string, state: string): void
  forget(id: string): void
  /** Runs the script of a job to its end, as a node would. */
  run(id: string): Promise<void>
  /** Replaces what follows after sbatch has taken the job: by default it prints the id. `$id` is there. */
  answer(script: string): void
  /** The ids that scancel was asked to end. */
  cancelled(): readonly string[]
}

export function clusterOn({ work, shim, run }: Box): Cluster {
  const folder = join(work, '..', 'cluster')
  mkdirSync(folder)
  const answerFile = join(folder, 'answer.sh')
  writeFileSync(join(folder, 'last'), '100')
  writeFileSync(answerFile, 'echo $id')
  shim(
    'sbatch',
    `cd '${folder}/.' && id=$(($(cat last) + 1)) && echo $id >last && cd "$OLDPWD"
     label=$(sed -n 's/^#SBATCH --job-name=//p' job.sh)
     pwd >'${folder}'/$id.dir
     echo "$id|PD|None|main|$label" >'${folder}'/$id.job
     . '${answerFile}'`,
  )
  shim('squeue', `echo 'JOBID|ST|REASON|PARTITION|NAME'; cat '${folder}'/*.job 2>/dev/null; exit 0`)
  shim(
    'scancel',
    `for id in "$@"; do
       echo $id >>'${folder}'/cancelled
       [ -f '${folder}'/$id.job ] && sed -i 's/|PD|/|CA|/' '${folder}'/$id.job
     done; exit 0`,
  )
  const file = (id: string) => join(folder, `${id}.job`)
  return {
    queue() {
      const lines = readdirSync(folder)
        .filter(name => name.endsWith('.job'))
        .map(name => readFileSync(join(folder, name), 'utf8').split('|'))
      return Object.fromEntries(lines.map(([id = '', state = '']) => [id, state]))
    },
    setState(id, state) {
      writeFileSync(file(id), readFileSync(file(id), 'utf8').replace(/\|[A-Z]+\|/, `|${state}|`))
    },
    forget: id => writeFileSync(file(id), ''),
    async run(id) {
      const dir = readFileSync(join(folder, `${id}.dir`), 'utf8').trim()
      this.setState(id, 'R')
      await run('sh', [join(dir, 'job.sh')], { env: { SLURM_JOB_ID: id }, cwd: dir })
      this.setState(id, 'CD')
    },
    answer: script => writeFileSync(answerFile, script),
    cancelled: () =>
      existsSync(join(folder, 'cancelled')) ? readFileSync(join(folder, 'cancelled'), 'utf8').trim().split('\n') : [],
  }
}
