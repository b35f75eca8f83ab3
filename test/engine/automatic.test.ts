import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobId, Json, RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { LOCAL } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { type InProcess, startInProcess } from './in-process.ts'

let larmor: InProcess
beforeEach(async () => {
  larmor = await startInProcess()
})
afterEach(() => larmor.stop())

async function begin(script: string, auto_resubmit: number) {
  const file = { name: 'run.sh', ...orThrow(await larmor.engine.put(script)) }
  const input = { files: [file], main: file.name, args: [] }
  const job = { key: 'job', machine: LOCAL, program: 'command', input }
  const params = { jobs: [{ ...job, resources: { ranks: 1, memory_mb: 100, seconds: 300 } }] } as unknown as Json
  const run = 'rauto' as RunId
  const start = { type: 'run.start', run, name: '', workflow: 'single', params, machine: LOCAL } as const
  orThrow(await larmor.engine.send({ ...start, auto_resubmit }))
  await larmor.ended(run)
  return get(larmor.engine.state.jobs, 'rauto.job' as JobId)?.attempts ?? []
}

/** Fails until it was run as often as this, counted beside the jobs' folders. */
const completesAt = (n: number) => `echo x >>../../tries; [ "$(grep -c x ../../tries)" -ge ${n} ] && exit 0; kill -9 $$`

test('off by default: what fails has failed', async () => {
  expect((await begin(completesAt(2), 0)).map(({ outcome }) => outcome)).toEqual(['failed'])
})

test('a failed job is tried again by itself, and journaled as such; the run ends with what came of it', async () => {
  const attempts = await begin(completesAt(2), 3)
  expect(attempts.map(({ outcome, fix, by }) => [outcome, fix, by])).toEqual([
    ['failed', null, undefined],
    ['completed', 'again', 'policy'],
  ])
  expect(get(larmor.engine.state.runs, 'rauto')?.phase).toMatchObject({ outcome: 'completed' })
})

test('a remedy that did not help is not tried again, however many attempts are allowed', async () => {
  expect(await begin('kill -9 $$', 5)).toHaveLength(2)
  expect(get(larmor.engine.state.runs, 'rauto')?.phase).toMatchObject({ outcome: 'failed' })
})

test('what is cancelled stays cancelled', async () => {
  const attempts = begin('sleep 600', 3)
  await larmor.until('the job runs', state => {
    const job = get(state.jobs, 'rauto.job' as JobId)
    return job !== undefined && lastAttempt(job).phase.is === 'running'
  })
  orThrow(await larmor.engine.send({ type: 'jobs.cancel', jobs: ['rauto.job' as JobId] }))
  expect((await attempts).map(({ outcome }) => outcome)).toEqual(['cancelled'])
})

test.each([-1, 1.5, 11])('%d attempts are refused', async auto_resubmit => {
  const start = {
    type: 'run.start',
    run: 'r1' as RunId,
    name: '',
    workflow: 'single',
    params: {},
    machine: LOCAL,
  } as const
  expect(await larmor.engine.send({ ...start, auto_resubmit })).toMatchObject({ fault: { field: 'auto-resubmit' } })
})
