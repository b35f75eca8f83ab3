import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Json, RunId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { LOCAL } from '../../shared/model/machine.ts'
import { values } from '../../shared/model/table.ts'
import { remediesOf } from '../../shared/remedies/index.ts'
import { orThrow } from '../../shared/result.ts'
import { run, sharedHome } from '../cli/larmor.ts'
import { type InProcess, startInProcess } from '../engine/in-process.ts'
import { orcaStandIn } from '../testbed/orca-stand-in.ts'

/** The whole way of an ORCA job, with a stand-in for the program (testbed/orca.ts): no real ORCA ever ran these inputs. */

const bin = await mkdtemp(join(tmpdir(), 'larmor-orca-'))
const home = await sharedHome()
const PATH = `${bin}${delimiter}${process.env.PATH}`
const before = process.env.PATH
beforeAll(async () => {
  await orcaStandIn(bin)
  process.env.PATH = PATH
})
afterAll(async () => {
  process.env.PATH = before
  await rm(bin, { recursive: true, force: true })
})

test('an ensemble: optimised, its shieldings on the optimised geometries, referred to TMS of the same level', async () => {
  const args = ['nmr', 'CCO', '--program', 'orca', '--max-conformers', '2', '--reference', 'tms', '--wait', '--json']
  const { exit, json, err } = await run(args, { home, env: { PATH }, timeout: 240_000 })
  expect(exit, err).toBe(0)
  expect(json.state).toBe('completed')
  expect(json.conformers.map(({ state }: { state: string }) => state)).toContain('nmr_complete')
  const weights = json.conformers.map(({ weight }: { weight: number | null }) => weight ?? 0)
  expect(weights.reduce((sum: number, weight: number) => sum + weight, 0)).toBeCloseTo(1, 6)
  const carbons = json.shifts.filter(({ nucleus }: { nucleus: string }) => nucleus === '13C')
  // The carbon beside the oxygen is shielded less, by what the stand-in says: 48 ppm; TMS is its zero.
  const deltas = carbons.map(({ delta_ppm }: { delta_ppm: number }) => delta_ppm).sort((a: number, b: number) => a - b)
  expect(deltas[1] - deltas[0]).toBeCloseTo(48, 6)
  expect(carbons.every(({ reference }: { reference: { kind: string } }) => reference.kind === 'tms')).toBe(true)
  expect(String(json.warnings)).toContain('untried')
})

describe('what ORCA refuses, and the remedies, none of which is called tried', () => {
  let larmor: InProcess
  beforeEach(async () => {
    larmor = await startInProcess()
  })
  afterEach(() => larmor.stop())

  async function ended(attempts: number): Promise<Job> {
    const job = () => [...values(larmor.engine.state.jobs)][0]
    await larmor.until(`attempt ${attempts} has its outcome`, () => job()?.attempts[attempts - 1]?.outcome != null)
    return job() as Job
  }
  async function first(text: string, resources: { readonly ranks: number; readonly memory_mb: number }): Promise<Job> {
    const file = { name: 'a.inp', ...orThrow(await larmor.engine.put(text)) }
    const input = { kind: 'deck', files: [file], main: file.name }
    const job = { key: 'j', machine: LOCAL, program: 'orca', input, resources: { ...resources, seconds: 600 } }
    const params = { jobs: [job] } as unknown as Json
    const run = 'rorca' as RunId
    orThrow(await larmor.engine.send({ type: 'run.start', run, name: '', workflow: 'single', machine: LOCAL, params }))
    return ended(1)
  }

  const WATER = '* xyz 0 1\nO 0 0 0.1\nH 0 0.9 -0.5\nH 0 -0.7 -0.4\n*\n'
  const ALLENE = '* xyz 0 1\nC -1.4 0 0\nC 0 0 0\nC 1.4 0 0\nO 2.5 0.4 0\n*\n'
  const one = { ranks: 1, memory_mb: 1000 }
  test.each<[category: string, fix: string, text: string, resources: { ranks: number; memory_mb: number }]>([
    ['scf-not-converged', 'scf-help', `! B3LYP def2-SVP\n%scf MaxIter 4 end\n${WATER}`, one],
    ['opt-not-converged', 'more-cycles', `! B3LYP def2-SVP Opt\n%geom MaxIter 2 end\n${WATER}`, one],
    ['internals', 'cartesian', `! B3LYP def2-SVP Opt\n${ALLENE}`, one],
    ['out-of-memory', 'more-memory', `! B3LYP def2-SVP\n%maxcore 100\n${WATER}`, { ranks: 1, memory_mb: 200 }],
    [
      'too-many-cores',
      'cores-pairs',
      `! DLPNO-CCSD(T) def2-SVP\n%pal nprocs 4 end\n${WATER}`,
      { ranks: 4, memory_mb: 4000 },
    ],
    ['missing-file', 'no-restart', `! B3LYP def2-SVP MORead\n%moinp "old.gbw"\n${WATER}`, one],
  ])('%s is answered by %s', async (category, fix, text, resources) => {
    const failed = await first(text, resources)
    expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category })
    expect(remediesOf(failed)[0]).toMatchObject({ id: fix, tried: false })
    orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [failed.id], fix: null }))
    const { outcome, reason, fix: by } = lastAttempt(await ended(2))
    expect({ outcome, reason, by }).toEqual({ outcome: 'completed', reason: null, by: fix })
  })

  test('a word that it does not know needs an edit', async () => {
    const failed = await first(`! B3LYPP def2-SVP\n${WATER}`, one)
    expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category: 'bad-input' })
    expect(remediesOf(failed)).toEqual([])
  })
})
