import {
  type Instant,
  type JobId,
  type Json,
  label,
  type QueueId,
  type RemotePath,
  type RunId,
} from '../../../shared/ids.ts'
import type { AttemptFact, AttemptRef, Event, EventBody } from '../../../shared/model/events.ts'
import {
  type Attempt,
  type EndRecord,
  type FetchedFile,
  type Job,
  type JobResult,
  type JobSpec,
  lastAttempt,
  neverSubmitted,
  type Outcome,
  type Phase,
  type Waiting,
} from '../../../shared/model/job.ts'
import { LOCAL } from '../../../shared/model/machine.ts'
import { reduce } from '../../../shared/model/reduce.ts'
import type { Run } from '../../../shared/model/run.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { get } from '../../../shared/model/table.ts'
import { unread } from '../../../shared/programs/program.ts'

/** One run of workflow `single` with jobs of program `command`, and everything that can be said of their attempts. */
export const RUN = 'rtest' as RunId
export const AT: Instant = '2026-01-02T03:04:05.678Z'

export function job(key = 'a'): JobId {
  return `${RUN}.${key}` as JobId
}

export function ref(attempt = 1, key = 'a'): AttemptRef {
  return { job: job(key), attempt, label: label(job(key), attempt) }
}

function spec(key = 'a'): JobSpec {
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  const input = { files: [{ name: 'a.sh', sha256, bytes: 3 }], main: 'a.sh', args: [] }
  return { key, machine: LOCAL, program: 'command', input, resources: { ranks: 1, memory_mb: 100, seconds: 60 } }
}

export const result: JobResult = {
  ...unread.result,
  energy_hartree: -1.5,
  converged: true,
  terminated_normally: true,
  geometry: null,
}

/** How an attempt stands that ended with exit 1, and whose output was read. */
export function parsed(of: JobResult, brought: readonly FetchedFile[] = []): Phase {
  const dir = '/w' as RemotePath
  return { is: 'parsed', ...neverSubmitted, dir, ended: AT, exit: 1, files: brought, result: of, reused: null }
}

const who = { host: 'node1', pid: 4711, pgid: 4711, boot_id: 'boot' }
const files = [{ name: 'output.txt', sha256: spec().key.repeat(64), bytes: 1 }]

/** Each fact that can be told of an attempt, as it is told by default. */
export const fact = {
  staged: (of = ref(), dir = '/work/jobs/a'): AttemptFact => ({
    type: 'jobs.staged',
    run: RUN,
    jobs: [{ ...of, dir: dir as RemotePath }],
  }),
  intended: (of = ref()): AttemptFact => ({ type: 'submit.intended', run: RUN, ...of }),
  doubted: (of = ref(), text = 'no answer'): AttemptFact => ({ type: 'submit.doubted', run: RUN, ...of, text }),
  waiting: (of = ref(), waiting: Waiting | null = null): AttemptFact => ({
    type: 'jobs.waiting',
    run: RUN,
    jobs: [{ ...of, waiting }],
  }),
  recorded: (of = ref(), record: EndRecord | null = null): AttemptFact => ({
    type: 'jobs.recorded',
    run: RUN,
    jobs: [{ ...of, record }],
  }),
  gone: (of = ref(), text: string | null = 'waited for'): AttemptFact => ({
    type: 'jobs.gone',
    run: RUN,
    jobs: [{ ...of, text }],
  }),
  adopted: (of = ref(), id = '17'): AttemptFact => ({
    type: 'jobs.adopted',
    run: RUN,
    jobs: [{ ...of, dir: '/work/jobs/a' as RemotePath, queue_id: id as QueueId }],
  }),
  submitted: (of = ref(), id = '17'): AttemptFact => ({
    type: 'jobs.submitted',
    run: RUN,
    jobs: [{ ...of, queue_id: id as QueueId }],
  }),
  running: (of = ref()): AttemptFact => ({
    type: 'jobs.running',
    run: RUN,
    jobs: [{ ...of, started: '2026-01-02T04:00:00.000Z', ...who }],
  }),
  ended: (of = ref(), exit: number | null = 0, signal: string | null = null): AttemptFact => ({
    type: 'jobs.ended',
    run: RUN,
    jobs: [
      {
        ...of,
        started: '2026-01-02T04:00:00.000Z',
        ended: '2026-01-02T05:00:00.000Z',
        exit,
        signal,
        evidence: [{ source: 'report', file: 'report.ended', line: null, text: `exit ${exit}` }],
        ...who,
      },
    ],
  }),
  fetched: (of = ref()): AttemptFact => ({ type: 'jobs.fetched', run: RUN, jobs: [{ ...of, files }] }),
  parsed: (of = ref(), outcome: Outcome = 'completed'): AttemptFact => ({
    type: 'jobs.parsed',
    run: RUN,
    jobs: [{ ...of, result, outcome, category: null, reason: null, evidence: [] }],
  }),
  refused: (of = ref()): AttemptFact => ({
    type: 'jobs.refused',
    run: RUN,
    jobs: [{ ...of, category: null, reason: 'no' }],
  }),
  lost: (of = ref()): AttemptFact => ({
    type: 'jobs.lost',
    run: RUN,
    jobs: [
      { ...of, reason: 'gone', evidence: [{ source: 'scheduler', file: null, line: null, text: 'absent for 60 s' }] },
    ],
  }),
  wished: (of = ref()): AttemptFact => ({ type: 'cancel.wished', run: RUN, ...of }),
  cancelled: (of = ref()): AttemptFact => ({
    type: 'jobs.cancelled',
    run: RUN,
    jobs: [{ ...of, reason: 'cancelled', evidence: [] }],
  }),
  withdrawn: (of = ref()): AttemptFact => ({
    type: 'jobs.withdrawn',
    run: RUN,
    jobs: [{ ...of, reason: 'taken out before it began' }],
  }),
  reused: (of = ref(), calculation = 'c1'): AttemptFact => ({
    type: 'calculation.reused',
    run: RUN,
    ...of,
    calculation,
    from: label('rother.a' as JobId, 1),
    result,
  }),
} as const

/** The bodies as the journal would number them. */
export function number(bodies: readonly EventBody[], seq: number, at: Instant = AT): readonly Event[] {
  return bodies.map((body, i) => ({ ...body, seq: seq + 1 + i, at, v: 1 }))
}

export function apply(state: State, ...bodies: readonly EventBody[]): State {
  return reduce(state, number(bodies, state.seq))
}

/** A state with a run of these jobs, of which none is planned yet. */
export function begun(...keys: readonly string[]): State {
  const params = { jobs: keys.map(spec) } as unknown as Json
  const run = { run: RUN, name: 'test', workflow: 'single', workflow_version: 1, params, machine: LOCAL }
  return apply(emptyState, { type: 'run.started', ...run })
}

/** A state with the run, and a planned job for each key. */
export function started(...keys: readonly string[]): State {
  const jobs = keys.map(key => ({ ...ref(1, key), ...spec(key) }))
  return apply(begun(...keys), { type: 'jobs.planned', run: RUN, jobs })
}

export function jobOf(state: State, key = 'a'): Job {
  const found = get(state.jobs, job(key))
  if (!found) throw new Error(`there is no job ${key}`)
  return found
}

export function attemptOf(state: State, key = 'a'): Attempt {
  return lastAttempt(jobOf(state, key))
}

export function runOf(state: State): Run {
  const run = get(state.runs, RUN)
  if (!run) throw new Error('there is no run')
  return run
}
