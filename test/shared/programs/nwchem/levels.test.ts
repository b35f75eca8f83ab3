import { describe, expect, it } from 'vitest'
import { checkMolecule, findLevel, readLevel } from '../../../../shared/programs/index.ts'

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

describe('readLevel', () => {
  const read = (word: string, program: 'nwchem' | 'orca' = 'nwchem', basis: string | null = '6-31G*') => {
    const result = readLevel(program, word, basis)
    return result.ok ? { label: result.value.found.label, ...result.value.level } : result.fault
  }
  it.each([
    ['b3lyp@uff', { label: 'B3LYP/6-31G*@UFF', xc: 'B3LYP', basis: '6-31G*', cavity: 'UFF' }],
    ['CAM-B3LYP/def2svp @ UFF', { label: 'CAM-B3LYP/def2-SVP@UFF', xc: 'CAM-B3LYP', basis: 'def2-SVP', cavity: 'UFF' }],
    ['B3LYP/6-311+g(2d,p)', { label: 'B3LYP/6-311+G(2d,p)', xc: 'B3LYP', basis: '6-311+G(2d,p)' }],
  ])('%s', (word, level) => expect(read(word)).toEqual(level))

  it.each([
    ['B3LYP@Bondi', 'nwchem', /no cavity "Bondi"/],
    ['B3LYP@UFF@UFF', 'nwchem', /no cavity "UFF@UFF"/],
    ['B3LYP@', 'nwchem', /no cavity ""/],
    ['B3LYP@UFF/6-31G*', 'nwchem', /no cavity/],
    ['@UFF', 'nwchem', /Unknown functional/],
    ['B3LYP@UFF', 'orca', /cavities of its own/],
  ] as const)('refuses %s of %s', (word, program, says) => {
    expect(read(word, program)).toMatchObject({ field: 'xc', message: expect.stringMatching(says) })
  })

  it('says what a cavity is, beside what the functional needs said', () => {
    const found = readLevel('nwchem', 'WP04@UFF', '6-31G*')
    expect(found.ok && found.value.found.note).toMatch(/WP04 by its components.*; @UFF: the solvent's cavity/)
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
