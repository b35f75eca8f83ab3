import {
  anyText,
  anything,
  count,
  having,
  index,
  instant,
  label,
  listOf,
  matching,
  number,
  orNull,
  recordOf,
  type Schema,
  sha256,
  share,
  text,
  truth,
  word,
} from './schema.ts'

/** The documents that the terminal promises to scripts, key by key. */

const PHASES = ['planned', 'staged', 'submitting', 'queued', 'running', 'ended', 'fetched', 'parsed']
const OUTCOMES = ['completed', 'failed', 'timeout', 'cancelled', 'lost']
const CATEGORIES = [
  'scf-not-converged',
  'post-scf-not-converged',
  'opt-not-converged',
  'internals',
  'out-of-memory',
  'too-many-cores',
  'bad-input',
  'missing-basis',
  'multiplicity',
  'geometry',
  'missing-file',
  'disk',
  'time-limit',
  'killed',
  'node-lost',
  'preempted',
  'mpi',
  'scf-blow-up',
  'opt-failed',
  'response-not-converged',
  'crash-unknown',
]
const runState = word('planned', 'running', 'paused', 'stopped', 'completed', 'failed', 'cancelled')
const engineWord = word('alive', 'none')
const beside = { engine: engineWord, as_of: orNull(instant) }

const runId = matching(/^r[a-z2-7]+$/)
const jobId = matching(/^r[a-z2-7]+\.[A-Za-z0-9._-]+$/)

const trouble = { since: instant, runs: orNull(listOf(runId)), text, hint: text }

const place = having({ file: orNull(text), line: orNull(index), text })

export const fault = having({
  error: having({ code: text, message: text, field: orNull(text), hint: orNull(text) }),
})

export const started = having({ run: runId, state: runState, jobs: listOf(having({ job: jobId, key: text })) })

export const status = having({
  seq: count,
  ...beside,
  troubles: listOf(having({ machine: text, ...trouble })),
  runs: listOf(
    having({
      run: runId,
      name: text,
      workflow: text,
      state: runState,
      machine: text,
      step: index,
      step_label: text,
      counts: having(Object.fromEntries([...PHASES, ...OUTCOMES].map(key => [key, count]))),
      doubt: count,
      progress: share,
      plan_version: index,
      eta: orNull(
        having({
          low_s: number,
          median_s: number,
          high_s: number,
          finish_low: instant,
          finish_median: instant,
          finish_high: instant,
        }),
      ),
      confidence: word('live', 'estimated', 'stale', 'stalled', 'unknown'),
      updated: instant,
    }),
  ),
})

const conformer = having({
  key: text,
  state: word(
    'pending',
    'optimizing',
    'optimized',
    'nmr_running',
    'nmr_complete',
    'failed',
    'filtered',
    'cancelled',
    'lost',
    'timeout',
  ),
  energy_hartree: orNull(number),
  relative_kcal_mol: orNull(number),
  weight: orNull(share),
  degeneracy: orNull(index),
  reason: orNull(text),
  check: orNull(text),
})

const shift = having({
  element: matching(/^[A-Z][a-z]?$/),
  nucleus: matching(/^\d+[A-Z][a-z]?$/),
  atoms: listOf(index),
  sigma_ppm: orNull(number),
  delta_ppm: orNull(number),
  reference: having({
    kind: word('own', 'published', 'tms', 'none'),
    source: orNull(text),
    expected_error_ppm: orNull(number),
    calibrated: truth,
  }),
  comparable: truth,
})

export const nmrRun = having({
  ...beside,
  run: runId,
  name: text,
  workflow: word('nmr'),
  state: runState,
  level: text,
  solvent: text,
  temperature_K: number,
  weights_from: text,
  conformers: listOf(conformer),
  shifts: listOf(shift),
  warnings: listOf(text),
})

export const singleRun = having({ ...beside, run: runId, name: text, workflow: word('single'), state: runState })

const evidence = having({
  source: word('output', 'report', 'scheduler', 'user'),
  file: orNull(text),
  line: orNull(index),
  text,
})

export const job = having({
  ...beside,
  job: jobId,
  run: runId,
  key: text,
  name: text,
  machine: text,
  attempts: listOf(
    having({
      attempt: index,
      label,
      queue_id: orNull(text),
      phase: word(...PHASES),
      outcome: orNull(word(...OUTCOMES)),
      dir: orNull(text),
      submitted: orNull(instant),
      started: orNull(instant),
      ended: orNull(instant),
      exit: orNull(number),
      signal: orNull(text),
      pid: orNull(index),
      pgid: orNull(index),
      boot_id: orNull(text),
      doubt: orNull(text),
      waiting: orNull(text),
    }),
  ),
  outcome: orNull(word(...OUTCOMES)),
  category: orNull(word(...CATEGORIES)),
  evidence: listOf(evidence),
  remedies: listOf(having({ id: text, title: text, tried: truth, diff: anything })),
  edit: listOf(place),
  metrics: recordOf(anything),
})

const refusedJobs = listOf(having({ job: jobId, reason: text, edit: listOf(place) }))

export const resubmitted = having({
  attempts: listOf(having({ job: jobId, attempt: index, label, fix: orNull(text) })),
  refused: refusedJobs,
})

export const wouldResubmit = having({
  attempts: listOf(
    having({
      job: jobId,
      attempt: index,
      label,
      fix: orNull(text),
      diff: having({ input: anyText, resources: anyText }),
    }),
  ),
  refused: refusedJobs,
})

export const engine = having({
  running: truth,
  pid: orNull(index),
  started: orNull(instant),
  version: orNull(text),
  home: text,
  socket: orNull(text),
  url: orNull(text),
  seq: count,
})

export const served = having({ url: matching(/^http:\/\/127\.0\.0\.1:\d+\//), token: text, pid: index })

export const exported = having({ files: listOf(having({ path: text, sha256, bytes: count })) })

export const machines = listOf(
  having({
    name: text,
    reach: word('ok', 'not-tried', 'unreachable', 'wants-login'),
    scheduler: text,
    programs: recordOf(having({ path: text, version: orNull(text) })),
    clock_skew_s: orNull(number),
    trouble: orNull(having(trouble)),
    counters: having({
      connections: orNull(count),
      login_tries: orNull(count),
      prompts: orNull(count),
      questions: orNull(count),
      round_trips: orNull(count),
      bytes_fetched: orNull(count),
      since: orNull(instant),
    }),
  }),
)

export const version = having({ version: text, contract: index, schema: index })

const attemptRef = { job: jobId, attempt: index, label }
const eventHead = { seq: index, at: instant, v: index, type: matching(/^[a-z]+\.[a-z]+$/) }

/** An event by its type: `jobs.*` carry a list of attempts, events about a single job name it themselves. */
export const event: Schema = (value, at) => {
  const { type = '' } = value as { readonly type?: string }
  const ofRun = type.startsWith('machine.') ? {} : { run: runId }
  const single = ['submit.intended', 'submit.doubted', 'attempt.added', 'cancel.wished', 'calculation.reused']
  const ofJobs = type.startsWith('jobs.')
    ? { jobs: listOf(having(attemptRef)) }
    : single.includes(type)
      ? attemptRef
      : {}
  return having({ ...eventHead, ...ofRun, ...ofJobs })(value, at)
}

export const reading = having({ job: jobId, attempt: index, n: index, at: instant })
