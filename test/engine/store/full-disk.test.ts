import { open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { takeLock } from '../../../electron/engine/store/lock.ts'
import { openStore, readStore } from '../../../electron/engine/store/store.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { smallDisk } from '../../small-disk.ts'
import { AT, noFence, paused, seen } from './sample.ts'

const SIZE = 256 << 10
/** A real disk of 256 kB, made anew for each test. */
const small = smallDisk(`size=${SIZE}`)
const { folder: disk, missing } = small
if (missing) console.warn(`skipped full-disk.test.ts: ${missing}`)

beforeEach(() => {
  if (!missing) small.renew()
})
afterAll(small.remove)

const full = { fault: { code: 'not-now', message: expect.stringContaining('The disk is full') } }

/** Fills the disk, but for about so many bytes. */
async function fill(leave: number): Promise<void> {
  const path = join(disk, 'filler')
  await writeFile(path, Buffer.alloc(SIZE)).catch(() => {})
  const { size } = await stat(path)
  const file = await open(path, 'r+')
  await file.truncate(Math.max(0, size - leave))
  await file.close()
}

function big(run: string, bytes: number): EventBody {
  return { ...paused(run), text: 'x'.repeat(bytes) } as EventBody
}

test.skipIf(missing !== null)(
  'batches that do not fit are refused whole, the others stay, and with space it goes on',
  async () => {
    const home = join(disk, 'home')
    const store = await openStore(home, { ...seen, ...noFence })
    const kept = [...(await store.append([paused('first')], AT))]
    await fill(16 << 10)
    // One does not fit at all; the group of ten fits in part: none of it may stay.
    await expect(store.append([big('too-big', 64 << 10)], AT)).rejects.toMatchObject(full)
    const group = await Promise.allSettled(
      [paused('alone'), ...Array.from({ length: 10 }, (_, i) => big(`g${i}`, 4 << 10))].map(body =>
        store.append([body], AT),
      ),
    )
    for (const one of group) if (one.status === 'fulfilled') kept.push(...one.value)
    expect(group.map(one => one.status)).toEqual(['fulfilled', ...Array(10).fill('rejected')])
    expect((await readStore(home, seen)).state).toEqual(seen.reduce(seen.emptyState, kept))
    expect((await readStore(home, seen)).report).toEqual([])

    kept.push(...(await store.append([paused('small')], AT)))
    await rm(join(disk, 'filler'))
    kept.push(...(await store.append([big('fits-now', 64 << 10)], AT)))
    await store.close()
    expect(kept.map(event => event.seq)).toEqual([1, 2, 3, 4])
    expect((await readStore(home, seen)).state).toEqual(seen.reduce(seen.emptyState, kept))
  },
)

test.skipIf(missing !== null)('a snapshot and content that do not fit leave what was there', async () => {
  const home = join(disk, 'home')
  const store = await openStore(home, { ...seen, ...noFence })
  const state = seen.reduce(store.state, await store.append([big('r1', 20 << 10)], AT))
  await store.writeSnapshot(state)
  const old = await store.blobs.put('old')
  await fill(8 << 10)
  await expect(store.writeSnapshot(state)).rejects.toMatchObject(full)
  await expect(store.blobs.put('y'.repeat(100 << 10))).rejects.toMatchObject(full)
  await store.close()
  const names = await readdir(disk, { recursive: true })
  expect(names.filter(name => name.endsWith('.tmp'))).toEqual([])
  const reader = await readStore(home, seen)
  expect(reader.state).toEqual(state)
  expect(reader.report).toEqual([])
  expect((await reader.blobs.read(old)).toString()).toBe('old')
})

test.skipIf(missing !== null)('on a full disk Larmor says so at its start, and reads all the same', async () => {
  const home = join(disk, 'home')
  const store = await openStore(home, { ...seen, ...noFence })
  const state = seen.reduce(store.state, await store.append([paused('r1')], AT))
  await store.close()
  await fill(0)
  await expect(takeLock(home, { version: '0', started: AT, socket: null, url: null })).rejects.toMatchObject(full)
  expect((await readStore(home, seen)).state).toEqual(state)
})

test.skipIf(missing !== null)('a folder that is read-only is refused to the writer, and read', async () => {
  const home = join(disk, 'home')
  const store = await openStore(home, { ...seen, ...noFence })
  const state = seen.reduce(store.state, await store.append([paused('r1')], AT))
  await store.close()
  small.remount('ro')
  const refused = { fault: { code: 'not-now', message: expect.stringContaining('cannot be read or written') } }
  await expect(takeLock(home, { version: '0', started: AT, socket: null, url: null })).rejects.toMatchObject(refused)
  await expect(openStore(home, { ...seen, ...noFence })).rejects.toMatchObject(refused)
  await expect(openStore(join(disk, 'other'), { ...seen, ...noFence })).rejects.toMatchObject({
    fault: { code: 'not-now', message: expect.stringContaining('cannot be made') },
  })
  expect((await readStore(home, seen)).state).toEqual(state)
})
