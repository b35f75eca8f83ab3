import { describe, expect, it } from 'vitest'
import { findSolvent, solvents } from '../../shared/solvents.ts'

describe('findSolvent', () => {
  it.each([
    ['CDCl3', 'chcl3'],
    ['cdcl3', 'chcl3'],
    ['chloroform-d', 'chcl3'],
    ['DMSO-d6', 'dmso'],
    ['d6-DMSO', 'dmso'],
    ['D2O', 'water'],
    ['water', 'water'],
    ['CD3OD', 'methanol'],
    ['methanol-d4', 'methanol'],
    ['C6D6', 'benzene'],
    ['CD3CN', 'acetntrl'],
    ['acetonitrile', 'acetntrl'],
    ['acetone-d6', 'acetone'],
    ['Acetone d6', 'acetone'],
    ['THF-d8', 'thf'],
    ['toluene-d8', 'toluene'],
    ['CD2Cl2', 'dcm'],
    ['DMF-d7', 'dmf'],
    ['pyridine-d5', 'pyridine'],
    ['gas', null],
    ['Gas Phase', null],
    ['none', null],
  ])('%s is NWChem’s %s', (name, nwchem) => {
    const found = findSolvent(name)
    expect(found.ok && found.value.nwchem).toBe(nwchem)
  })

  it.each(['', ' ', 'd6', 'cdcl4', 'chcl', 'water2', 'toString', 'chloroform and water', '__proto__'])(
    'refuses "%s" and says what is known',
    name => {
      const found = findSolvent(name)
      expect(found.ok).toBe(false)
      if (!found.ok) {
        expect(found.fault).toMatchObject({ code: 'bad-input', field: 'solvent' })
        for (const { label } of solvents) expect(found.fault.hint).toContain(label)
      }
    },
  )

  it('finds every solvent by its id and by its label', () => {
    for (const solvent of solvents) {
      expect(findSolvent(solvent.id)).toEqual({ ok: true, value: solvent })
      expect(findSolvent(solvent.label)).toEqual({ ok: true, value: solvent })
    }
  })

  it('has no COSMO name that NWChem would cut: 8 letters at most', () => {
    for (const { nwchem } of solvents) expect(nwchem?.length ?? 0).toBeLessThanOrEqual(8)
  })
})
