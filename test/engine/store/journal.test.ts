import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openJournal } from '../../../electron/engine/store/journal.ts'
import { type JournalEnd, readJournal } from '../../../electron/engine/store/read-journal.ts'
import { seal } from '../../../electron/engine/store/seal.ts'
import type { Event } from '../../../shared/model/events.ts'
import { EVENT_VERSION } from '../../../shared/model/upcast.ts'
import { newFolder } from './folders.ts'
import { AT, noFence, paused } from './sample.ts'

async function readAll(folder: string, since = 0): Promise<{ batches: (readonly Event[])[]; end: JournalEnd }> {
  const batches: (readonly Event[])[] = []
  const journal = readJournal(folder, since)
  for (;;) {
    const next = await journal.next()
    if (next.done) return { batches, end: next.value }
    batches.push(...next.value)
  }
}

async function open(folder: string, options: Partial<Parameters<typeof openJournal>[2]> = {}) {
  return openJournal(folder, (await readAll(folder)).end, { ...noFence, ...options })
}

const seqs = (batches: readonly (readonly Event[])[]) => batches.map(batch => batch.map(event => event.seq))

test('a folder that does not exist is an empty journal', async () => {
  const { batches, end } = await readAll(join(await newFolder(), 'none'))
  expect(batches).toEqual([])
  expect(end).toEqual({ seq: 0, segment: null, bytes: 0, torn: null })
})

test('events are numbered from 1 without gaps, over openings, and read back as they were returned', async () => {
  const folder = await newFolder()
  const first = await open(folder)
  const a = await first.append([paused('r1'), paused('r2')], AT)
  expect(await first.append([], AT)).toEqual([])
  await first.close()
  const second = await open(folder)
  expect(second.seq).toBe(2)
  const b = await second.append([paused('r3')], AT)
  await second.close()
  expect((await readAll(folder)).batches).toEqual([a, b])
  expect(b).toEqual([{ seq: 3, at: AT, v: EVENT_VERSION, type: 'run.paused', run: 'r3' }])
})

test('batches that come during a flush keep their order and their borders', async () => {
  const folder = await newFolder()
  const journal = await open(folder)
  const sizes = Array.from({ length: 200 }, (_, i) => 1 + (i % 3))
  const appended = await Promise.all(
    sizes.map((n, i) =>
      journal.append(
        Array.from({ length: n }, () => paused(`r${i}`)),
        AT,
      ),
    ),
  )
  await journal.close()
  const { batches } = await readAll(folder)
  expect(batches).toEqual(appended)
  expect(batches.map(batch => batch.length)).toEqual(sizes)
  expect(seqs(batches).flat()).toEqual(Array.from({ length: sizes.reduce((a, b) => a + b) }, (_, i) => i + 1))
})

test('what waits shares one flush', async () => {
  const folder = await newFolder()
  let flushes = 0
  const fence = () => {
    flushes += 1
  }
  const journal = await open(folder, { fence })
  await Promise.all(Array.from({ length: 100 }, (_, i) => journal.append([paused(`r${i}`)], AT)))
  await journal.close()
  expect(flushes).toBe(2) // the first alone, the other 99 while it was written
})

test('a new segment begins past the length, named by its first event, and is read from there', async () => {
  const folder = await newFolder()
  const journal = await open(folder, { segmentBytes: 300 })
  for (let i = 0; i < 12; i++) await journal.append([paused(`r${i}`), paused(`s${i}`)], AT)
  await journal.close()
  const names = (await readdir(folder)).toSorted()
  expect(names.length).toBeGreaterThan(3)
  for (const name of names) {
    const firstLine = (await readFile(join(folder, name), 'utf8')).split('\n')[0] ?? ''
    expect(Number.parseInt(name, 10)).toBe(JSON.parse(firstLine).events[0].seq)
  }
  for (let since = 0; since <= 25; since++) {
    const { batches, end } = await readAll(folder, since)
    expect(seqs(batches).flat()).toEqual(Array.from({ length: Math.max(0, 24 - since) }, (_, i) => since + 1 + i))
    expect(end.seq).toBe(24)
  }
})

test('a fence that is down refuses the batch, and nothing is written', async () => {
  const folder = await newFolder()
  let ours = false
  const journal = await open(folder, {
    fence: () => {
      if (!ours) throw new Error('not ours')
    },
  })
  await expect(journal.append([paused('r1')], AT)).rejects.toThrow('not ours')
  expect((await readAll(folder)).batches).toEqual([])
  ours = true
  expect((await journal.append([paused('r2')], AT)).map(event => event.seq)).toEqual([1])
  await journal.close()
})

test('an unfinished batch that cannot be said in JSON is refused alone, and the journal goes on', async () => {
  const folder = await newFolder()
  const journal = await open(folder)
  await expect(journal.append([{ ...paused('r1'), big: 1n } as never], AT)).rejects.toThrow('BigInt')
  expect(await journal.append([paused('r2')], AT)).toHaveLength(1)
  await journal.close()
  await expect(journal.append([paused('r3')], AT)).rejects.toThrow('closed')
})

test('an empty last segment, left by a crash, is gone on with', async () => {
  const folder = await newFolder()
  const journal = await open(folder)
  await journal.append([paused('r1')], AT)
  await journal.close()
  await writeFile(join(folder, '00000002.jsonl'), '')
  const again = await open(folder)
  await again.append([paused('r2')], AT)
  await again.close()
  expect(seqs((await readAll(folder)).batches)).toEqual([[1], [2]])
  expect((await stat(join(folder, '00000002.jsonl'))).size).toBeGreaterThan(0)
})

test('a reader beside the writer sees whole batches only', async () => {
  const folder = await newFolder()
  const journal = await open(folder, { segmentBytes: 20_000 })
  let writing = true
  const written = (async () => {
    for (let i = 0; i < 300; i++) await journal.append([paused(`r${i}`), paused(`s${i}`)], AT)
    writing = false
  })()
  let looks = 0
  while (writing) {
    const { batches } = await readAll(folder)
    expect(batches.every(batch => batch.length === 2)).toBe(true)
    looks += 1
  }
  await written
  await journal.close()
  expect(looks).toBeGreaterThan(0)
  expect((await readAll(folder)).end.seq).toBe(600)
})

test.each([
  ['a segment of the middle', (folder: string, names: string[]) => rm(join(folder, names[1] ?? ''))],
  ['the first segment', (folder: string, names: string[]) => rm(join(folder, names[0] ?? ''))],
])('without %s it is refused, with the events that are missing', async (_, remove) => {
  const folder = await newFolder()
  const journal = await open(folder, { segmentBytes: 100 })
  for (let i = 0; i < 4; i++) await journal.append([paused(`r${i}`)], AT)
  await journal.close()
  await remove(folder, (await readdir(folder)).toSorted())
  await expect(readAll(folder)).rejects.toMatchObject({ fault: { code: 'not-now', message: /missing/ } })
})

test('events of a newer Larmor are refused untouched, a torn line after them as well', async () => {
  const folder = join(await newFolder(), 'journal')
  await mkdir(folder)
  const path = join(folder, '00000001.jsonl')
  await writeFile(
    path,
    `${seal('events', JSON.stringify([{ seq: 1, at: AT, v: EVENT_VERSION + 1, type: 'moon.landed' }]))}\n{"half`,
  )
  const before = await readFile(path, 'utf8')
  await expect(open(folder)).rejects.toMatchObject({ fault: { code: 'not-now', message: /newer Larmor/ } })
  expect(await readFile(path, 'utf8')).toBe(before)
})

test('a newer Larmor is told from damage even where it seals its lines in another way', async () => {
  const folder = await newFolder()
  const events = JSON.stringify([{ seq: 1, at: AT, v: 3, type: 'moon.landed' }])
  for (const line of [`{"crc":"00000000","events":${events}}`, `{"sha256":"0","events":${events},"by":"larmor 9"}`]) {
    await writeFile(join(folder, '00000001.jsonl'), `${line}\n`)
    await expect(open(folder)).rejects.toMatchObject({ fault: { message: /newer Larmor: event 1 has version 3/ } })
  }
})

test('a last line that was never whole is torn, with or without its line break', async () => {
  for (const tail of ['{"crc":"0000', '{"half"', '\0\0\0\0', '{"half"\0\0\0]}\n']) {
    const folder = await newFolder()
    const journal = await open(folder)
    await journal.append([paused('r1')], AT)
    await journal.close()
    await appendFile(join(folder, '00000001.jsonl'), tail)
    expect((await readAll(folder)).end.torn?.toString()).toBe(tail)
    const again = await open(folder)
    expect((await again.append([paused('r2')], AT)).map(event => event.seq)).toEqual([2])
    await again.close()
    expect(seqs((await readAll(folder)).batches)).toEqual([[1], [2]])
  }
})
