import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openStore, readStore } from '../../../electron/engine/store/store.ts'
import { FaultError } from '../../../shared/result.ts'
import { newFolder } from './folders.ts'
import { AT, noFence, paused, type Seen, seen } from './sample.ts'

/** What any prefix of whole batches leads to: the only states that may ever be seen. */
let states: Seen[]
let whole: Buffer
let ends: number[]

beforeAll(async () => {
  const home = await mkdtemp(join(tmpdir(), 'larmor-store-'))
  const store = await openStore(home, { ...seen, ...noFence })
  let state = store.state
  states = [state]
  ends = [0]
  for (const bodies of [[paused('run-a')], [paused('run-b'), paused('"quoted" \\ é\n')], [paused('run-c')]]) {
    state = seen.reduce(state, await store.append(bodies, AT))
    states.push(state)
    ends.push((await readFile(pathIn(home))).length)
  }
  await store.close()
  whole = await readFile(pathIn(home))
  await rm(home, { recursive: true })
})

function pathIn(home: string): string {
  return join(home, 'journal', '00000001.jsonl')
}

async function homeWith(journal: Buffer): Promise<string> {
  const home = await newFolder()
  await mkdir(join(home, 'journal'))
  await writeFile(pathIn(home), journal)
  return home
}

test('cut at any byte, it opens, loses at most the batch that was cut, says so, and goes on', async () => {
  const home = await homeWith(Buffer.alloc(0))
  for (let length = 0; length <= whole.length; length++) {
    await writeFile(pathIn(home), whole.subarray(0, length))
    const kept = ends.filter(end => end <= length).length - 1
    const reader = await readStore(home, seen)
    expect(reader.state).toEqual(states[kept])
    expect((await readFile(pathIn(home))).length).toBe(length)

    const store = await openStore(home, { ...seen, ...noFence })
    expect(store.state).toEqual(states[kept])
    expect(store.report).toHaveLength(ends.includes(length) ? 0 : 1)
    const events = await store.append([paused('after')], AT)
    await store.close()
    expect((await readStore(home, seen)).state).toEqual(seen.reduce(store.state, events))
  }
})

test('any flipped bit is a fault, or changes nothing; and a fault leaves the file alone', async () => {
  const home = await homeWith(whole)
  const counts = { fault: 0, harmless: 0 }
  for (let byte = 0; byte < whole.length; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(whole)
      flipped[byte] = (flipped[byte] ?? 0) ^ (1 << bit)
      await writeFile(pathIn(home), flipped)
      try {
        const { state, report } = await readStore(home, seen)
        counts.harmless += 1
        expect(report).toEqual([])
        expect(state).toEqual(states.at(-1))
      } catch (error) {
        if (!(error instanceof FaultError)) throw error
        counts.fault += 1
        expect(error.fault.code).toBe('not-now')
        expect(error.fault.message).toMatch(/00000001\.jsonl, line [123]|newer Larmor/)
      }
    }
  }
  console.log(`${whole.length * 8} flipped bits: ${JSON.stringify(counts)}`)
  expect(counts.fault).toBeGreaterThan(0)
})

test('the writer never repairs a damaged line: it refuses, and every byte stays', async () => {
  const home = await homeWith(whole)
  for (let byte = 0; byte < whole.length; byte++) {
    const flipped = Buffer.from(whole)
    flipped[byte] = (flipped[byte] ?? 0) ^ 1
    await writeFile(pathIn(home), flipped)
    await expect(openStore(home, { ...seen, ...noFence })).rejects.toBeInstanceOf(FaultError)
    expect((await readFile(pathIn(home))).equals(flipped)).toBe(true)
  }
})

test('a line twice, or two lines exchanged, is a fault', async () => {
  const lines = ends.slice(1).map((end, i) => whole.subarray(ends[i], end))
  for (const order of [
    [0, 0, 1, 2],
    [1, 0, 2],
    [0, 2],
    [1, 2],
  ]) {
    const home = await homeWith(Buffer.concat(order.map(i => lines[i] ?? Buffer.alloc(0))))
    await expect(readStore(home, seen)).rejects.toMatchObject({ fault: { message: /line \d: event \d follows \d/ } })
  }
})

test('what was cut off is kept beside the journal', async () => {
  const home = await homeWith(whole.subarray(0, whole.length - 5))
  const store = await openStore(home, { ...seen, ...noFence })
  await store.close()
  const torn = await readFile(`${pathIn(home)}.torn-${ends[2]}`)
  expect(torn.equals(whole.subarray(ends[2], whole.length - 5))).toBe(true)
})

test('a copy of the folder, made while nobody writes, opens the same', async () => {
  const home = await homeWith(whole)
  const copy = await newFolder()
  await cp(home, copy, { recursive: true })
  expect((await readStore(copy, seen)).state).toEqual(states.at(-1))
})
