import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureEngine } from '../../electron/engine-client.ts'
import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine } from '../../shared/model/machine.ts'
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

test('clean without a run names an archived one that cannot be read, keeps its folder, and takes those of the others', async () => {
  const at = { home: await newHome(), cwd: folder, env: { LARMOR_ARCHIVE_AFTER_S: '0' } }
  const dirs = []
  const runs: string[] = []
  for (const name of ['whole', 'damaged']) {
    const { json } = await run(['run', quick, '--program', 'command', '--name', name, '--json'], at)
    await run(['wait', json.run], at)
    dirs.push((await run(['show', json.jobs[0].job, '--json'], at)).json.attempts[0].dir)
    runs.push(json.run)
  }
  await run(['engine', 'stop'], at)
  await run(['engine', 'start'], at)
  await until('both are archived', async () => (await run(['events'], at)).out.split('run.archived').length === 3)
  const [whole, damaged] = dirs
  const document = join(at.home, 'archive', `${runs[1]}.json`)
  const cut = (await readFile(document)).subarray(0, 100)
  await writeFile(document, cut)

  const clean = await run(['clean', '--json'], at)
  expect(clean.exit, clean.err).toBe(0)
  expect(clean.json).toMatchObject({
    folders: [{ dir: whole }],
    unreadable: [{ run: runs[1], reason: `${document} is damaged.` }],
  })
  expect(clean.err).toContain(`The archived run ${runs[1]} cannot be read`)
  await until('the folder of the other is removed', () => !existsSync(whole))
  expect(existsSync(damaged)).toBe(true)
  expect(await readFile(document)).toEqual(cut)
  // Without the list of the archive it is known by its file alone.
  await rm(join(at.home, 'archive', 'index.jsonl'))
  expect((await run(['clean', '--dry-run', '--json'], at)).json).toMatchObject({ unreadable: [{ run: runs[1] }] })
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
  expect((await run(['clean', '--json'], at)).json).toMatchObject({ folders: [], kept: [{ job, reason }] })
})

test('what ended before it had a folder is not said to be kept', async () => {
  const at = { home: await newHome(), cwd: folder }
  const far = 'far' as MachineName
  await run(['engine', 'start'], at)
  const engine = await ensureEngine(at.home)
  const ssh = { ...asConfigured, host: 'nowhere.invalid' }
  const settings = { ...localMachine.settings, transport: 'ssh', ssh, work: '/work' as RemotePath } as const
  orThrow(await engine.send({ type: 'machine.set', machine: { ...localMachine, name: far, settings } }))
  engine.detach()
  const { json } = await run(['run', quick, '--program', 'command', '--machine', far, '--json'], at)
  await run(['cancel', json.run], at)
  await run(['wait', json.run], at)
  expect((await run(['clean', '--dry-run', '--json'], at)).json).toEqual({ folders: [], kept: [], unreadable: [] })
})
