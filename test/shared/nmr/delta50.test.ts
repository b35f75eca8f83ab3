import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import factors from '../../../resources/delta50/factors.json' with { type: 'json' }
import own from '../../../resources/delta50/sigma-own-geometries.json' with { type: 'json' }
import { perceiveBonds } from '../../../shared/nmr/bonds.ts'
import { delta50 } from '../../../shared/nmr/delta50.ts'
import { type ComputedSet, fitOf } from '../../../shared/nmr/own-fit.ts'

describe('the table of DELTA50', () => {
  test('has the environments that the paper counts: 114 of 1H, 143 of 13C, in 50 molecules', () => {
    const environments = delta50.molecules.flatMap(each => each.environments)
    expect(delta50.molecules).toHaveLength(50)
    expect(environments.filter(({ nucleus }) => nucleus === '1H')).toHaveLength(114)
    expect(environments.filter(({ nucleus }) => nucleus === '13C')).toHaveLength(143)
  })

  test.each(delta50.molecules.map(molecule => [molecule.name, molecule] as const))(
    '%s: each shift has its atoms, each hydrogen one neighbour',
    (_, { elements, geometry, environments }) => {
      const named = environments.flatMap(({ nucleus, atoms }) => atoms.map(atom => `${nucleus}${atom}`))
      const atoms = elements.flatMap((element, i) =>
        element === 'H' ? [`1H${i + 1}`] : element === 'C' ? [`13C${i + 1}`] : [],
      )
      expect(named.toSorted()).toEqual(atoms.toSorted())
      const { bonds } = perceiveBonds(elements, geometry)
      for (const [i, element] of elements.entries()) {
        if (element === 'H') expect(bonds.filter(({ a, b }) => a === i || b === i)).toHaveLength(1)
      }
    },
  )

  test('has the two corrected assignments', () => {
    const shift = (id: string, atom: number) =>
      delta50.molecules.find(each => each.id === id)?.environments.find(({ atoms }) => atoms.includes(atom))?.delta_ppm
    expect([1, 2, 3, 4].map(atom => shift('compound_48', atom))).toEqual([159.55, 113.9, 129.45, 120.65])
    expect([4, 5, 7, 10].map(atom => shift('compound_10', atom))).toEqual([36.48, 31.44, 2.96, 2.89])
  })

  const folder = process.env.LARMOR_TRUTH_DATA && join(process.env.LARMOR_TRUTH_DATA, 'delta50')
  test.skipIf(!folder)(
    `is what its script writes from the facts${folder ? '' : ' (skipped: LARMOR_TRUTH_DATA is not set)'}`,
    () => {
      const to = mkdtempSync(join(tmpdir(), 'larmor-delta50-'))
      execFileSync(process.execPath, ['resources/delta50/write-table.mjs', folder as string, to])
      for (const name of ['table.json', 'sigma-si-geometries.json']) {
        expect(readFileSync(join(to, name), 'utf8')).toBe(readFileSync(join('resources/delta50', name), 'utf8'))
      }
      rmSync(to, { recursive: true })
    },
  )
})

const sets = readdirSync('resources/delta50')
  .filter(name => name.startsWith('sigma-'))
  .map(name => JSON.parse(readFileSync(join('resources/delta50', name), 'utf8')) as ComputedSet)

/** RMSD in ppm, 1H and 13C, of levels of which more or less is expected than of the others. */
const MOST: Readonly<Record<string, readonly [number, number]>> = {
  'B3LYP/6-311+G(2d,p)@UFF': [0.09, 2.15],
  'B3LYP/6-31G*': [0.14, 2.5],
  'mPW1PW91/6-311+G(2d,p)': [0.1, 2.5],
  'CAM-B3LYP/def2-SVP': [0.16, 1.75],
  'mPW1PW91/def2-SVP': [0.16, 1.9],
  'WP04/6-311+G(2d,p)': [0.09, 3],
}

describe("Larmor's own factors", () => {
  test.each(sets)('$level on $geometry: are the fit of the shieldings that lie beside them', set => {
    const { nearness, ...fit } =
      factors.fits.find(({ geometry, level }) => geometry === set.geometry && level === set.level) ?? {}
    expect(nearness).toBe(set.geometry === 'B3LYP/6-31G*' ? 'exact' : 'near')
    expect(fit).toEqual(JSON.parse(JSON.stringify(fitOf(set))))
  })

  test('there is no other', () => expect(factors.fits).toHaveLength(sets.length))

  // 0.09 and 2.1 ppm were aimed at with B3LYP, which has 2.29 for 13C in NWChem's own cavity and the 2.1 in that of UFF radii; with a
  // level for each nucleus 1.75, see resources/delta50/README.md.
  test.each(factors.fits)(
    '$nearness, $level: about as accurate as functionals of this kind are',
    ({ level, factors }) => {
      const error = (nucleus: string) => factors.find(each => each.nucleus === nucleus)
      const [most1H, most13C] = MOST[level] ?? [0.09, 2.5]
      expect(error('1H')?.rmsd_ppm).toBeLessThan(most1H)
      expect(error('13C')?.rmsd_ppm).toBeLessThan(most13C)
    },
  )

  test('the other levels stand on the geometries that are shipped', () => {
    const shipped = own.molecules.map(({ id }) => id)
    const others = sets.filter(({ geometry, level }) => geometry === own.geometry && level !== own.level)
    for (const { molecules } of others) expect(shipped).toEqual(expect.arrayContaining(molecules.map(({ id }) => id)))
  })
})
