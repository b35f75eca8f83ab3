import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore, readStore } from '../../../electron/engine/store/store.ts'
import type { RunId } from '../../../shared/ids.ts'
import { newFolder } from './folders.ts'
import { AT, noFence, paused, type Seen, seen } from './sample.ts'

/** A folder with three events and a snapshot after the second; returns the true state. */
async function filled(home: string): Promise<Seen> {
  const store = await openStore(home, { ...seen, ...noFence })
  let state = seen.reduce(store.state, await store.append([paused('r1'), paused('r2')], AT))
  await store.writeSnapshot(state)
  state = seen.reduce(state, await store.append([paused('r3')], AT))
  await store.close()
  return state
}

/** A reducer that tells how many events it was given. */
function counting() {
  let count = 0
  return {
    ...seen,
    reduce(state: Seen, events: Parameters<typeof seen.reduce>[1]) {
      count += events.length
      return seen.reduce(state, events)
    },
    get count() {
      return count
    },
  }
}

/** Every file under a folder with its bytes. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter(name => name.isFile()).map(name => join(name.parentPath, name.name))
  return Object.fromEntries(await Promise.all(files.map(async file => [file, await readFile(file, 'latin1')])))
}

test('the state after opening is that of the snapshot and what came after it', async () => {
  const home = await newFolder()
  const state = await filled(home)
  const model = counting()
  const store = await openStore(home, { ...model, ...noFence })
  await store.close()
  expect(store.state).toEqual(state)
  expect(store.report).toEqual([])
  const reading = counting()
  expect((await readStore(home, reading)).state).toEqual(state)
  expect(reading.count).toBe(1)
})

test('a reader writes nothing, not even a folder', async () => {
  const home = await newFolder()
  expect((await readStore(join(home, 'none'), seen)).state).toEqual(seen.emptyState)
  expect(await readdir(home)).toEqual([])
  await filled(home)
  await writeFile(join(home, 'journal', '00000001.jsonl'), '{"half', { flag: 'a' })
  await rm(join(home, 'archive'), { recursive: true })
  const before = await contents(home)
  const reader = await readStore(home, seen)
  expect(reader.state.seq).toBe(3)
  expect(await reader.archive.list()).toEqual([])
  expect(await contents(home)).toEqual(before)
})

test('a snapshot is a cache: cut anywhere or with any byte changed, the state is the same and it is reported', async () => {
  const home = await newFolder()
  const state = await filled(home)
  const path = join(home, 'snapshot.json')
  const whole = await readFile(path)
  for (let i = 0; i < whole.length; i++) {
    const changed = Buffer.from(whole)
    changed[i] = (changed[i] ?? 0) ^ 1
    for (const damaged of [whole.subarray(0, i), changed]) {
      await writeFile(path, damaged)
      const reader = await readStore(home, seen)
      expect(reader.state).toEqual(state)
      expect(reader.report).toHaveLength(1)
    }
  }
})

test('a snapshot of another reducer is ignored, and replaced by the next one', async () => {
  const home = await newFolder()
  const state = await filled(home)
  const model = counting()
  const store = await openStore(home, { ...model, reducerVersion: 2, ...noFence })
  expect(store.state).toEqual(state)
  expect(store.report).toEqual([expect.stringContaining('version 1 of the reducer, this is 2')])
  await store.writeSnapshot(store.state)
  await store.close()
  expect((await readStore(home, { ...seen, reducerVersion: 2 })).report).toEqual([])
})

test('a snapshot that knows more than the journal is set aside: the journal counts', async () => {
  const home = await newFolder()
  await filled(home)
  await rm(join(home, 'journal'), { recursive: true })
  const store = await openStore(home, { ...seen, ...noFence })
  expect(store.state).toEqual(seen.emptyState)
  expect(store.report).toEqual([expect.stringContaining('the snapshot knows 2')])
  // The numbers are given out again: the old snapshot would be wrong now.
  const state = seen.reduce(store.state, await store.append([paused('x1'), paused('x2'), paused('x3')], AT))
  await store.close()
  expect((await readStore(home, seen)).state).toEqual(state)
  expect(await readdir(home)).toContain('snapshot.json.ahead-2')
})

test('a snapshot of what is not on the disk is refused', async () => {
  const store = await openStore(await newFolder(), { ...seen, ...noFence })
  await expect(store.writeSnapshot({ seq: 1, seen: ['?'] })).rejects.toThrow('only hold what the journal holds')
  await store.close()
})

test('half-written files of a crash are removed by the writer', async () => {
  const home = await newFolder()
  await filled(home)
  await writeFile(join(home, '.snapshot.json.0123.tmp'), '{')
  await writeFile(join(home, 'archive', '.r1.json.0123.tmp'), '{')
  await writeFile(join(home, 'journal', '.00000001.jsonl.torn-9.0123.tmp'), '{')
  await (await openStore(home, { ...seen, ...noFence })).close()
  expect(Object.keys(await contents(home)).filter(file => file.endsWith('.tmp'))).toEqual([])
})

test('the events of one run, in order, over segments', async () => {
  const home = await newFolder()
  const store = await openStore(home, { ...seen, ...noFence, segmentBytes: 200 })
  for (const runs of [['a', 'b'], ['b'], ['ab', 'a"'], ['a'], ['c'], ['b', 'a']])
    await store.append(runs.map(paused), AT)
  async function seqsOf(run: string, since?: number): Promise<number[]> {
    const found: number[] = []
    for await (const batch of store.events(since, run as RunId)) found.push(...batch.map(event => event.seq))
    return found
  }
  expect(await seqsOf('a')).toEqual([1, 6, 9])
  expect(await seqsOf('a', 6)).toEqual([9])
  expect(await seqsOf('a"')).toEqual([5])
  expect(await seqsOf('none')).toEqual([])
  await store.close()
})

test('a home that is a file, or lies in one, is refused in words', async () => {
  const folder = await newFolder()
  const file = join(folder, 'file')
  await writeFile(file, 'mine')
  for (const home of [file, join(file, 'home')]) {
    await expect(openStore(home, { ...seen, ...noFence })).rejects.toMatchObject({
      fault: { code: 'not-now', message: expect.stringContaining('is not a folder') },
    })
  }
  expect(await readFile(file, 'utf8')).toBe('mine')
})

test('a folder without permission is refused in words', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write everywhere (full-disk.test.ts has a read-only disk for root)')
  const home = join(await newFolder(), 'home')
  await mkdir(home)
  await chmod(home, 0o500)
  await expect(openStore(home, { ...seen, ...noFence })).rejects.toMatchObject({
    fault: { code: 'not-now', message: expect.stringContaining('cannot be read or written') },
  })
})
