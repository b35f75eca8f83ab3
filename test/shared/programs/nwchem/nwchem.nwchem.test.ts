import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  checkMolecule,
  knownBases,
  knownFunctionals,
  type NwchemCalculation,
  type OutputReading,
  programs,
} from '../../../../shared/programs/index.ts'
import { solvents } from '../../../../shared/solvents.ts'
import { geometries } from './fixtures.ts'
import { readText } from './read.ts'

const { nwchem } = programs
const resources = { ranks: 1, memory_mb: 600, seconds: 600 }
const hydrogen = '2\nhydrogen\nH 0 0 0\nH 0 0 0.74\n'
const base: NwchemCalculation = {
  kind: 'calculation',
  task: 'sp',
  geometry: { sha256: '0', bytes: 0 },
  atoms: 2,
  title: 'Failed to converge? "Total times"',
  charge: 0,
  multiplicity: 1,
  xc: 'B3LYP',
  basis: 'STO-3G',
  shielding: null,
  solvent: 'gas',
  max_cycles: 30,
  autoz: true,
}

/** Runs NWChem in a folder of its own, exactly as a job does, and reads what it printed. */
function run(input: NwchemCalculation, xyz: string): OutputReading {
  const checked = nwchem.check(input, resources)
  if (!checked.ok) throw new Error(checked.fault.message)
  const folder = mkdtempSync(join(tmpdir(), 'larmor-nwchem-'))
  try {
    for (const file of nwchem.files(input, resources, () => xyz)) {
      if ('text' in file) writeFileSync(join(folder, file.name), file.text)
    }
    const line = nwchem.command(input, resources, 'nwchem').sh
    spawnSync('sh', ['-c', `exec ${line} >${nwchem.output} 2>stderr.txt`], {
      cwd: folder,
      env: {
        ...process.env,
        OMP_NUM_THREADS: '1',
        OMPI_ALLOW_RUN_AS_ROOT: '1',
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      },
    })
    const reader = readText(nwchem.reader(input), readFileSync(join(folder, nwchem.output), 'utf8'), nwchem.output)
    return readText(reader, readFileSync(join(folder, 'stderr.txt'), 'utf8'), 'stderr.txt').reading()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('every solvent', () => {
  it.each(solvents.map(({ id, dielectric, nwchem: name }) => [id, dielectric, name] as const))(
    '%s has the dielectric constant %d',
    (solvent, dielectric, name) => {
      const { outcome, reason, result } = run({ ...base, solvent }, hydrogen)
      expect({ outcome, reason }).toEqual({ outcome: 'completed', reason: null })
      expect(result.dielectric).toBe(name === null ? null : dielectric)
    },
  )
})

describe('every functional that is offered for shieldings', () => {
  it.each(knownFunctionals.filter(each => each.shieldings).map(each => each.label))('%s gives them', xc => {
    const { outcome, reason, result } = run({ ...base, task: 'nmr', xc, solvent: 'cdcl3' }, hydrogen)
    expect({ outcome, reason }).toEqual({ outcome: 'completed', reason: null })
    for (const { sigma_ppm } of result.shieldings ?? []) expect(sigma_ppm).toBeGreaterThan(25)
  })

  it.each(knownFunctionals.filter(each => !each.shieldings).map(each => each.label))(
    '%s has an energy, and is refused for shieldings',
    xc => {
      expect(run({ ...base, xc }, hydrogen).outcome).toBe('completed')
      expect(nwchem.check({ ...base, xc, task: 'nmr' }, resources).ok).toBe(false)
    },
  )
})

describe('every basis set', () => {
  it.each(knownBases)('%s is in the library', basis => {
    expect(checkMolecule(['H', 'H'], { xc: 'HF', basis }, 0, 1).ok).toBe(true)
    expect(run({ ...base, xc: 'HF', basis }, hydrogen).outcome).toBe('completed')
  })
})

describe('optimisation and shieldings', () => {
  const water: NwchemCalculation = { ...base, atoms: 3, task: 'opt+nmr', solvent: 'dmso', basis: '3-21G' }

  it('are the same in one job and in two', () => {
    const level = { xc: 'PBE0', basis: '6-31G*' }
    const both = run({ ...water, xc: 'B3LYP-D3BJ', shielding: level }, geometries.water)
    expect(both.outcome).toBe('completed')
    const xyz = `3\nwater\n${both.geometry?.map(atom => atom.join(' ')).join('\n')}\n`
    const alone = run({ ...water, ...level, task: 'nmr' }, xyz)
    const sigmas = (reading: OutputReading) => reading.result.shieldings?.map(each => each.sigma_ppm) ?? []
    expect(sigmas(alone)).toHaveLength(3)
    sigmas(alone).forEach((sigma, i) => {
      expect(sigma).toBeCloseTo(sigmas(both)[i] ?? Number.NaN, 2)
    })
  })

  it('are those of their own cavity in one job and in two, whichever the optimisation has', () => {
    const own = { xc: 'B3LYP', basis: '3-21G' }
    const uff = { ...own, cavity: 'UFF' } as const
    const sigmas = (reading: OutputReading) => {
      expect(reading).toMatchObject({ outcome: 'completed' })
      return reading.result.shieldings?.map(each => each.sigma_ppm) ?? []
    }
    const [fromOwn, fromUff] = [own, uff].map(level => run({ ...water, ...level, task: 'opt' }, geometries.water))
    const xyzOf = (reading = fromOwn) => `3\nwater\n${reading?.geometry?.map(atom => atom.join(' ')).join('\n')}\n`
    const apart = [own, uff].map(level => sigmas(run({ ...water, ...level, task: 'nmr' }, xyzOf(fromOwn))))
    const oxygens = apart.map(([oxygen = Number.NaN]) => oxygen)
    expect(Math.abs((oxygens[0] ?? 0) - (oxygens[1] ?? 0))).toBeGreaterThan(1)
    const near = (some: readonly number[], others: readonly number[] = []) => {
      expect(some).toHaveLength(3)
      some.forEach((sigma, i) => {
        expect(sigma).toBeCloseTo(others[i] ?? Number.NaN, 2)
      })
    }
    near(sigmas(run({ ...water, ...own, shielding: uff }, geometries.water)), apart[1])
    near(
      sigmas(run({ ...water, ...uff, shielding: own }, geometries.water)),
      sigmas(run({ ...water, ...own, task: 'nmr' }, xyzOf(fromUff))),
    )
  })

  it('go without internal coordinates', () => {
    const { outcome, result } = run({ ...water, autoz: false }, geometries.water)
    expect(outcome).toBe('completed')
    expect(result.opt_cycles).toBeGreaterThan(1)
  })

  it('of one cycle do not converge', () => {
    const { outcome, category } = run({ ...water, max_cycles: 1 }, geometries.water)
    expect({ outcome, category }).toEqual({ outcome: 'failed', category: 'opt-not-converged' })
  })
})
