import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MachineActivity } from '../../shared/contract.ts'
import type { RunId } from '../../shared/ids.ts'
import { LOCAL, localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { eventually } from '../serve/eventually.ts'
import { which } from '../setup/groups.mjs'
import { type InProcess, startInProcess } from './in-process.ts'

const report = fileURLToPath(new URL('../../resources/report/larmor-report', import.meta.url))
const output = gunzipSync(readFileSync(new URL('../fixtures/nwchem/water-energy.out.gz', import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'larmor-unwritable-'))
const sums = join(folder, 'sums')
const noMemory = join(folder, 'no-memory')
const before = process.env.PATH
let larmor: InProcess

beforeAll(async () => {
  // Whoever fetches makes sums of all the files first: each try is a line.
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(sums, '')
  const script = `#!/bin/sh\ncase $* in *./theirs.out*) echo try >>'${sums}' ;; esac\nexec ${which('sha256sum')} "$@"\n`
  writeFileSync(join(bin, 'sha256sum'), script, { mode: 0o755 })
  const packs = `#!/bin/sh\nif [ -e '${noMemory}' ] && [ "$1" = -cf ]; then echo 'tar: memory exhausted' >&2; exit 2; fi\n`
  writeFileSync(join(bin, 'tar'), `${packs}exec ${which('tar')} "$@"\n`, { mode: 0o755 })
  process.env.PATH = `${bin}:${before}`
  larmor = await startInProcess()
})
afterAll(async () => {
  await larmor?.stop()
  process.env.PATH = before
  rmSync(folder, { recursive: true, force: true })
})

test('an adopted job in whose folder nothing can be written is told, holds up no other, and is fetched once it can', async () => {
  const { engine } = larmor
  orThrow(
    await engine.send({
      type: 'machine.set',
      machine: { ...localMachine, settings: { ...localMachine.settings, spool_s: 1 } },
    }),
  )
  orThrow(await engine.send({ type: 'machine.connect', machine: LOCAL }))
  const dir = join(folder, 'theirs')
  mkdirSync(dir)
  writeFileSync(join(dir, 'theirs.out'), output)
  const env = { ...process.env, LARMOR_SPOOL: join(larmor.home, 'work', 'spool'), LARMOR_JOB: 'theirs' }
  execFileSync(report, ['--job-dir', dir], { env })
  orThrow(await engine.send({ type: 'machine.connect', machine: LOCAL }))
  await larmor.until('the report is seen', state => state.foreign?.['local/theirs'] !== undefined)
  // Root may write anywhere, but not over a folder.
  mkdirSync(join(dir, 'fetch.sha256.part'))
  orThrow(await engine.send({ type: 'report.adopt', machine: LOCAL, name: 'theirs', run: 'rtheirs' as RunId }))
  let activity: readonly MachineActivity[] = []
  engine.activity(all => {
    activity = all
  })
  const trouble = () => activity.find(({ machine }) => machine === LOCAL)?.trouble ?? null
  await eventually(() => trouble()?.text).toMatch(
    /^What came out of rtheirs\.theirs\.1 cannot be fetched: .*fetch\.sha256/s,
  )
  expect(trouble()).toMatchObject({
    runs: ['rtheirs'],
    hint: expect.stringMatching(/may write.* tried again by itself/s),
  })
  const since = trouble()?.since

  // While another job is looked after every second, and comes home.
  const gate = join(folder, 'gate')
  const jobs = larmor.runScripts({ other: `while [ ! -e '${gate}' ]; do sleep 0.1; done; echo done` })
  appendFileSync(sums, 'begin\n')
  await sleep(10_000)
  const tries = readFileSync(sums, 'utf8').split('begin\n')[1]?.split('\n').length ?? 0
  expect(tries - 1).toBeLessThanOrEqual(4)
  writeFileSync(gate, '')
  expect((await jobs).map(({ attempts }) => attempts[0]?.outcome)).toEqual(['completed'])
  expect(engine.state.machines[LOCAL]?.reach.is).toBe('ok')
  expect(trouble()?.since).toBe(since)
  expect(larmor.log.filter(line => line.includes('cannot be fetched'))).toHaveLength(1)

  rmdirSync(join(dir, 'fetch.sha256.part'))
  await larmor.ended('rtheirs' as RunId)
  expect(get(engine.state.jobs, 'rtheirs.theirs')?.attempts[0]).toMatchObject({ outcome: 'completed' })
  expect(existsSync(join(larmor.home, 'runs', 'rtheirs', 'theirs', '1', 'theirs.out'))).toBe(true)
  await eventually(trouble).toBeNull()
})

test('what fails by anything else is told in its own words, without advice about folders', async () => {
  const { engine } = larmor
  let activity: readonly MachineActivity[] = []
  engine.activity(all => {
    activity = all
  })
  const trouble = () => activity.find(({ machine }) => machine === LOCAL)?.trouble ?? null
  writeFileSync(noMemory, '')
  const jobs = larmor.runScripts({ mine: 'echo done', another: 'echo done' })
  await eventually(() => trouble()?.text).toMatch(/^What came out of .* cannot be fetched: .*tar: memory exhausted/)
  expect(trouble()?.hint).toBe('It is tried again by itself.')
  rmSync(noMemory)
  expect((await jobs).map(({ attempts }) => attempts[0]?.outcome)).toEqual(['completed', 'completed'])
})
