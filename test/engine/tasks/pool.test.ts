import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTaskPool, refsIn, type TaskPool } from '../../../electron/engine/tasks/pool.ts'
import type { ContentRef, Json } from '../../../shared/ids.ts'
import { bundle } from '../../run-ts.mjs'
import { taskBench } from './doing.ts'
import { methanolXyz } from './geometries.ts'

const folder = mkdtempSync(join(tmpdir(), 'larmor-pool-'))
const { put, read } = taskBench()
let pool: TaskPool

beforeAll(async () => {
  const path = await bundle('electron/engine/tasks/worker.ts', folder)
  const contents = { read: async (ref: ContentRef) => read(ref), put: async (text: string) => put(text) }
  pool = createTaskPool({ size: 1, contents, worker: pathToFileURL(path) })
})

afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

function given(text: string): Json {
  const { sha256, bytes } = put(text)
  return { structure: { format: 'xyz', content: { sha256, bytes } }, charge: 0 }
}

test('a task gets the texts that its input names, and its own are kept before it is done', async () => {
  const result = await pool.run('ensemble', given(methanolXyz))
  const refs = refsIn(result)
  expect(refs).toHaveLength(1)
  expect(read(refs[0] as ContentRef)).toMatch(/^6\n/)
})

test('a task that fails says why, in a sentence, and the thread goes on', async () => {
  await expect(pool.run('ensemble', given('6\ncut\nC 0 0 0\n'))).rejects.toThrow(/The xyz is cut/)
  await expect(pool.run('no-such-task', {})).rejects.toThrow('no task is called no-such-task')
  await expect(pool.run('ensemble', given(methanolXyz))).resolves.toBeTruthy()
})

test('tasks beyond the number of threads wait for their turn', async () => {
  const results = await Promise.all([1, 2, 3].map(() => pool.run('ensemble', given(methanolXyz))))
  expect(new Set(results.map(result => JSON.stringify(result))).size).toBe(1)
})

test('an aborted task ends at once, and the next one runs', async () => {
  const aborted = new AbortController()
  const long = pool.run('ensemble', given(methanolXyz.repeat(20_000)), aborted.signal)
  const waiting = pool.run('ensemble', given(methanolXyz))
  setTimeout(() => aborted.abort(), 50)
  await expect(long).rejects.toThrow('cancelled')
  await expect(waiting).resolves.toBeTruthy()
  await expect(pool.run('ensemble', given(methanolXyz), AbortSignal.abort())).rejects.toThrow('cancelled')
})
