import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ArchivedRun, openArchive, openArchiveForWriting } from '../../../electron/engine/store/archive.ts'
import type { RunId } from '../../../shared/ids.ts'
import type { Attempt, Job, Outcome } from '../../../shared/model/job.ts'
import type { Run } from '../../../shared/model/run.ts'
import { EVENT_VERSION } from '../../../shared/model/upcast.ts'
import { newFolder } from './folders.ts'
import { AT } from './sample.ts'

function closed(id: string, outcomes: readonly (Outcome | null)[] = [], name = id): ArchivedRun {
  const run = {
    id: id as RunId,
    name,
    workflow: 'nmr',
    machine: 'local',
    started: AT,
    updated: AT,
    phase: { is: 'ended', outcome: 'completed', reason: null, at: AT },
    progress: 1,
    plan_version: 1,
    params: { smiles: 'CCO' },
  } as unknown as Run
  const jobs = outcomes.map(
    (outcome, i) => ({ id: `${id}.${i}`, program: 'nwchem', attempts: [{ outcome } as Attempt] }) as unknown as Job,
  )
  return {
    run,
    jobs,
    events: [{ seq: 7, at: AT, v: EVENT_VERSION, type: 'run.archived', run: id as RunId }],
    reducer: 1,
  }
}

async function filled(folder: string, ...runs: readonly string[]): Promise<void> {
  const archive = await openArchiveForWriting(folder)
  for (const run of runs) await archive.keep(closed(run, ['completed', 'failed', 'completed', null]))
}

const names = async (folder: string) => (await openArchive(folder).list()).map(entry => entry.id)
const index = (folder: string) => join(folder, 'index.jsonl')

test('a closed run is kept whole, and listed with its outcomes', async () => {
  const folder = join(await newFolder(), 'archive')
  const archive = await openArchiveForWriting(folder)
  expect(await archive.list()).toEqual([])
  const document = closed('r1', ['completed', 'failed', 'completed', null])
  await archive.keep(document)
  for (const reader of [archive, openArchive(folder), await openArchiveForWriting(folder)]) {
    expect(await reader.read('r1' as RunId)).toEqual(document)
    expect(await reader.list()).toMatchObject([
      { id: 'r1', workflow: 'nmr', phase: { outcome: 'completed' }, counts: { completed: 2, failed: 1, none: 1 } },
    ])
  }
})

test('a run that is archived again replaces what was kept of it', async () => {
  const folder = await newFolder()
  await filled(folder, 'r1', 'r2')
  await (await openArchiveForWriting(folder)).keep(closed('r1', [], 'again'))
  expect((await openArchive(folder).list()).map(entry => [entry.id, entry.name])).toEqual([
    ['r1', 'again'],
    ['r2', 'r2'],
  ])
  expect((await openArchive(folder).read('r1' as RunId)).jobs).toEqual([])
})

test('a run that is archived again and again leaves one line in the index, once it is opened the next time', async () => {
  const folder = await newFolder()
  for (let i = 0; i < 3; i++) await filled(folder, 'r1', 'r2')
  await openArchiveForWriting(folder)
  expect((await readFile(index(folder), 'utf8')).trim().split('\n')).toHaveLength(2)
  expect(await names(folder)).toEqual(['r1', 'r2'])
})

test('an index that is gone, or cut or changed at any byte, is made again from the documents', async () => {
  const folder = await newFolder()
  await filled(folder, 'r1', 'r2', 'r3')
  const whole = await readFile(index(folder))
  const list = await openArchive(folder).list()
  await rm(index(folder))
  expect(await openArchive(folder).list()).toEqual(list)
  expect(await readdir(folder)).not.toContain('index.jsonl')
  for (let i = 0; i < whole.length; i += 3) {
    const changed = Buffer.from(whole)
    changed[i] = (changed[i] ?? 0) ^ 1
    for (const damaged of [whole.subarray(0, i), changed]) {
      await writeFile(index(folder), damaged)
      expect(await openArchive(folder).list()).toEqual(list)
    }
  }
  expect(await (await openArchiveForWriting(folder)).list()).toEqual(list)
  expect((await readFile(index(folder))).equals(whole)).toBe(true)
})

test('a document whose line was lost is listed, and a line whose document is gone is not', async () => {
  const folder = await newFolder()
  await filled(folder, 'r1', 'r2', 'r3')
  const lines = (await readFile(index(folder), 'utf8')).split('\n')
  await writeFile(index(folder), `${lines.slice(0, 2).join('\n')}\n`)
  expect(await names(folder)).toEqual(['r1', 'r2', 'r3'])
  await rm(join(folder, 'r1.json'))
  expect(await names(folder)).toEqual(['r2', 'r3'])
  expect((await (await openArchiveForWriting(folder)).list()).map(entry => entry.id)).toEqual(['r2', 'r3'])
})

test('a damaged document is refused by name, and does not hide the others', async () => {
  const folder = await newFolder()
  await filled(folder, 'r1', 'r2')
  const path = join(folder, 'r1.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace('CCO', 'CCN'))
  await expect(openArchive(folder).read('r1' as RunId)).rejects.toMatchObject({
    fault: { code: 'not-now', message: `${path} is damaged.` },
  })
  await rm(index(folder))
  expect(await names(folder)).toEqual(['r2'])
  expect((await openArchiveForWriting(folder)).report).toEqual([expect.stringContaining('run r1 cannot be read')])
})

test('events of a newer Larmor in a document are refused', async () => {
  const folder = await newFolder()
  const archive = await openArchiveForWriting(folder)
  const document = closed('r1')
  await archive.keep({ ...document, events: document.events.map(event => ({ ...event, v: EVENT_VERSION + 1 })) })
  await expect(archive.read('r1' as RunId)).rejects.toMatchObject({ fault: { message: /newer Larmor/ } })
})

test('a run that is not there is not found, and a name never becomes a path', async () => {
  const archive = await openArchiveForWriting(await newFolder())
  await expect(archive.read('r9' as RunId)).rejects.toMatchObject({ fault: { code: 'not-found' } })
  for (const name of ['../engine', '', '.hidden', 'a/b']) {
    await expect(archive.read(name as RunId)).rejects.toMatchObject({ fault: { code: 'bad-input' } })
    await expect(archive.keep(closed(name))).rejects.toMatchObject({ fault: { code: 'bad-input' } })
  }
})
