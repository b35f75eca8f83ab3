import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, sharedHome } from './larmor.ts'

const home = await sharedHome()
const folder = await mkdtemp(join(tmpdir(), 'larmor-xtb-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const larmor = (...args: readonly string[]) => run(args, { home, cwd: folder })

const WATER = '3\nwater\nO 0 0 0.1173\nH 0 0.7572 -0.4692\nH 0 -0.7572 -0.4692\n'
const COORD = '$coord\n 0.0 0.0 0.2217 o\n 0.0 1.4309 -0.8867 h\n 0.0 -1.4309 -0.8867 h\n$end\n'

beforeAll(async () => {
  await writeFile(join(folder, 'water.xyz'), WATER)
  await writeFile(join(folder, 'coord'), COORD)
  await writeFile(join(folder, 'empty.xyz'), '')
  await writeFile(join(folder, 'nothing.xyz'), '0\n\n')
  await writeFile(join(folder, 'uranium.xyz'), '3\n\nU 0 0 0\nH 0 0 2\nH 0 0 -2\n')
  await mkdir(join(folder, 'binary'))
  await writeFile(join(folder, 'binary/run.sh'), 'head -c 4 data.bin | od -An -tu1')
  await writeFile(join(folder, 'binary/data.bin'), Buffer.from([0, 255, 254, 7, 0]))
})

/** The first job of a run, after its end. */
async function ended(...args: readonly string[]) {
  const started = await larmor('run', ...args, '--wait', '--json')
  expect([0, 1], started.out + started.err).toContain(started.exit)
  return (await larmor('show', (await larmor('status', started.json.run, '--json')).json.runs[0].run, '--json')).json
}

async function jobOf(...args: readonly string[]) {
  const shown = await ended(...args)
  return (await larmor('show', shown.jobs[0].job, '--json')).json
}

describe('xtb itself', () => {
  it.each([
    [['water.xyz', '--task', 'opt', '--solvent', 'CDCl3']],
    [['water.xyz', '--task', 'freq']],
    [['coord', '--task', 'opt']],
    [['water.xyz', '--keywords', '--gfn 1 --ohess tight --alpb water']],
    [['water.xyz', '--task', 'sp', '--charge', '1', '--mult', '2']],
  ])('%j completes', async args => {
    const job = await jobOf(...args, '--program', 'xtb')
    expect(job).toMatchObject({ program: 'xtb', outcome: 'completed', category: null })
    expect(job.metrics).toMatchObject({ terminated_normally: true, converged: true, version: expect.any(String) })
    expect(job.metrics.energy_hartree).toBeLessThan(-4)
    expect(job.evidence[0].text).toContain('finished run')
  })

  it('that cannot converge in one cycle failed, though it says that it finished', async () => {
    const job = await jobOf('water.xyz', '--keywords', '--opt vtight --cycles 1', '--program', 'xtb')
    expect(job).toMatchObject({ outcome: 'failed', category: 'opt-not-converged' })
    // What would change is shown as a person wrote it, and the new structure as a structure.
    const { out } = await larmor('resubmit', job.job, '--dry-run')
    expect(out).toContain('- --cycles 1\n')
    expect(out).toContain('+ --cycles 1000')
    expect(out).toMatch(/^\+ H( +-?\d+\.\d+){3}$/m)
    expect(out).not.toMatch(/[0-9a-f]{64}/)
  })
})

it('what xtb does not know needs an edit: the place is shown, and resubmitting is refused with it', async () => {
  const job = await jobOf('water.xyz', '--keywords', '--gfn 2 --alpb nosuchsolvent', '--program', 'xtb')
  const edit = [{ file: null, line: null, text: '--gfn 2 --alpb nosuchsolvent --opt --chrg 0 --uhf 0' }]
  expect(job).toMatchObject({ outcome: 'failed', category: 'bad-input', remedies: [], edit })
  const { exit, json } = await larmor('resubmit', job.job, '--json')
  expect({ exit, attempts: json.attempts }).toEqual({ exit: 0, attempts: [] })
  expect(json.refused).toMatchObject([{ job: job.job, reason: expect.stringContaining('only an edit'), edit }])
  expect((await larmor('resubmit', job.job)).out).toContain('edit its options: --gfn 2 --alpb nosuchsolvent')
  const { out } = await larmor('show', job.job)
  expect(out).toContain('edit its options: --gfn 2 --alpb nosuchsolvent')
  expect(out).toContain('again with other options: larmor run FILE --program xtb --keywords')
})

describe('what xtb would take for something else is refused', () => {
  it.each([
    [['water.xyz', '--mult', '2'], 'mult'],
    [['water.xyz', '--charge', '1'], 'mult'],
    [['coord', '--charge', '1'], 'mult'],
    [['water.xyz', '--keywords', '--uhf 1'], 'mult'],
    [['water.xyz', '--keywords', '--gfn 7'], 'keywords'],
    [['water.xyz', '--keywords', '--nosuchflag'], 'keywords'],
    [['water.xyz', '--keywords', '--chrg'], 'keywords'],
    [['water.xyz', '--keywords', '--opt verytight'], 'keywords'],
    [['water.xyz', '--keywords', '--opt', '--task', 'freq'], 'task'],
    [['water.xyz', '--task', 'nmr'], 'task'],
    [['water.xyz', '--solvent', 'pyridine'], 'solvent'],
    [['empty.xyz'], 'file'],
    [['nothing.xyz'], 'geometry'],
    [['uranium.xyz'], 'geometry'],
  ] as const)('%j', async (args, field) => {
    const { exit, json } = await larmor('run', ...args, '--program', 'xtb', '--json')
    expect({ exit, field: json.error?.field }).toEqual({ exit: 2, field })
  })
})

it('a folder with a binary file is one job with all its files', async () => {
  const shown = await ended('binary', '--program', 'command')
  expect(shown.state).toBe('completed')
})
