import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../serve/eventually.ts'
import { fixture as nwchem } from '../shared/programs/nwchem/fixtures.ts'
import { head, optimisation } from '../shared/programs/orca/texts.ts'
import { fixture as xtb } from '../shared/programs/xtb/fixtures.ts'
import { run, sharedHome } from './larmor.ts'

const home = await sharedHome()
const folder = await mkdtemp(join(tmpdir(), 'larmor-outputs-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const larmor = (...args: readonly string[]) => run(args, { home, cwd: folder })

const HOURS_AGO = new Date(Date.now() - 8 * 3600_000)

beforeAll(async () => {
  await mkdir(join(folder, 'done/deeper'), { recursive: true })
  await writeFile(join(folder, 'done/a.log'), optimisation())
  await writeFile(join(folder, 'done/deeper/b.out.gz'), gzipSync(nwchem('water-energy').output))
  await writeFile(join(folder, 'done/deeper/c'), xtb('one-cycle').output)
  await writeFile(join(folder, 'done/g16.log'), ' Entering Gaussian System, Link 0=g16\n')
  await writeFile(join(folder, 'done/growing.out'), head())
  await writeFile(join(folder, 'done/notes.txt'), 'the calculation failed to converge\n')
  await writeFile(join(folder, 'done/picture.bin'), Buffer.from([0, 1, 2, 255]))
  await writeFile(join(folder, 'cut.out'), nwchem('killed').output)
  await utimes(join(folder, 'cut.out'), HOURS_AGO, HOURS_AGO)
  await writeFile(join(folder, 'new.out'), nwchem('killed').output)
})

describe('classify', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
  const lines = async (...args: readonly string[]): Promise<any[]> => {
    const { exit, out, err } = await larmor('classify', ...args, '--json')
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    return out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  }

  it('prints a document a line, with the keys that scripts rely on', async () => {
    const [orca, gzip, failed] = await lines('done/a.log', 'done/deeper/b.out.gz', 'done/deeper/c')
    expect(orca).toMatchObject({
      file: 'done/a.log',
      program: 'orca',
      version: '5.0.4',
      kind: 'opt',
      outcome: 'completed',
      terminated_normally: true,
      converged: true,
      stalled: false,
      category: null,
      evidence: [{ line: expect.any(Number), text: '****ORCA TERMINATED NORMALLY****' }],
      energy_hartree: -76.4,
      scf_cycles: 3,
      opt_cycles: 3,
      max_gradient: 0.0033333333,
      mulliken: [-0.6, 0.3, 0.3],
      shieldings: null,
      frequencies: null,
      imaginary: null,
      geometry: [
        ['O', 0, 0, 0.1173],
        ['H', 0, 0.7572, -0.4692],
        ['H', 0, -0.7572, -0.4692],
      ],
      wall_s: 3723.456,
    })
    expect(gzip).toMatchObject({ program: 'nwchem', outcome: 'completed', energy_hartree: -76.419014172627 })
    expect(failed).toMatchObject({ program: 'xtb', outcome: 'failed', category: 'opt-not-converged' })
  })

  it('calls an old one that was cut stalled, and timed out only when nothing of it runs', async () => {
    const cut = { program: 'nwchem', outcome: 'truncated' }
    expect(await lines('new.out', 'cut.out')).toMatchObject([
      { ...cut, stalled: false, category: null },
      { ...cut, stalled: true, category: null },
    ])
    expect(await lines('cut.out', '--not-running')).toMatchObject([{ ...cut, stalled: false, category: 'time-limit' }])
    expect(await lines('cut.out', '--cutoff', '10')).toMatchObject([{ ...cut, stalled: false, category: null }])
    expect(await lines('cut.out', '--exit', '137')).toMatchObject([{ ...cut, category: 'killed' }])
    expect(await lines('done/a.log', '--exit', '137', '--not-running')).toMatchObject([{ outcome: 'completed' }])
  })

  it('says which of a pile cannot be read, and reads the others', async () => {
    await symlink('gone.out', join(folder, 'dangling.out'))
    await symlink('loop.out', join(folder, 'loop.out'))
    expect(await lines('dangling.out', 'done/a.log', 'loop.out')).toMatchObject([
      { file: 'dangling.out', program: null, outcome: 'unknown', reason: expect.stringContaining('leads to no file') },
      { file: 'done/a.log', program: 'orca', outcome: 'completed' },
      { file: 'loop.out', program: null, outcome: 'unknown', reason: expect.stringContaining('cannot be read') },
    ])
    // As a shell's * names it.
    const mixed = await larmor('classify', 'done', 'done/a.log')
    expect(mixed).toMatchObject({ exit: 0, out: expect.stringMatching(/^done\/a\.log: completed/) })
    expect(mixed.err).toMatch(/^! done is a folder, and left out/)
    expect((await larmor('classify', 'dangling.out', 'done/a.log')).out).toMatch(/^dangling\.out: unknown.*\n.*no file/)
  })

  it.each([
    [['classify'], 'file'],
    [['classify', 'cut.out', 'nope.out'], 'file'],
    [['classify', 'nope.out'], 'file'],
    [['classify', 'done'], 'file'],
    [['classify', 'cut.out', '--exit', 'x'], 'exit'],
    [['classify', 'cut.out', '--cutoff', '-1'], 'cutoff'],
    [['import'], 'folder'],
    [['import', 'nope'], 'folder'],
    [['import', 'cut.out'], 'folder'],
  ] as const)('%j is refused, naming the field', async (args, field) => {
    const { exit, json } = await larmor(...args, '--json')
    expect(exit).toBe(2)
    expect(json.error).toMatchObject({ code: 'bad-input', field })
  })
})

describe('import', () => {
  it('makes a run of a folder, once, with a verdict for each output', async () => {
    // One that grows while it is looked at.
    const growing = setInterval(() => void appendFile(join(folder, 'done/growing.out'), '\n'), 100)
    const first = await larmor('import', 'done', '--json').finally(() => clearInterval(growing))
    expect(first.exit, first.out).toBe(0)
    const { run: id, jobs, skipped } = first.json
    expect(jobs.map(({ key, outcome }: Record<string, string>) => [key, outcome])).toEqual([
      ['a.log', 'completed'],
      ['deeper/b.out.gz', 'completed'],
      ['deeper/c', 'failed'],
    ])
    expect(skipped).toEqual([
      { file: expect.stringContaining('g16.log'), reason: expect.stringContaining('Gaussian') },
      { file: expect.stringContaining('growing.out'), reason: expect.stringContaining('not finished') },
    ])
    await rm(join(folder, 'done/growing.out'))
    const events = (await larmor('events', '--json')).out.trim().split('\n').length
    const again = await larmor('import', 'done', '--name', 'other', '--json')
    expect(again.json).toMatchObject({ run: id, jobs, name: 'done', known: 3 })
    expect(again.err).toContain(`--name other changes nothing: this folder was imported before, as ${id}  done`)
    expect((await larmor('import', 'done')).out).toContain(`nothing new: 3 outputs are known already: ${id}  done`)
    expect((await larmor('events', '--json')).out.trim().split('\n')).toHaveLength(events)

    const shown = (await larmor('wait', id, '--json')).json
    expect(shown).toMatchObject({ state: 'completed', workflow: 'single' })
    const job = (await larmor('show', jobs[2].job, '--json')).json
    expect(job).toMatchObject({
      program: 'xtb',
      outcome: 'failed',
      category: 'opt-not-converged',
      remedies: [],
      metrics: { energy_hartree: -11.391635299208, opt_cycles: 1, geometry: { bytes: expect.any(Number) } },
    })
    expect(job.evidence[0]).toMatchObject({ source: 'output', file: 'c', text: expect.stringContaining('FAILED TO') })
    // Plain files: the output lies in the run's readable folder.
    const readable = join(home, 'runs', id, jobs[2].job.slice(id.length + 1), '1', 'c')
    await eventually(() => readFile(readable, 'utf8').catch(() => null)).toBe(xtb('one-cycle').output)
    const refused = await larmor('resubmit', jobs[2].job, '--json')
    expect(refused.json.refused).toMatchObject([
      { job: jobs[2].job, reason: expect.stringContaining('imported'), edit: [] },
    ])
  })

  it('says how many did not complete, and names no program for what none wrote', async () => {
    await mkdir(join(folder, 'mixed'))
    await writeFile(join(folder, 'mixed/a.log'), optimisation(1))
    await writeFile(join(folder, 'mixed/b.log'), nwchem('unknown-directive').output)
    const imported = await larmor('import', 'mixed')
    expect(imported.out).toContain('imported 2 outputs, of which 1 did not complete')
    const id = /larmor show (\S+)/.exec(imported.out)?.[1] ?? ''
    for (const command of ['show', 'wait']) {
      expect((await larmor(command, id)).out).toContain('completed, 1 failed')
    }
    await mkdir(join(folder, 'junk'))
    await writeFile(
      join(folder, 'junk/noise.out'),
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)),
    )
    const junk = await larmor('import', 'junk')
    expect(junk.exit).toBe(2)
    expect(junk.err).toContain('NWChem, ORCA, xtb.')
    expect(junk.err.toLowerCase()).not.toContain('command')
  })

  it("tells of what has an output's name and does not say what wrote it, beside those that do", async () => {
    await mkdir(join(folder, 'half'))
    await writeFile(join(folder, 'half/a.log'), optimisation(9))
    await writeFile(join(folder, 'half/empty.out'), '')
    for (let i = 10; i < 22; i++) await writeFile(join(folder, `half/slurm-${i}.out`), 'srun: job was queued\n')
    await writeFile(join(folder, 'half/water.xyz'), '1\n\nO 0 0 0\n')
    const said = (await larmor('import', 'half')).err
    expect(said).toContain('half/empty.out: it does not say what wrote it')
    expect(said).toContain('half/slurm-18.out: it does not say what wrote it')
    expect(said).toContain('and 3 more that do not say what wrote them')
    expect(said).not.toMatch(/slurm-19|water\.xyz/)
    const { jobs, known, skipped } = (await larmor('import', 'half', '--json')).json
    expect([jobs.length, known, skipped.length]).toEqual([1, 1, 13])
  })

  it('takes one that stops before its end and does not grow, however new, and says of it what classify says', async () => {
    await mkdir(join(folder, 'copied'))
    await writeFile(join(folder, 'copied/cut.out'), head({ version: '6.0.1' }))
    const { json } = await larmor('import', 'copied', '--json')
    expect(json).toMatchObject({ skipped: [], jobs: [{ outcome: 'failed', category: null }] })
    const classified = (await larmor('classify', 'copied/cut.out', '--json')).json
    expect(classified).toMatchObject({ outcome: 'truncated', category: null })
    const [said, age] = json.jobs[0].reason.split('; it was written ')
    expect(said).toBe(classified.reason)
    expect(age).toMatch(/^\d+ minutes? before it was read, so it may still have been running$/)
  })

  it('takes an output once to which a link leads too, and is the same run without the link', async () => {
    await mkdir(join(folder, 'linked'))
    await writeFile(join(folder, 'linked/run7.out'), optimisation(5))
    await symlink('run7.out', join(folder, 'linked/latest.out'))
    await symlink('../copied/cut.out', join(folder, 'linked/other.out'))
    const { json } = await larmor('import', 'linked', '--json')
    expect(json.jobs.map(({ key }: Record<string, string>) => key)).toEqual(['run7.out'])
    expect(json.known).toBe(1) // what lies elsewhere is an output like any other
    await rm(join(folder, 'linked/latest.out'))
    expect((await larmor('import', 'linked', '--json')).json).toMatchObject({ run: json.run, known: 2 })
  })

  it('knows an output again that was packed meanwhile', async () => {
    await mkdir(join(folder, 'packed'))
    await writeFile(join(folder, 'packed/other-name.out.gz'), gzipSync(optimisation()))
    const { exit, json } = await larmor('import', 'packed', '--json')
    expect([exit, json.run, json.known]).toEqual([0, null, 1])
  })

  it('takes an output once that lies there packed, too, and two whose names differ by case alone into two folders', async () => {
    await mkdir(join(folder, 'twice'))
    await writeFile(join(folder, 'twice/a.out'), optimisation(6))
    await writeFile(join(folder, 'twice/a.out.gz'), gzipSync(optimisation(6)))
    await writeFile(join(folder, 'twice/A.out'), optimisation(7))
    const { json } = await larmor('import', 'twice', '--json')
    expect(json.jobs.map(({ key }: Record<string, string>) => key)).toEqual(['A.out', 'a.out'])
    const jobs = json.jobs.map(({ job }: Record<string, string>) => job?.toLowerCase())
    expect(new Set(jobs).size).toBe(2)
  })

  it('takes what has come since, and nothing twice', async () => {
    await writeFile(join(folder, 'done/new.log'), optimisation(2))
    const { json } = await larmor('import', 'done', '--json')
    expect(json.jobs.map(({ key }: Record<string, string>) => key)).toEqual(['new.log'])
    expect(json.known).toBe(3)
  })
})
