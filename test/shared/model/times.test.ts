import { describe, expect, test } from 'vitest'
import type { JobId, Label, RemotePath, RunId } from '../../../shared/ids.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { reduce } from '../../../shared/model/reduce.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { expectedOf, type RememberedTime } from '../../../shared/model/times.ts'
import { result } from './facts.ts'

const RUN = 'r1' as RunId
const work = { functions: 40, terms: ['level:nwchem B3LYP/6-31G*'], molecule: 'm' }
const who = { host: 'n', pid: 1, pgid: 1, boot_id: 'b' }

/** A run of one job, whose life is told with these hours of the day. */
function life({ outcome = 'completed' as 'completed' | 'failed', ended = '10:30:00', measured = true } = {}): State {
  const at = (time: string) => `2026-01-01T${time}.000Z`
  const of = { job: `${RUN}.a` as JobId, attempt: 1, label: `${RUN}.a.1` as Label }
  const spec = {
    key: 'a',
    machine: localMachine.name,
    program: 'command',
    input: {},
    resources: { ranks: 1, memory_mb: 1, seconds: 1 },
  }
  const events: readonly (readonly [string, EventBody])[] = [
    [
      '09:00:00',
      {
        type: 'run.started',
        run: RUN,
        name: '',
        workflow: 'single',
        workflow_version: 1,
        params: { jobs: [] },
        machine: localMachine.name,
      },
    ],
    ['09:00:00', { type: 'jobs.planned', run: RUN, jobs: [{ ...of, ...spec, ...(measured ? { work } : {}) }] }],
    ['09:00:00', { type: 'jobs.staged', run: RUN, jobs: [{ ...of, dir: '/w' as RemotePath }] }],
    ['09:00:00', { type: 'submit.intended', run: RUN, ...of }],
    ['09:30:00', { type: 'jobs.submitted', run: RUN, jobs: [{ ...of, queue_id: '1' as never }] }],
    ['10:00:00', { type: 'jobs.running', run: RUN, jobs: [{ ...of, started: at('10:00:00'), ...who }] }],
    [
      '10:30:00',
      {
        type: 'jobs.ended',
        run: RUN,
        jobs: [{ ...of, started: at('10:00:00'), ended: at(ended), exit: 0, signal: null, evidence: [], ...who }],
      },
    ],
    [
      '10:30:00',
      {
        type: 'jobs.fetched',
        run: RUN,
        jobs: [
          {
            ...of,
            files: [
              { name: 'a.out', sha256: 'x', bytes: 7 },
              { name: 'b', sha256: 'y', bytes: 3 },
            ],
          },
        ],
      },
    ],
    [
      '10:30:00',
      { type: 'jobs.parsed', run: RUN, jobs: [{ ...of, result, outcome, category: null, reason: null, evidence: [] }] },
    ],
  ]
  return events.reduce(
    (state, [time, body]) => reduce(state, [{ ...body, seq: state.seq + 1, at: at(time), v: 2 }]),
    emptyState as State,
  )
}

const half: RememberedTime = { ...work, seconds: 1800, run: RUN, waited_s: 1800, bytes: 10 }

describe('what jobs took is remembered by machine', () => {
  test('seconds of computing, the wait before, the bytes it left', () => {
    expect(life().times).toEqual({ local: [half] })
  })
  test('and stays when the run is archived', () => {
    const state = life()
    const archived = reduce(state, [{ type: 'run.archived', run: RUN, seq: state.seq + 1, at: '', v: 2 }])
    expect(archived.times).toEqual({ local: [half] })
  })
  test.each([
    ['one that failed', life({ outcome: 'failed' })],
    ['one whose clock was set back', life({ ended: '09:59:00' })],
    ['one of which nothing is known that its time could go with', life({ measured: false })],
  ])('not %s', (_, state) => {
    expect(state.times).toBeUndefined()
  })
})

describe('what is expected of a new run', () => {
  const six = Array.from({ length: 6 }, () => half)
  test('nothing, where nothing is remembered', () => {
    expect(expectedOf({}, localMachine)).toBeNull()
  })
  test('times near those that were measured; without a scheduler no queue of its own', () => {
    expect(expectedOf({ [localMachine.name]: six }, localMachine)).toMatchObject({
      queue_s: 2,
      terms: { 'level:nwchem B3LYP/6-31G*': expect.any(Number) },
    })
  })
  test("with a scheduler the queue's usual wait, once there are five", () => {
    const cluster = { ...localMachine, settings: { ...localMachine.settings, scheduler: 'slurm' } }
    expect(expectedOf({ [cluster.name]: six }, cluster)?.queue_s).toBe(1800)
    expect(expectedOf({ [cluster.name]: six.slice(0, 4) }, cluster)?.queue_s).toBe(2)
  })
})
