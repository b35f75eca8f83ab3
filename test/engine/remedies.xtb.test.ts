import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Json, RunId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { LOCAL } from '../../shared/model/machine.ts'
import { get, values } from '../../shared/model/table.ts'
import { remediesOf } from '../../shared/remedies/index.ts'
import { orThrow } from '../../shared/result.ts'
import { type InProcess, startInProcess, until } from './in-process.ts'
import { methanol } from './living/nwchem-run.ts'

/** Failures of the real xtb: each provoked, classified, and, where there is a remedy, cured by it. */
let larmor: InProcess
beforeEach(async () => {
  larmor = await startInProcess()
})
afterEach(() => larmor.stop())

async function ended(attempts: number): Promise<Job> {
  const job = () => [...values(larmor.engine.state.jobs)][0]
  await until(larmor.engine, () => job()?.attempts[attempts - 1]?.outcome != null)
  return job() as Job
}

async function first(xyz: string, args: readonly string[]): Promise<Job> {
  const file = { name: 'molecule.xyz', ...orThrow(await larmor.engine.put(xyz)) }
  const input = { kind: 'deck', files: [file], main: file.name, args }
  const resources = { ranks: 1, memory_mb: 700, seconds: 600 }
  const params = { jobs: [{ key: 'j', machine: LOCAL, program: 'xtb', input, resources }] } as unknown as Json
  const start = {
    type: 'run.start',
    run: 'rxtb' as RunId,
    name: '',
    workflow: 'single',
    machine: LOCAL,
    params,
  } as const
  orThrow(await larmor.engine.send(start))
  return ended(1)
}

test.each<[category: string, fix: string, args: readonly string[]]>([
  ['scf-not-converged', 'scf-help', ['--iterations', '2']],
  ['opt-not-converged', 'more-cycles', ['--opt', '--cycles', '1']],
])('%s is cured by %s', async (category, fix, args) => {
  const failed = await first(methanol, args)
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category })
  expect(remediesOf(failed)[0]?.id).toBe(fix)
  orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [failed.id], fix: null }))
  const { outcome, reason, fix: by } = lastAttempt(await ended(2))
  expect({ outcome, reason, by }).toEqual({ outcome: 'completed', reason: null, by: fix })
})

test('atoms in one place need an edit, and are refused', async () => {
  const failed = await first('2\nclash\nH 0 0 0\nH 0 0 0\n', [])
  const { outcome, category } = lastAttempt(failed)
  expect(outcome).toBe('failed')
  expect(['bad-input', 'geometry']).toContain(category)
  expect(remediesOf(failed)).toEqual([])
  expect(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [failed.id], fix: null })).toMatchObject({ ok: false })
  expect(get(larmor.engine.state.jobs, failed.id)?.attempts).toHaveLength(1)
})
