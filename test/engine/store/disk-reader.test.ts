import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openArchiveForWriting } from '../../../electron/engine/store/archive.ts'
import { openBlobs } from '../../../electron/engine/store/blobs.ts'
import { readingAt } from '../../../electron/engine/store/disk-reader.ts'
import type { RunId } from '../../../shared/ids.ts'
import { aDayInTheLab } from '../../renderer/lab.ts'
import { scriptedEngine } from '../../serve/scripted-engine.ts'

let home: string
afterEach(() => rm(home, { recursive: true, force: true }))

test('what is on disk is read without an engine: the newest archived run first, each whole, contents by range', async () => {
  home = await mkdtemp(join(tmpdir(), 'larmor-reading-'))
  const lab = scriptedEngine()
  aDayInTheLab(lab, new Date('2026-03-02T12:00:00Z'))
  lab.shelve('rtauto')
  const shelved = await lab.archivedRun('rtauto' as RunId)
  if (!shelved.ok) throw new Error('nothing was shelved')
  const archive = await openArchiveForWriting(join(home, 'archive'))
  const later = { ...shelved.value.run, id: 'rlater' as RunId, started: '2026-03-03T00:00:00.000Z' }
  await archive.keep({ ...shelved.value, events: [], reducer: 1 })
  await archive.keep({ ...shelved.value, run: later, events: [], reducer: 1 })
  const ref = await openBlobs(join(home, 'blobs')).put('0123456789')

  const reading = readingAt(home)
  const list = await reading.archivedRuns()
  expect(list.ok && list.value.map(({ id, counts }) => [id, counts])).toEqual([
    ['rlater', { completed: 44 }],
    ['rtauto', { completed: 44 }],
  ])
  expect(await reading.archivedRun('rtauto' as RunId)).toEqual(shelved)
  expect(await reading.archivedRun('rnone' as RunId)).toMatchObject({ ok: false, fault: { code: 'not-found' } })
  expect(await reading.read(ref, { offset: 2, length: 3 })).toEqual({ ok: true, value: '234' })
  expect(await reading.read({ sha256: 'f'.repeat(64), bytes: 1 })).toMatchObject({ fault: { code: 'not-found' } })
})
