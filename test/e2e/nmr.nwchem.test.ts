import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as documents from '../cli/documents.ts'
import { run, sharedHome, start } from '../cli/larmor.ts'
import { problems } from '../cli/schema.ts'

/** Real NWChem on small molecules, 1 rank, through the terminal and its engine, as a chemist would start them. */

const folder = await mkdtemp(join(tmpdir(), 'larmor-e2e-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const home = await sharedHome()
const MINUTES = 60_000
/** The least that NWChem can do: no solvent, and a basis set of which nobody expects shifts. */
const SMALL = ['--xc', 'B3LYP', '--basis', 'STO-3G', '--solvent', 'gas', '--reference', 'none']

const took: string[] = []
let began = 0
beforeEach(() => {
  began = performance.now()
})
afterEach(({ task }) => {
  took.push(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${task.name}`)
})
afterAll(() => console.log(`what took how long:\n${took.join('\n')}`))

interface Conformer {
  readonly key: string
  readonly state: string
  readonly weight: number | null
  readonly energy_hartree: number | null
  readonly reason: string | null
}
interface Shift {
  readonly nucleus: string
  readonly atoms: readonly number[]
  readonly sigma_ppm: number
  readonly delta_ppm: number | null
  readonly reference: { readonly kind: string }
  readonly comparable: boolean
}
interface Ensemble {
  readonly run: string
  readonly state: string
  readonly conformers: readonly Conformer[]
  readonly shifts: readonly Shift[]
  readonly warnings: readonly string[]
  readonly provisional: boolean
  readonly jobs: readonly { readonly job: string; readonly key: string; readonly outcome: string | null }[]
}

async function larmor(args: readonly string[], exit = 0, env: Readonly<Record<string, string>> = {}, at = home) {
  const ended = await run([...args, '--json'], { home: at, env, cwd: folder, timeout: 9 * MINUTES })
  expect(ended.exit, ended.out + ended.err).toBe(exit)
  return ended.json
}

async function ensemble(args: readonly string[], exit = 0): Promise<Ensemble> {
  const shown = await larmor(['nmr', ...args, '--wait'], exit)
  expect(problems(shown, documents.nmrRun)).toEqual([])
  return shown
}

/** The steps of a run as `status` has them: "optimisation 1/2, 1 failed". */
async function steps(id: string, at = home): Promise<readonly string[]> {
  const { runs } = await larmor(['status', id], 0, {}, at)
  return runs[0].steps.map(stepText)
}
function stepText({ label, done, failed, total }: { label: string; done: number; failed: number; total: number }) {
  return `${label} ${done}/${total}${failed > 0 ? `, ${failed} failed` : ''}`
}

async function eventsOf(id: string, at = home) {
  const { out } = await run(['events', '--json'], { home: at })
  return out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
    .filter(event => event.run === id)
}

test('a single structure, and its deck once more as a file', async () => {
  const hydrogen = join(folder, 'hydrogen.xyz')
  await writeFile(hydrogen, '2\nH2\nH 0 0 0\nH 0 0 0.74\n')
  const task = ['--program', 'nwchem', '--task', 'sp', '--keywords', 'B3LYP/STO-3G']
  const single = await larmor(['run', hydrogen, ...task, '--wait'])
  expect(problems(single, documents.singleRun)).toEqual([])
  const job = await larmor(['show', single.jobs[0].job])
  expect(problems(job, documents.job)).toEqual([])
  // B3LYP/STO-3G at 0.74 angstrom; HF is -1.117 hartree, the exact energy -1.174.
  expect(job.metrics.energy_hartree).toBeGreaterThan(-1.175)
  expect(job.metrics.energy_hartree).toBeLessThan(-1.155)

  const { jobs } = await larmor(['decks', 'run', hydrogen, ...task])
  const deck = jobs[0].files.find(({ name }: { name: string }) => name.endsWith('.nw'))
  await writeFile(join(folder, 'again.nw'), deck.text)
  const again = await larmor(['run', 'again.nw', '--program', 'nwchem', '--wait'])
  const { metrics } = await larmor(['show', again.jobs[0].job])
  expect(metrics.energy_hartree).toBeCloseTo(job.metrics.energy_hartree, 8)
})

describe('one conformer', () => {
  let first: Ensemble

  test('is optimised, then shielded', async () => {
    first = await ensemble(['CO', ...SMALL])
    expect(first.conformers).toMatchObject([{ state: 'nmr_complete', weight: 1 }])
    expect(await steps(first.run)).toEqual(['conformers 1/1', 'optimisation 1/1', 'shieldings 1/1'])
    // Its three methyl hydrogens are one environment; without a reference there is a shielding and no shift.
    expect(first.shifts.map(({ nucleus, atoms }) => `${nucleus} ${atoms.length}`)).toEqual(['1H 3', '1H 1', '13C 1'])
    expect(first.shifts.every(({ delta_ppm, reference }) => delta_ppm === null && reference.kind === 'none')).toBe(true)
    const text = (await run(['show', first.run], { home })).out
    expect(text).toContain('optimisation 1/1')
    // Its jobs stand below by their names, each with the energy that its output gave.
    const [conformer] = first.conformers
    for (const [step, name] of [
      ['opt', 'optimisation'],
      ['nmr', 'shieldings'],
    ]) {
      const job = `${first.run}\\.${conformer?.key}-${step} +conformer 1, ${name}`
      expect(text).toMatch(new RegExp(`${job} +completed +-\\d+\\.\\d{6}$`, 'm'))
    }
  })

  test('the same calculation in another run is taken from there, nothing runs', async () => {
    const second = await ensemble(['CO', ...SMALL])
    expect(second.run).not.toBe(first.run)
    expect(second.shifts).toEqual(first.shifts)
    const types = (await eventsOf(second.run)).map(({ type }) => type)
    expect(types.filter(type => type === 'calculation.reused')).toHaveLength(2)
    expect(types).not.toContain('submit.intended')
    expect(types).not.toContain('jobs.submitted')
  })

  test('optimisation and shieldings in one job give the same', async () => {
    const joined = await ensemble(['CO', ...SMALL, '--one-job'])
    expect(joined.jobs.map(({ key }) => key.replace(/^c-[0-9a-f]+\//, ''))).toEqual(['opt+nmr'])
    expect(joined.conformers).toMatchObject([{ state: 'nmr_complete', weight: 1 }])
    for (const [i, { nucleus, sigma_ppm }] of joined.shifts.entries()) {
      const apart = Math.abs(sigma_ppm - (first.shifts[i]?.sigma_ppm ?? Number.NaN))
      expect(apart, nucleus).toBeLessThan(nucleus === '1H' ? 0.02 : 0.2)
    }
    const energy = joined.conformers[0]?.energy_hartree ?? Number.NaN
    expect(Math.abs(energy - (first.conformers[0]?.energy_hartree ?? Number.NaN))).toBeLessThan(1e-5)
  })
})

describe('conformers that fail', () => {
  const own = join(folder, 'failing-home')
  const bin = join(folder, 'bin')
  const env = { PATH: `${bin}${delimiter}${process.env.PATH}` }
  const victims = join(folder, 'victims')

  /** NWChem, but as many optimisations as the file says are killed (-9) in the midst of their work. */
  async function killNext(n: number): Promise<void> {
    const nwchem = execFileSync('sh', ['-c', 'command -v nwchem'], { encoding: 'utf8' }).trim()
    await rm(victims, { recursive: true, force: true })
    await mkdir(victims)
    await mkdir(bin, { recursive: true })
    const script = [
      '#!/bin/sh',
      `for n in $(seq ${n}); do`,
      `  if mkdir '${victims}'/$n 2>/dev/null; then`,
      `    '${nwchem}' "$@" & pid=$!`,
      '    until grep -q "d= 0,ls=0.0" nwchem.out; do sleep 0.1; done # its SCF has begun',
      '    kill -9 $pid $$',
      '  fi',
      'done',
      `exec '${nwchem}' "$@"`,
    ]
    await writeFile(join(bin, 'nwchem'), `${script.join('\n')}\n`)
    await chmod(join(bin, 'nwchem'), 0o755)
  }

  afterAll(async () => {
    await run(['engine', 'stop'], { home: own })
  })

  const failing = (args: readonly string[], exit = 0): Promise<Ensemble> => larmor(args, exit, env, own)
  let half: Ensemble

  test(
    'one of two: the rest is averaged, and it is never called 2/2',
    async () => {
      await killNext(1)
      const begun = await failing(['nmr', 'CCO', ...SMALL, '--name', 'ethanol'])
      const watch = start(['status', begun.run, '--watch', '--json'], { home: own })
      half = await failing(['wait', begun.run])
      await watch.until(({ runs }) => runs[0].state === 'completed')
      const seen = watch.lines.flatMap(line => JSON.parse(line).runs[0].steps.map(stepText) as string[])
      expect(seen).toContain('optimisation 1/2, 1 failed')
      expect(seen).not.toContain('optimisation 2/2')
      expect(await steps(begun.run, own)).toEqual(['conformers 1/1', 'optimisation 1/2, 1 failed', 'shieldings 1/1'])

      expect(half.state).toBe('completed')
      const states = half.conformers.map(({ state }) => state).sort()
      expect(states).toEqual(['failed', 'nmr_complete'])
      const failed = half.conformers.find(({ state }) => state === 'failed')
      expect(failed).toMatchObject({ weight: null })
      expect(failed?.reason).toMatch(/kill|signal/i)
      expect(half.shifts.length).toBeGreaterThan(0)
      expect(half.provisional).toBe(true)
      expect(half.warnings.join('\n')).toMatch(/provisional: 1 of 2 conformers did not complete/)
      expect(half.warnings.join('\n')).toContain(failed?.key)
      const text = (await run(['show', begun.run], { home: own })).out
      expect(text).toContain('optimisation 1/2, 1 failed')
      expect(text).toMatch(/provisional/i)
    },
    4 * MINUTES,
  )

  test(
    'resubmit --failed makes it whole',
    async () => {
      const { attempts } = await larmor(['resubmit', half.run, '--failed'], 0, env, own)
      expect(attempts).toMatchObject([{ attempt: 2 }])
      const whole = await failing(['wait', half.run])
      expect(whole.state).toBe('completed')
      expect(await steps(half.run, own)).toEqual(['conformers 1/1', 'optimisation 2/2', 'shieldings 2/2'])
      expect(whole.conformers.map(({ state }) => state)).toEqual(['nmr_complete', 'nmr_complete'])
      expect(whole.provisional).toBe(false)
      expect(whole.warnings.join('\n')).not.toContain('did not complete')
      expect(whole.conformers.reduce((sum, { weight }) => sum + (weight ?? 0), 0)).toBeCloseTo(1)
      const { attempts: history } = await larmor(['show', attempts[0].job], 0, env, own)
      expect(history.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['failed', 'completed'])
    },
    4 * MINUTES,
  )

  test(
    'its ensemble, given as a file of several structures, is taken as it is',
    async () => {
      const path = join(folder, 'ethanol.xyz')
      await larmor(['export', half.run, '--format', 'xyz', '--out', path], 0, env, own)
      const given = await failing(['nmr', path, ...SMALL, '--wait'])
      expect(given.state).toBe('completed')
      expect(given.conformers.map(({ state }) => state)).toEqual(['nmr_complete', 'nmr_complete'])
      const before = await failing(['show', half.run])
      for (const [i, { nucleus, atoms, sigma_ppm }] of given.shifts.entries()) {
        expect(before.shifts[i]).toMatchObject({ nucleus, atoms })
        expect(Math.abs(sigma_ppm - (before.shifts[i]?.sigma_ppm ?? Number.NaN)), nucleus).toBeLessThan(0.3)
      }
    },
    4 * MINUTES,
  )

  test(
    'all of them: the run has failed, and can be made whole',
    async () => {
      await killNext(2)
      const failed = await failing(['nmr', 'C=CO', ...SMALL, '--wait'], 1)
      expect(failed.state).toBe('failed')
      expect(failed.shifts).toEqual([])
      expect(failed.conformers.map(({ state }) => state)).toEqual(['failed', 'failed'])
      await failing(['wait', failed.run], 1)
      expect((await failing(['show', failed.run])).state).toBe('failed')
      await larmor(['resubmit', failed.run], 0, env, own)
      const whole = await failing(['wait', failed.run])
      expect(whole.state).toBe('completed')
      expect(whole.conformers.filter(({ state }) => state === 'nmr_complete').length).toBeGreaterThan(0)
    },
    4 * MINUTES,
  )
})

test(
  'TMS is computed once, and found again by another run',
  async () => {
    const level = ['--xc', 'B3LYP', '--basis', 'STO-3G', '--solvent', 'gas', '--reference', 'tms']
    const methane = await ensemble(['C', ...level])
    expect(methane.shifts.map(({ nucleus, reference }) => `${nucleus} ${reference.kind}`)).toEqual([
      '1H tms',
      '13C tms',
    ])
    const ofTms = methane.jobs.filter(({ key }) => key.startsWith('reference-tms/'))
    expect(ofTms.map(({ outcome }) => outcome)).toEqual(['completed', 'completed'])
    const ethane = await ensemble(['CC', ...level])
    const reused = (await eventsOf(ethane.run)).filter(({ type }) => type === 'calculation.reused')
    expect(reused.map(({ job }) => job).sort()).toEqual(
      ethane.jobs
        .filter(({ key }) => key.startsWith('reference-tms/'))
        .map(({ job }) => job)
        .sort(),
    )
    // In ethane each carbon is less shielded than in methane, by what one carbon more does.
    const carbon = (of: Ensemble) => of.shifts.find(({ nucleus }) => nucleus === '13C')?.delta_ppm ?? Number.NaN
    expect(carbon(ethane)).toBeGreaterThan(carbon(methane))
  },
  8 * MINUTES,
)

test(
  'methanol at production level is as in the experiment',
  async () => {
    const { run: id } = await larmor(['nmr', 'CO', '--preset', 'production', '--solvent', 'CDCl3'])
    const readings = start(['progress', id, '--follow', '--json'], { home })
    const { shifts }: Ensemble = await larmor(['wait', id])
    const shift = (nucleus: string) => shifts.find(each => each.nucleus === nucleus && each.comparable)
    expect(shift('1H')).toMatchObject({ atoms: { length: 3 }, reference: { kind: 'own' } })
    expect(Math.abs((shift('1H')?.delta_ppm ?? Number.NaN) - 3.49)).toBeLessThan(0.15)
    expect(Math.abs((shift('13C')?.delta_ppm ?? Number.NaN) - 50.8)).toBeLessThan(1.5)

    // What its jobs showed of themselves meanwhile.
    if (readings.process.exitCode === null) await once(readings.process, 'close')
    expect(readings.process.exitCode).toBe(0)
    const shown = readings.lines.map(line => JSON.parse(line))
    for (const line of shown) expect(problems(line, documents.reading)).toEqual([])
    expect(shown.some(({ opt_cycle }) => opt_cycle > 0)).toBe(true)
    expect(shown.some(({ energy_hartree }) => energy_hartree < -115)).toBe(true)
  },
  8 * MINUTES,
)
