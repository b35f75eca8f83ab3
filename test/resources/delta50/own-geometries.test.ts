import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { foundOnDisk } from '../../../electron/cli/found-on-disk.ts'
import { openBlobs } from '../../../electron/engine/store/blobs.ts'
import { openCalculations } from '../../../electron/engine/store/calculations.ts'
import { refOf } from '../../../electron/engine/store/content-ref.ts'
import factors from '../../../resources/delta50/factors.json' with { type: 'json' }
import {
  findOwnGeometries,
  findShieldings,
  keepOwnGeometries,
  keepShieldings,
  OWN_LEVEL,
} from '../../../resources/delta50/own-geometries.ts'
import draft from '../../../resources/delta50/sigma-draft.json' with { type: 'json' }
import shipped from '../../../resources/delta50/sigma-own-geometries.json' with { type: 'json' }
import type { Json, RunId } from '../../../shared/ids.ts'
import { lastAttempt } from '../../../shared/model/job.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { get } from '../../../shared/model/table.ts'
import { orThrow } from '../../../shared/result.ts'
import { jobsOf, statusOf } from '../../../shared/show/status.ts'
import {
  delta50Set,
  estimateOf,
  estimateText,
  foundAmong,
  resolveCampaign,
  type ShownCampaign,
} from '../../../shared/workflows/index.ts'
import { startInProcess } from '../../engine/in-process.ts'
import { eventually } from '../../serve/eventually.ts'

const { engine, home, stop } = await startInProcess()
const store = { blobs: openBlobs(join(home, 'blobs')), calculations: openCalculations(join(home, 'calculations')) }
afterAll(stop)

test('what is shipped is found again as it was kept', async () => {
  expect(await findOwnGeometries(store)).toEqual([])
  expect(await keepOwnGeometries(store, shipped.molecules)).toBe(shipped.molecules.length)
  expect(await findOwnGeometries(store)).toEqual(shipped.molecules)
  // At the level of another file the shieldings are found only once they are kept, on the same geometries.
  expect(await findShieldings(store, draft.level)).toEqual([])
  expect(await keepShieldings(store, draft.level, shipped.molecules, draft.molecules)).toBe(draft.molecules.length)
  const found = await findShieldings(store, draft.level)
  expect(found.map(({ id, cpu_s, sigma_ppm }) => ({ id, cpu_s, sigma_ppm }))).toEqual(draft.molecules)
})

test('a campaign of these molecules computes nothing, says where all of it is from, and gives the shipped fit', async () => {
  const run = 'rown' as RunId
  const molecules = shipped.molecules.map(({ id }) => id).join(',')
  const { params, texts, name } = orThrow(
    resolveCampaign({ molecules, levels: 'B3LYP', solvents: 'chcl3' }, delta50Set, {
      machine: localMachine,
      resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
      refOf,
    }),
  )
  // What is here already is said before the start, too, and takes nothing.
  const given = new Map(texts.map(text => [refOf(text).sha256, text]))
  const found = await foundOnDisk(home, params, localMachine, given)
  const all = shipped.molecules.length
  expect(found.size).toBe(2 * all)
  const estimate = estimateOf(params, [], found)
  expect(estimate).toMatchObject({ reused: { calculations: all, optimisations: all }, core_hours: [0, 0] })
  expect(estimateText(estimate)).toMatch(
    `${all} of these calculations and ${all} of the optimisations are here already`,
  )
  const elsewhere = { ...params, levels: params.levels.map(level => ({ ...level, xc: 'WP04' })) }
  expect((await foundOnDisk(home, elsewhere, localMachine, given)).size).toBe(all)
  for (const text of texts) orThrow(await engine.put(text))
  const machine = localMachine.name
  orThrow(
    await engine.send({
      type: 'run.start',
      run,
      name,
      workflow: 'campaign',
      params: params as unknown as Json,
      machine,
    }),
  )
  await eventually(() => get(engine.state.runs, run)?.phase.is).toBe('ended')
  const ended = get(engine.state.runs, run)
  if (!ended) throw new Error('no run')
  for (const job of jobsOf(engine.state, ended)) {
    expect(lastAttempt(job).phase).toMatchObject({ is: 'parsed', reused: expect.any(String) })
  }
  // The window knows the same by the jobs of earlier campaigns.
  expect(foundAmong(jobsOf(engine.state, ended), params, localMachine)).toEqual(found)
  const { statistics, reused, total } = statusOf(engine.state, ended) as unknown as ShownCampaign
  expect(reused).toBe(total)
  const exact = factors.fits.find(({ nearness, level }) => nearness === 'exact' && level === OWN_LEVEL)
  expect(exact).toBeDefined()
  for (const { nucleus, rmsd_ppm, n } of exact?.factors ?? []) {
    const own = statistics.find(each => each.nucleus === nucleus)
    // The table leaves out what is not comparable (OH, NH); the shipped fit holds none of those.
    expect(own?.n).toBe(n)
    expect(own?.rmsd_ppm).toBeCloseTo(rmsd_ppm, 3)
  }
})
