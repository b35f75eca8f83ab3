import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openStore, readStore } from '../../electron/engine/store/store.ts'
import { REDUCER_VERSION, reduce } from '../../shared/model/reduce.ts'
import { emptyState } from '../../shared/model/state.ts'
import { summary } from './summary.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const runner = fileURLToPath(new URL('../run-ts.mjs', import.meta.url))
const writer = fileURLToPath(new URL('write-v1.ts', import.meta.url))
const model = { reduce, reducerVersion: REDUCER_VERSION, emptyState }
const frozen = (await readdir(here, { withFileTypes: true }))
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name)

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-journals-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Reads a folder, opens a copy of it for writing twice (the second time from its snapshot), always with one result. */
async function opensAsExpected(folder: string): Promise<void> {
  const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8'))
  const reader = await readStore(folder, model)
  expect(summary(reader.state)).toEqual(expected)
  const copy = await newFolder()
  await cp(folder, copy, { recursive: true })
  for (let i = 0; i < 2; i++) {
    const store = await openStore(copy, { ...model, fence: () => {} })
    expect(store.report).toEqual([])
    expect(store.state).toEqual(reader.state)
    await store.writeSnapshot(store.state)
    await store.close()
  }
}

test.each(frozen)('the journal %s, frozen when it was the newest, opens', name => opensAsExpected(join(here, name)))

test('a journal with every type of event, written now, opens', async () => {
  const folder = await newFolder()
  execFileSync(process.execPath, [runner, writer, folder], { stdio: 'inherit' })
  await opensAsExpected(folder)
})
