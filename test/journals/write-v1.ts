/**
 * Writes a small data folder with every type of event of version 1, by the code as it is:
 * `node test/run-ts.mjs test/journals/write-v1.ts test/journals/v1`. What it once wrote is frozen there, and every later
 * version of Larmor must open it (journals.test.ts); this script only tells how it was made.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../../electron/engine/store/store.ts'
import {
  type Instant,
  jobId,
  type Label,
  label,
  type MachineName,
  type QueueId,
  type RemotePath,
  type RunId,
} from '../../shared/ids.ts'
import type { AttemptRef, EventBody } from '../../shared/model/events.ts'
import type { JobResult, JobSpec, ProcessIdentity } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { REDUCER_VERSION, reduce } from '../../shared/model/reduce.ts'
import { emptyState } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { summary } from './summary.ts'

const run = 'nmr-2-butanol-0001' as RunId
const other = 'single-water-0002' as RunId
const local = 'local' as MachineName
const at = (minute: number): Instant => `2026-01-02T03:${String(minute).padStart(2, '0')}:05.678Z`
const host: ProcessIdentity = { host: 'laptop', pid: 4711, pgid: 4711, boot_id: '6f1c2d3e-0000-4000-8000-000000000001' }
const resources = { ranks: 1, memory_mb: 1000, seconds: 3600 }
const geometry = { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', bytes: 3 }
const seenBy = [{ source: 'output' as const, file: 'output.nwo', line: 812, text: 'Total DFT energy = -233.66' }]

const result: JobResult = {
  energy_hartree: -233.6612,
  converged: true,
  terminated_normally: true,
  version: '7.0.2',
  scf_cycles: 12,
  opt_cycles: 9,
  max_gradient: 0.0003,
  basis_functions: 95,
  dielectric: 4.8069,
  shieldings: [{ atom: 1, element: 'C', sigma_ppm: 165.4321 }],
  geometry,
  wall_s: 61.5,
}

const a = ref('c-3fa9b2/opt', 1)
const b = ref('c-77d001/opt', 1)
const c = ref('c-77d001/opt', 2)
const d = ref('c-3fa9b2/nmr', 1)
const e = ref('c-0badf0/opt', 1)
const f = ref('c-5eed00/opt', 1)
const g = ref('c-5eed00/opt', 2)

function ref(key: string, attempt: number): AttemptRef & { readonly key: string } {
  const job = jobId(run, key)
  return { job, attempt, label: label(job, attempt), key }
}

function only({ job, attempt, label }: AttemptRef): AttemptRef {
  return { job, attempt, label }
}

function spec(of: AttemptRef & { readonly key: string }): AttemptRef & JobSpec {
  return { ...of, machine: local, program: 'nwchem', input: { task: 'opt', geometry: { ...geometry } }, resources }
}

const staged = (...refs: readonly AttemptRef[]): EventBody => ({
  type: 'jobs.staged',
  run,
  jobs: refs.map(of => ({ ...only(of), dir: `/home/chem/larmor/${of.label}` as RemotePath })),
})
const submitted = (...refs: readonly AttemptRef[]): EventBody => ({
  type: 'jobs.submitted',
  run,
  jobs: refs.map((of, i) => ({ ...only(of), queue_id: `${100 + i}` as QueueId })),
})
const intended = (of: AttemptRef): EventBody => ({ type: 'submit.intended', run, ...only(of) })
const running = (...refs: readonly AttemptRef[]): EventBody => ({
  type: 'jobs.running',
  run,
  jobs: refs.map(of => ({ ...only(of), started: at(5), ...host })),
})
const ended = (of: AttemptRef, exit: number): EventBody => ({
  type: 'jobs.ended',
  run,
  jobs: [{ ...only(of), started: at(5), ended: at(6), exit, signal: null, evidence: [], ...host }],
})
const fetched = (of: AttemptRef): EventBody => ({
  type: 'jobs.fetched',
  run,
  jobs: [{ ...only(of), files: [{ name: 'output.nwo', ...geometry }] }],
})

/** A run with all that can happen, then two small ones: one that comes back from the archive, one that is cancelled. */
const batches: readonly (readonly EventBody[])[] = [
  [
    {
      type: 'machine.changed',
      machine: { ...localMachine, found: { nwchem: { path: '/usr/bin/nwchem', version: '7.0.2' } } },
    },
  ],
  [
    {
      type: 'run.started',
      run,
      name: '2-butanol é',
      workflow: 'nmr',
      workflow_version: 1,
      params: { smiles: 'CC(O)CC' },
      machine: local,
    },
    {
      type: 'tasks.planned',
      run,
      tasks: [
        { key: 'conformers', kind: 'conformers', input: { seed: 1 } },
        { key: 'fit', kind: 'fit', input: null },
      ],
    },
  ],
  [{ type: 'task.done', run, task: 'conformers', result: { count: 4 } }],
  [{ type: 'task.failed', run, task: 'fit', reason: 'nothing to fit' }],
  [{ type: 'jobs.planned', run, jobs: [a, b, e, f].map(spec) }],
  [
    { type: 'run.paused', run },
    { type: 'run.resumed', run },
  ],
  [staged(a, b, f)],
  [{ type: 'jobs.refused', run, jobs: [{ ...only(e), category: 'missing-basis', reason: 'no such basis' }] }],
  [intended(a), intended(b), intended(f)],
  [{ type: 'submit.doubted', run, ...only(b), text: 'the connection was cut' }],
  [submitted(a, b, f)],
  [running(a, b)],
  [{ type: 'run.progressed', run, progress: 0.25, plan_version: 1 }],
  [ended(a, 0), ended(b, 1)],
  [fetched(a), fetched(b)],
  [
    {
      type: 'jobs.parsed',
      run,
      jobs: [{ ...only(a), result, outcome: 'completed', category: null, reason: null, evidence: seenBy }],
    },
  ],
  [
    {
      type: 'jobs.parsed',
      run,
      jobs: [
        {
          ...only(b),
          result: { ...result, converged: false },
          outcome: 'failed',
          category: 'scf-not-converged',
          reason: 'the SCF did not converge',
          evidence: [],
        },
      ],
    },
    { type: 'jobs.lost', run, jobs: [{ ...only(f), reason: 'gone from queue, spool and folder', evidence: [] }] },
  ],
  [{ type: 'attempt.added', run, ...only(c), fix: 'scf-damping', input: { task: 'opt', damp: true }, resources }],
  [{ type: 'attempt.added', run, ...only(g), fix: null, input: { task: 'opt' }, resources }],
  [{ type: 'fact.ignored', run, ...only(b), fact: 'jobs.running', why: 'jobs.running is of attempt 1, now is 2' }],
  [{ type: 'cancel.wished', run, ...only(g) }],
  [{ type: 'jobs.cancelled', run, jobs: [{ ...only(g), reason: 'cancelled before it was submitted', evidence: [] }] }],
  [{ type: 'jobs.planned', run, jobs: [spec(d)] }],
  [
    {
      type: 'calculation.reused',
      run,
      ...only(d),
      calculation: geometry.sha256,
      from: 'nmr-earlier-0000.c-1-nmr.1' as Label,
      result,
    },
  ],
  [{ type: 'run.ended', run, outcome: 'failed', reason: 'one conformer is missing' }],
  [
    { type: 'run.reopened', run },
    { type: 'run.stopping', run },
  ],
  [
    {
      type: 'run.started',
      run: other,
      name: 'water',
      workflow: 'single',
      workflow_version: 1,
      params: null,
      machine: local,
    },
  ],
  [
    { type: 'run.cancelling', run: other },
    { type: 'run.ended', run: other, outcome: 'cancelled', reason: null },
  ],
  [
    { type: 'machine.changed', machine: { ...localMachine, name: 'cluster' as MachineName } },
    { type: 'machine.removed', machine: 'cluster' as MachineName },
  ],
]

const [, , folder] = process.argv
if (folder === undefined) throw new Error('into which folder?')
const store = await openStore(folder, { reduce, reducerVersion: REDUCER_VERSION, emptyState, fence: () => {} })
if (store.state.seq > 0) throw new Error(`${folder} holds a journal already: a frozen one is not written again`)
let state = store.state
let minute = 0

async function append(bodies: readonly EventBody[]): Promise<void> {
  state = reduce(state, await store.append(bodies, at(minute++)))
}

for (const bodies of batches) await append(bodies)
const closed = get(state.runs, other)
if (!closed) throw new Error(`${other} is not in the state`)
await append([{ type: 'run.archived', run: other }])
await append([{ type: 'run.restored', run: other, restored: closed, jobs: [] }])
await store.close()
await writeFile(join(folder, 'expected.json'), `${JSON.stringify(summary(state), null, 2)}\n`)
