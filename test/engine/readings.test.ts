import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createReadings } from '../../electron/engine/readings.ts'
import type { Reading } from '../../shared/contract.ts'
import { jobId, type RunId } from '../../shared/ids.ts'
import { batchScript } from '../renderer/batch-script.ts'
import { eventually } from '../serve/eventually.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'

test('whoever begins to listen gets the course from the first cycle on, and the newest reading at once', async () => {
  const output = gunzipSync(readFileSync(new URL('../fixtures/nwchem/methanol-production.out.gz', import.meta.url)))
  const engine = scriptedEngine()
  const batch = batchScript(engine, { id: 'rread', name: 'readings', keys: ['one'] })
  batch.start()
  batch.queues('one')
  batch.runs('one')
  let written = 0
  const readings = createReadings(engine.state, {
    tail: async (_machine, _label, _file, offset) => output.subarray(offset, written),
    newest: async () => [],
  })
  const cycles = (seen: readonly Reading[]) => seen.at(-1)?.course.map(({ cycle }) => cycle)
  written = output.indexOf('@    3')
  const first: Reading[] = []
  const leave = readings.listen(news => first.push(...news))
  await eventually(() => cycles(first)).toEqual([1, 2, 3])
  leave()
  // Nobody listens while it goes on.
  written = output.length
  const second: Reading[] = []
  readings.listen(news => second.push(...news))
  expect(second).toHaveLength(1)
  expect(second[0]).toMatchObject({ job: jobId('rread' as RunId, 'one'), course: first.at(-1)?.course })
  await eventually(() => cycles(second)?.length).toBeGreaterThan(3)
  expect(second.at(-1)?.course.every(({ energy_hartree }) => energy_hartree !== null)).toBe(true)
  readings.stop()
})
