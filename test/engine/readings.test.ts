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
  const readings = createReadings(
    engine.state,
    { tail: async (_machine, _label, _file, offset) => output.subarray(offset, written), newest: async () => [] },
    () => {},
  )
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

test('a machine that does not answer and a job that cannot be read keep nobody from the readings of the others', async () => {
  const output = gunzipSync(readFileSync(new URL('../fixtures/nwchem/methanol-production.out.gz', import.meta.url)))
  const engine = scriptedEngine()
  const silent = batchScript(engine, { id: 'rslow', name: 'silent', machine: 'silent', keys: ['one'] })
  const strange = batchScript(engine, { id: 'rbad', name: 'strange', keys: ['one'] })
  const good = batchScript(engine, { id: 'rgood', name: 'good', keys: ['one'] })
  for (const batch of [silent, strange, good]) {
    batch.start()
    batch.queues('one')
    batch.runs('one')
  }
  const log: string[] = []
  let written = 1000
  const readings = createReadings(
    engine.state,
    {
      async tail(machine, label, _file, offset) {
        if (machine === 'silent') return new Promise<never>(() => {})
        return label === 'rbad.one.1' ? ({ length: 1 } as Buffer) : output.subarray(offset, written)
      },
      newest: async () => [],
    },
    line => log.push(line),
  )
  const seen: Reading[] = []
  readings.listen(news => seen.push(...news))
  await eventually(() => seen.length).toBe(1)
  written = output.length
  await eventually(() => seen.length).toBe(2)
  readings.stop()
  expect(new Set(seen.map(({ job }) => job))).toEqual(new Set([jobId('rgood' as RunId, 'one')]))
  expect(log).toEqual([expect.stringMatching(/^reading along with rbad\.one\.1: TypeError/)])
})
