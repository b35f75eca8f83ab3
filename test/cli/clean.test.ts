import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ensureEngine } from '../../electron/engine-client.ts'
import type { MachineName } from '../../shared/ids.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { until } from '../until.ts'
import { newHome, run } from './larmor.ts'
import { workplace } from './workplace.ts'

const { folder, quick } = await workplace()

test('clean without a run takes the folders of archived ones, too', async () => {
  const at = { home: await newHome(), cwd: folder, env: { LARMOR_ARCHIVE_AFTER_S: '0' } }
  const { json } = await run(['run', quick, '--program', 'command', '--json'], at)
  await run(['wait', json.run], at)
  const [{ dir }] = (await run(['show', json.jobs[0].job, '--json'], at)).json.attempts
  expect(existsSync(dir)).toBe(true)
  // An engine archives when it starts.
  await run(['engine', 'stop'], at)
  await run(['engine', 'start'], at)
  await until('it is archived', async () => (await run(['events'], at)).out.includes('run.archived'))
  expect((await run(['clean', '--dry-run', '--json'], at)).json.folders).toMatchObject([{ dir }])
  expect((await run(['clean', '--json'], at)).json.folders).toMatchObject([{ dir }])
  await until('it is removed', () => !existsSync(dir))
})

test('nothing is said to be removed from a machine that is not known any more', async () => {
  const at = { home: await newHome(), cwd: folder }
  const far = 'far' as MachineName
  await run(['engine', 'start'], at)
  const engine = await ensureEngine(at.home)
  orThrow(await engine.send({ type: 'machine.set', machine: { ...localMachine, name: far } }))
  const { json } = await run(['run', quick, '--program', 'command', '--machine', far, '--json'], at)
  await run(['wait', json.run], at)
  const [{ job }] = json.jobs
  expect((await run(['clean', '--dry-run', '--json'], at)).json.folders).toMatchObject([{ job }])
  orThrow(await engine.send({ type: 'machine.remove', machine: far }))
  orThrow(await engine.send({ type: 'jobs.clean', jobs: [job] }))
  engine.detach()
  const reason = 'the machine "far" is not known any more'
  expect((await run(['clean', '--json'], at)).json).toEqual({ folders: [], kept: [{ job, reason }] })
})
