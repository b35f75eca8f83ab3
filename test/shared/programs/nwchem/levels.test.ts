import { describe, expect, it } from 'vitest'
import { checkMolecule, findLevel } from '../../../../shared/programs/index.ts'

const level = (xc: string, basis: string) => {
  const found = findLevel({ xc, basis })
  return found.ok ? found.value : found.fault
}

describe('findLevel', () => {
  it.each([
    ['B3LYP', '6-31G*', ['xc b3lyp'], '6-31g*', 'B3LYP/6-31G*'],
    ['b3lyp', '6-31G(d)', ['xc b3lyp'], '6-31g*', 'B3LYP/6-31G*'],
    ['B3LYP', '6-311+g(2d,p)', ['xc b3lyp'], '6-311+g(2d,p)', 'B3LYP/6-311+G(2d,p)'],
    ['PBE1PBE', 'def2svp', ['xc pbe0'], 'def2-svp', 'PBE0/def2-SVP'],
    ['mpw1pw91', 'cc-pVTZ', ['xc HFexch 0.25 mpw91 0.75 perdew91 1.0'], 'cc-pvtz', 'mPW1PW91/cc-pVTZ'],
    ['B3LYP-D3(BJ)', 'def2-TZVP', ['xc b3lyp', 'disp vdw 4'], 'def2-tzvp', 'B3LYP-D3BJ/def2-TZVP'],
  ])('%s/%s', (xc, basis, lines, library, label) => {
    expect(level(xc, basis)).toMatchObject({ xc: lines, basis: library, label })
  })

  it('tells basis sets apart that differ by a sign', () => {
    const library = ['6-31G', '6-31G*', '6-31G**', '6-31+G*', '6-31+G**'].map(name => level('HF', name))
    expect(new Set(library.map(each => ('basis' in each ? each.basis : null))).size).toBe(5)
  })
})

describe('checkMolecule', () => {
  const check = (elements: string, basis: string, charge = 0, multiplicity = 1) => {
    const result = checkMolecule(elements.split(' '), { xc: 'B3LYP', basis }, charge, multiplicity)
    return result.ok ? 'ok' : result.fault.field
  }
  it.each([
    ['C H H H Br', '6-311+G(2d,p)', 0, 1, 'basis'],
    ['C H H H Br', '6-31G*', 0, 1, 'ok'],
    ['C H H H I', 'def2-SVP', 0, 1, 'basis'],
    ['C H H H I', '6-311G*', 0, 1, 'ok'],
    ['C H H H', '6-31G*', 0, 1, 'mult'],
    ['C H H H', '6-31G*', 0, 2, 'ok'],
    ['C H H H', '6-31G*', 1, 1, 'ok'],
    ['H H', '6-31G*', 0, 5, 'mult'],
    ['H', '6-31G*', 1, 1, 'charge'],
    ['H H', 'nonsense', 0, 1, 'basis'],
  ])('%s in %s, charge %d, multiplicity %d: %s', (elements, basis, charge, multiplicity, field) => {
    expect(check(elements, basis, charge, multiplicity)).toBe(field)
  })

  it('names the missing elements and what has them', () => {
    const result = checkMolecule(['C', 'Br'], { xc: 'B3LYP', basis: '6-311+G(2d,p)' }, 0, 2)
    expect(result.ok ? null : result.fault).toMatchObject({
      message: expect.stringContaining('Br'),
      hint: expect.stringContaining('6-31G*'),
    })
  })
})
