import type { JobId, Label, MachineName, QueueId, RunId } from '../../shared/ids.ts'
import type { Event, EventBody } from '../../shared/model/events.ts'
import { reduce } from '../../shared/model/reduce.ts'
import { emptyState, type State } from '../../shared/model/state.ts'
import { type Measurement, percentile } from './measurement.ts'

const JOBS = 10_000
const PER_RUN = 100
const AT = '2026-01-02T03:04:05.678Z'

function at(state: State, bodies: readonly EventBody[]): readonly Event[] {
  return bodies.map((body, i) => ({ ...body, seq: state.seq + 1 + i, at: AT, v: 1 }) as Event)
}

function refOf(n: number) {
  const run = `r${Math.floor(n / PER_RUN)}` as RunId
  const job = `${run}.c-${n}-opt` as JobId
  return { run, ref: { job, attempt: 1, label: `${job}.1` as Label } }
}

/** A state of many jobs, all on their way to a queue. */
export function stateOfJobs(count: number): State {
  const bodies: EventBody[] = []
  for (let n = 0; n < count; n++) {
    const { run, ref } = refOf(n)
    const machine = 'local' as MachineName
    if (n % PER_RUN === 0) {
      bodies.push({
        type: 'run.started',
        run,
        name: run,
        workflow: 'single',
        workflow_version: 1,
        params: { jobs: [] },
        machine,
      })
    }
    const resources = { ranks: 1, memory_mb: 1000, seconds: 3600 }
    bodies.push({
      type: 'jobs.planned',
      run,
      jobs: [{ ...ref, key: `c-${n}/opt`, machine, program: 'command', input: null, resources }],
    })
    bodies.push({ type: 'jobs.staged', run, jobs: [{ ...ref, dir: '/work' as never }] })
    bodies.push({ type: 'submit.intended', run, ...ref })
  }
  return reduce(emptyState, at(emptyState, bodies))
}

/** One event about one job, in a state of 10,000. */
export async function measureState(): Promise<readonly Measurement[]> {
  let state = stateOfJobs(JOBS)
  const times: number[] = []
  for (let n = 0; n < JOBS; n += 5) {
    const { run, ref } = refOf(n)
    const events = at(state, [{ type: 'jobs.submitted', run, jobs: [{ ...ref, queue_id: String(n) as QueueId }] }])
    const start = performance.now()
    state = reduce(state, events)
    times.push(performance.now() - start)
  }
  const median = percentile(times, 0.5)
  return [
    {
      what: 'state: a one-job event among 10,000 jobs, median',
      measured: median,
      budget: 0.2,
      unit: 'ms',
      met: median <= 0.2,
      beside: { p99_ms: percentile(times, 0.99) },
    },
  ]
}
