import { describe, expect, test } from 'vitest'
import { localMachine } from '../../../shared/model/machine.ts'
import type { StructureFormat } from '../../../shared/nmr/parse-structure.ts'
import { orThrow, type Result } from '../../../shared/result.ts'
import { type NmrArguments, type ResolvedNmr, resolveNmr } from '../../../shared/workflows/index.ts'
import { methanolXyz } from '../../engine/tasks/geometries.ts'
import { ref } from './fake-run.ts'

const machine = { ...localMachine, settings: { ...localMachine.settings, cores: 4 } }

function resolve(args: Partial<NmrArguments>, text = args.input ?? 'CO', format: StructureFormat = 'smiles') {
  const context = { machine, refOf: (content: string) => ref(content.slice(0, 30)) }
  return resolveNmr({ input: 'CO', ...args }, { format, text }, context)
}

function fault(result: Result<ResolvedNmr>): { field: string | undefined; message: string } {
  if (result.ok) throw new Error('accepted')
  expect(result.fault.code).toBe('bad-input')
  return { field: result.fault.field, message: result.fault.message }
}

describe('defaults, all of them written down', () => {
  test('a SMILES alone', () => {
    const { params, name, texts, warnings } = orThrow(resolve({ input: 'CC(O)CC' }))
    expect(name).toBe('CC(O)CC')
    expect(texts).toEqual(['CC(O)CC'])
    expect(warnings).toEqual([])
    expect(params).toMatchObject({
      ensemble: 'generated',
      program: 'nwchem',
      level: 'B3LYP/6-31G*//B3LYP/6-31G*',
      solvent: 'cdcl3',
      solvent_label: 'CDCl3',
      solvent_model: 'COSMO',
      dispersion: 'none',
      charge: 0,
      max_conformers: 8,
      ff_window_kcal: 6,
      dft_window_kcal: 3,
      temperature_K: 298.15,
      tms: null,
      resources: { ranks: 1, memory_mb: 2000, seconds: 86400 },
    })
    expect(params.weights_from).toMatch(/electronic energy \(B3LYP\/6-31G\*/)
  })

  test('production', () => {
    const { params } = orThrow(resolve({ preset: 'production' }))
    expect(params.level).toBe('B3LYP/6-311+G(2d,p)@UFF//B3LYP/6-31G*')
    expect(params.references.map(({ kind, source }) => [kind, source.slice(0, 6)])).toEqual([
      ['own', 'exact:'],
      ['own', 'exact:'],
    ])
    const named = orThrow(resolve({ preset: 'production', xc: 'B3LYP//B3LYP' })).params
    expect(named.level).toBe('B3LYP/6-311+G(2d,p)//B3LYP/6-31G*')
    expect(named.references.map(({ kind, source }) => [kind, source.slice(0, 6)])).toEqual([
      ['own', 'exact:'],
      ['own', 'exact:'],
    ])
  })

  test('production by factors of its level in the other cavity: published ones, or those of a file', () => {
    const own = 'B3LYP/6-311+G(2d,p)//B3LYP/6-31G*'
    const published = orThrow(resolve({ preset: 'production', reference: 'published' })).params
    expect(published).toMatchObject({ level: own, solvent_model: 'COSMO', references: [{ kind: 'published' }, {}] })
    const file = (level: string) => ({
      file: 'f.json',
      text: JSON.stringify({
        level,
        geometry: 'B3LYP/6-31G*',
        solvent: 'cdcl3',
        factors: [{ nucleus: '1H', slope: -1, intercept: 31 }],
      }),
    })
    expect(published.warnings.join()).toMatch(/factors are of NWChem's own cavity, not of UFF radii: B3LYP/)
    const of = (level: string) => resolve({ preset: 'production', reference: file(level) })
    expect(orThrow(of('B3LYP/6-311+G(2d,p)')).params.level).toBe(own)
    expect(orThrow(of('B3LYP/6-311+G(2d,p)@UFF')).params.level).toBe('B3LYP/6-311+G(2d,p)@UFF//B3LYP/6-31G*')
    expect(fault(of('PBE0/6-311+G(2d,p)')).message).toMatch(/the run is nwchem B3LYP\/6-311\+G\(2d,p\)@UFF/)
  })

  test('production by a campaign of one\u2019s own in the other cavity, where there is none in that of UFF radii', () => {
    const text = (level: string) =>
      JSON.stringify({
        ...{
          level,
          geometry: 'B3LYP/6-31G*',
          solvent: 'dmso',
          molecules: Array.from({ length: 12 }, (_, i) => `m${i}`),
        },
        factors: ['1H', '13C'].map(nucleus => ({ nucleus, slope: -1, intercept: 100 })),
      })
    const of = (...levels: readonly string[]) => {
      const fitted = levels.map(level => ({ file: `${level}.json`, text: text(level) }))
      return orThrow(
        resolveNmr(
          { input: 'CO', preset: 'production', solvent: 'dmso' },
          { format: 'smiles', text: 'CO' },
          { machine, refOf: content => ref(content.slice(0, 30)), fitted },
        ),
      ).params
    }
    const uff = 'B3LYP/6-311+G(2d,p)@UFF'
    expect(of('B3LYP/6-311+G(2d,p)')).toMatchObject({ level: 'B3LYP/6-311+G(2d,p)//B3LYP/6-31G*', tms: null })
    expect(of('B3LYP/6-311+G(2d,p)', uff)).toMatchObject({ level: `${uff}//B3LYP/6-31G*`, tms: null, warnings: [] })
    expect(of()).toMatchObject({ level: `${uff}//B3LYP/6-31G*`, tms: { atoms: 17 } })
  })

  test('a cavity named once is that of the shieldings: the factors stand on geometries of the other', () => {
    const { params } = orThrow(resolve({ preset: 'production', xc: 'B3LYP@UFF', basis: '6-311+G(2d,p)//6-31G*' }))
    expect(params.level).toBe('B3LYP/6-311+G(2d,p)@UFF//B3LYP/6-31G*')
  })

  test('a cavity belongs to its level, and is said; the gas phase has none', () => {
    const args = { xc: 'B3LYP/6-311+G(2d,p)@UFF//B3LYP/6-31G*', reference: 'none' } as const
    const { params } = orThrow(resolve(args))
    expect(params).toMatchObject({
      level: 'B3LYP/6-311+G(2d,p)@UFF//B3LYP/6-31G*',
      geometry: { xc: 'B3LYP', basis: '6-31G*' },
      shielding: { xc: 'B3LYP', basis: '6-311+G(2d,p)', cavity: 'UFF' },
      solvent_model: 'COSMO [@UFF: cavity of UFF radii x 1.1]',
    })
    expect(orThrow(resolve({ ...args, solvent: 'gas' })).params).toMatchObject({
      level: 'B3LYP/6-311+G(2d,p)//B3LYP/6-31G*',
      shielding: { xc: 'B3LYP', basis: '6-311+G(2d,p)' },
      solvent_model: 'none',
    })
    const two = orThrow(resolve({ xc: '1H=B3LYP/6-31G*,13C=B3LYP/6-31G*@UFF//B3LYP/6-31G*', reference: 'none' })).params
    expect(two.other).toEqual({ xc: 'B3LYP', basis: '6-31G*', cavity: 'UFF', elements: ['C'] })
  })

  test('a level of its own, for both steps or for each; the reference follows', () => {
    expect(orThrow(resolve({ xc: 'pbe0', basis: 'def2-SVP' })).params.level).toBe('PBE0/def2-SVP//PBE0/def2-SVP')
    const { params, texts } = orThrow(resolve({ basis: '6-311+G(2d,p)//6-31G(d)', solvent: 'D2O' }))
    expect(params.level).toBe('B3LYP/6-311+G(2d,p)//B3LYP/6-31G*')
    expect(params.tms).toMatchObject({ atoms: 17 })
    expect(texts).toHaveLength(2)
    expect(orThrow(resolve({ xc: 'B3LYP-D3BJ' })).params.dispersion).toBe('D3BJ')
  })

  test('charge of the SMILES; 0 for an xyz, said to be an assumption', () => {
    expect(orThrow(resolve({ input: 'C[NH3+]' })).params.charge).toBe(1)
    expect(orThrow(resolve({ input: 'C[NH3+]', charge: 1 })).params.charge).toBe(1)
    const { params, warnings } = orThrow(resolve({ input: '/home/me/methanol.xyz' }, methanolXyz, 'xyz'))
    expect(params.charge).toBe(0)
    expect(warnings.join()).toMatch(/charge 0 is assumed/)
  })

  test('one xyz is taken alone unless asked; several are an ensemble', () => {
    expect(orThrow(resolve({ input: 'm.xyz' }, methanolXyz, 'xyz'))).toMatchObject({
      name: 'm.xyz',
      params: { ensemble: 'given' },
    })
    expect(orThrow(resolve({ input: 'm.xyz', generate: true }, methanolXyz, 'xyz')).params.ensemble).toBe('generated')
    const many = orThrow(resolve({ input: 'm.xyz', max_conformers: 2 }, methanolXyz.repeat(3), 'xyz'))
    expect(many.params).toMatchObject({ ensemble: 'given', structure: { frames: 3 } })
    expect(many.warnings.join()).toMatch(/--max-conformers has no effect/)
  })

  test('without a program', () => {
    const { params, warnings } = orThrow(resolve({ program: 'none', solvent: 'D2O' }))
    expect(params).toMatchObject({ program: 'none', level: 'MMFF94s+', tms: null, solvent_model: 'none' })
    expect(warnings.join()).toMatch(/no shieldings: they need NWChem/)
  })
})

describe('refused before anything starts', () => {
  test.each<[string, Partial<NmrArguments>, string, RegExp]>([
    ['a SMILES that does not parse', { input: 'CC(C' }, 'input', /character 3/],
    ['too many atoms', { input: 'C'.repeat(100) }, 'input', /302 atoms are too many/],
    ['an unknown solvent', { solvent: 'beer' }, 'solvent', /Unknown solvent: beer/],
    ['an unknown basis', { basis: '6-31H' }, 'basis', /Unknown basis/],
    ['an unknown functional', { xc: 'b4lyp' }, 'xc', /Unknown functional/],
    ['a functional without shieldings', { xc: 'M06-L' }, 'xc', /no shieldings with M06-L/],
    ['a functional that only ORCA has', { xc: 'wB97X-D' }, 'xc', /does not have/],
    ['an element without basis functions', { input: 'CI' }, 'basis', /no functions for I/],
    ['half a level', { basis: '6-31G*//' }, 'basis', /SHIELDING\/\/GEOMETRY/],
    ['an odd number of electrons', { input: '[CH3]' }, 'charge', /Odd number of electrons: 9/],
    ['a charge against the SMILES', { input: 'CO', charge: 1 }, 'charge', /contradicts the formal charges/],
    ['half a charge', { charge: 0.5 }, 'charge', /whole number/],
    ['an open shell', { mult: 3 }, 'mult', /shieldings of an open shell mean nothing/],
    ['no multiplicity at all', { mult: 0 }, 'mult', /Multiplicity 0 is refused/],
    ['another preset', { preset: 'best' }, 'preset', /Unknown preset: best/],
    ['another program', { program: 'gaussian' }, 'program', /gaussian/],
    ['an unknown nucleus', { nuclei: '1H,14C' }, 'nuclei', /Unknown nucleus: 14C/],
    ['a nucleus that is not there', { nuclei: '19F' }, 'nuclei', /holds none of 19F/],
    ['published where there is none', { solvent: 'D2O', reference: 'published' }, 'reference', /no published factor/],
    ['no conformers', { max_conformers: 0 }, 'max-conformers', /at least 1/],
    ['a negative window', { ff_window: -1 }, 'ff-window', /at least 0/],
    ['no temperature', { temperature: 0 }, 'temperature', /at least 1/],
    ['not a number', { dft_window: Number.NaN }, 'dft-window', /not NaN/],
    ['more ranks than cores', { ranks: 8 }, 'ranks', /local has 4 cores/],
    ['too little memory', { memory_mb: 100 }, 'memory', /too little for NWChem/],
  ])('%s', (_, args, field, message) => {
    const refused = fault(resolve(args))
    expect(refused.field).toBe(field)
    expect(refused.message).toMatch(message)
  })

  test('files', () => {
    expect(fault(resolve({ input: 'e.xyz' }, '', 'xyz')).message).toMatch(/empty/)
    expect(fault(resolve({ input: 'm.xyz', generate: true }, methanolXyz.repeat(2), 'xyz')).field).toBe('generate')
    const cation = fault(resolve({ input: 'm.xyz', charge: 1 }, methanolXyz, 'xyz'))
    expect(cation.message).toMatch(/Odd number of electrons: 17 with charge \+1/)
  })

  test('what the host finds cannot be embedded', () => {
    const refused = resolveNmr(
      { input: 'CO' },
      { format: 'smiles', text: 'CO' },
      {
        machine,
        refOf: text => ref(text),
        canEmbed: () => ({ ok: false, fault: { code: 'bad-input', field: 'input', message: 'No 3D structure' } }),
      },
    )
    expect(fault(refused).message).toBe('No 3D structure')
  })
})
