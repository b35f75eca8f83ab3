import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunId } from '../../../shared/ids.ts'
import { LOCAL, localMachine } from '../../../shared/model/machine.ts'
import { get } from '../../../shared/model/table.ts'
import { orThrow } from '../../../shared/result.ts'
import { type InProcess, startInProcess } from '../../engine/in-process.ts'
import { type Slurm, startSlurm } from '../../testbed/slurm.ts'

const report = fileURLToPath(new URL('../../../resources/report/larmor-report', import.meta.url))
const docs = readFileSync(new URL('../../../resources/report/README.md', import.meta.url), 'utf8')
const output = gunzipSync(readFileSync(new URL('../../fixtures/nwchem/water-energy.out.gz', import.meta.url)))

let slurm: Slurm
let larmor: InProcess
const folder = mkdtempSync(join(tmpdir(), 'larmor-report-slurm-'))
beforeAll(async () => {
  slurm = await startSlurm()
  larmor = await startInProcess()
})
afterAll(async () => {
  await larmor?.stop()
  await slurm?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The script of the documentation, as it stands there. */
function documented(): string {
  const [, script] = /```sh\n(#!\/bin\/sh\n[\s\S]*?)```/.exec(docs) ?? []
  if (!script) throw new Error('the documentation holds no script')
  return script
}

/** Submits it with all variables in one --export, and waits; how Slurm says that it ended. */
function submit(name: string, bin: string): string {
  const dir = join(folder, name)
  mkdirSync(dir)
  writeFileSync(join(dir, 'job.sh'), documented())
  writeFileSync(join(dir, 'input.nw'), 'title x\n')
  const spool = join(larmor.home, 'work', 'spool')
  const variables = `ALL,LARMOR_REPORT=${report},LARMOR_SPOOL=${spool},LARMOR_JOB=${name}`
  const env = { ...process.env, SLURM_CONF: slurm.conf, PATH: `${bin}:${process.env.PATH}` }
  const options = { env, cwd: dir, encoding: 'utf8' as const }
  const id = execFileSync('sbatch', ['--parsable', '--wait', `--export=${variables}`, 'job.sh'], {
    ...options,
    stdio: 'pipe',
  }).trim()
  return /ExitCode=(\S+)/.exec(execFileSync('scontrol', ['show', 'job', id], options))?.[1] ?? ''
}

/** A program that prints a real output of NWChem, in NWChem's place: what is tested is the script around it. */
function program(name: string, body: string): string {
  const bin = join(folder, name)
  mkdirSync(bin)
  writeFileSync(join(bin, 'nwchem'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  writeFileSync(join(bin, 'water.out'), output)
  return bin
}

test('the documented Slurm script reports itself; its report is listed, and adopted by hand', async () => {
  const engine = larmor.engine
  orThrow(await engine.send({ type: 'machine.connect', machine: LOCAL })) // makes the work folder
  expect(submit('water-1', program('good', `cat "${folder}/good/water.out"`))).toBe('0:0')
  expect(readFileSync(join(folder, 'water-1', 'slurm.out'), 'utf8')).toBe('Job water-1 reported as: completed\n')

  orThrow(await engine.send({ type: 'machine.connect', machine: LOCAL }))
  await larmor.until('the reports are seen', state => state.foreign !== undefined)
  const key = 'local/water-1'
  expect(engine.state.foreign?.[key]).toMatchObject({
    outcome: 'completed',
    program: 'nwchem',
    dir: join(folder, 'water-1'),
    queue_id: expect.stringMatching(/^\d+$/),
    adopted: null,
  })
  expect(engine.state.runs.size).toBe(0)

  const adopt = { type: 'report.adopt', machine: LOCAL, name: 'water-1', run: 'radopted' as RunId } as const
  orThrow(await engine.send(adopt))
  orThrow(await engine.send({ ...adopt, run: 'ragain' as RunId })) // a second time changes nothing
  expect(get(engine.state.runs, 'ragain')).toBeUndefined()
  expect(engine.state.foreign?.[key]?.adopted).toBe('radopted')
  await larmor.ended('radopted' as RunId)
  expect(get(engine.state.runs, 'radopted')?.phase).toMatchObject({ outcome: 'completed' })
  const attempt = get(engine.state.jobs, 'radopted.water-1')?.attempts[0]
  expect(attempt).toMatchObject({
    outcome: 'completed',
    phase: { is: 'parsed', result: { energy_hartree: -76.419014172627 } },
  })
  // Its output is here, read by Larmor itself, beside what the report said; its folder is as it was.
  expect(attempt?.evidence.map(({ source }) => source)).toEqual(['output', 'report'])
  const readable = join(larmor.home, 'runs', 'radopted', 'water-1', '1', 'input.out')
  expect(readFileSync(readable, 'utf8')).toBe(readFileSync(join(folder, 'water-1', 'input.out'), 'utf8'))
})

test('where the folder of an adopted job is gone, its report alone says how it ended', async () => {
  const engine = larmor.engine
  expect(submit('water-9', program('short-lived', `cat "${folder}/good/water.out"`))).toBe('0:0')
  rmSync(join(folder, 'water-9'), { recursive: true })
  // For so long the folder may come back.
  const machine = { ...localMachine, settings: { ...localMachine.settings, grace_s: 1 } }
  orThrow(await engine.send({ type: 'machine.set', machine }))
  orThrow(await engine.send({ type: 'machine.connect', machine: LOCAL }))
  await larmor.until('the report is seen', state => state.foreign?.['local/water-9'] !== undefined)
  orThrow(await engine.send({ type: 'report.adopt', machine: LOCAL, name: 'water-9', run: 'rgone' as RunId }))
  await larmor.ended('rgone' as RunId)
  const attempt = get(engine.state.jobs, 'rgone.water-9')?.attempts[0]
  expect(attempt).toMatchObject({ outcome: 'completed', reason: expect.stringContaining('its own report') })
  expect(attempt?.evidence).toMatchObject([
    { source: 'report', text: expect.stringContaining('completed') },
    { source: 'report', text: expect.stringContaining('its folder is gone from there') },
  ])
})

test('a job that fails keeps its own exit status, and so does one whose report fails', async () => {
  const bin = program('bad', 'exit 3')
  expect(() => submit('water-2', bin)).toThrow() // sbatch --wait gives the job's status
  expect(readFileSync(join(folder, 'water-2', 'slurm.out'), 'utf8')).toBe('Job water-2 reported as: unknown\n')
  const spool = join(larmor.home, 'work', 'spool')
  rmSync(spool, { recursive: true })
  expect(submit('water-3', program('good-again', `cat "${folder}/good/water.out"`))).toBe('0:0')
  expect(readFileSync(join(folder, 'water-3', 'slurm.out'), 'utf8')).toContain('could not be written')
  mkdirSync(spool)
})
