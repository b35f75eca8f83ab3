import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { OrcaCalculation } from '../../../../shared/programs/index.ts'
import { programs } from '../../../../shared/programs/index.ts'

const { orca } = programs
const ref = (sha256: string) => ({ sha256: sha256.repeat(64).slice(0, 64), bytes: 10 })
const xyz = '2\n\nO 0 0 0\nH 0 0 1\n'
const resources = { ranks: 1, memory_mb: 4000, seconds: 3600 }
const input: OrcaCalculation = {
  kind: 'calculation',
  task: 'opt',
  geometry: ref('a'),
  atoms: 2,
  title: 'hydroxide',
  charge: -1,
  multiplicity: 1,
  xc: 'PBE0',
  basis: 'def2-SVP',
  keywords: '',
  shielding: null,
  solvent: 'gas',
  max_cycles: 50,
  cartesian: false,
  restart: null,
}

function deck(change: Partial<OrcaCalculation> = {}, more: Partial<typeof resources> = {}): string {
  const [file] = orca.files({ ...input, ...change }, { ...resources, ...more }, () => xyz)
  return file && 'text' in file ? file.text : ''
}

describe('an input that Larmor writes', () => {
  it('has 75 % of a core’s share as maxcore, and as many processes as ranks', () => {
    expect(deck()).toContain('%maxcore 3000\n')
    expect(deck()).not.toContain('%pal')
    expect(deck({}, { ranks: 4 })).toContain('%maxcore 750\n%pal nprocs 4 end\n')
  })
  it.each([
    ['opt', {}, '! PBE0 def2-SVP Opt TightSCF\n%geom MaxIter 50 end\n* xyz -1 1\n'],
    ['Cartesian', { cartesian: true }, '! PBE0 def2-SVP COpt TightSCF\n'],
    ['sp in a solvent', { task: 'sp', solvent: 'dmso' }, '! PBE0 def2-SVP TightSCF CPCM(dmso)\n* xyz'],
    ['freq', { task: 'freq' }, '! PBE0 def2-SVP Freq TightSCF\n'],
    ['nmr', { task: 'nmr' }, '! PBE0 def2-SVP NMR TightSCF\n'],
    [
      'nmr at its own level',
      { task: 'nmr', shielding: { xc: 'TPSS', basis: 'pcSseg-1' } },
      '! TPSS pcSseg-1 NMR TightSCF\n',
    ],
    ['opt+nmr at one level', { task: 'opt+nmr' }, '! PBE0 def2-SVP Opt NMR TightSCF\n'],
    [
      'opt+nmr at two levels',
      { task: 'opt+nmr', shielding: { xc: 'TPSS', basis: 'pcSseg-1' } },
      '*\n$new_job\n! TPSS pcSseg-1 NMR TightSCF\n* xyzfile -1 1 larmor.xyz\n',
    ],
    ['any keywords', { xc: null, basis: null, keywords: 'r2SCAN-3c' }, '! r2SCAN-3c Opt TightSCF\n'],
    ['a restart', { restart: ref('b') }, '! PBE0 def2-SVP Opt MORead TightSCF\n%moinp "restart.gbw"\n'],
  ] as const)('%s', (_, change, words) => expect(deck(change as Partial<OrcaCalculation>)).toContain(words))

  it('sends the orbitals along, as they are', () => {
    const files = orca.files({ ...input, restart: ref('b') }, resources, () => xyz)
    expect(files[1]).toEqual({ name: 'restart.gbw', content: ref('b') })
  })
  it('cannot be broken by a title', () => {
    expect(deck({ title: 'a\n! HF\n%pal nprocs 99 end' })).toMatch(/^# a HF pal nprocs 99 end\n# Memory/)
  })
  it('is the same calculation whatever its title, memory and ranks', () => {
    const same = orca.calculation({ ...input, title: 'other' }, () => xyz)
    expect(orca.calculation(input, () => xyz)).toEqual(same)
    expect(orca.calculation({ ...input, solvent: 'dmso' }, () => xyz)).not.toEqual(same)
    const person = (text: string) =>
      orca.calculation({ kind: 'deck', files: [{ name: 'a.inp', ...ref('c') }], main: 'a.inp' }, () => text)
    expect(person('! HF STO-3G PAL4 # four\n%maxcore 100\n* xyz 0 1\nH 0 0 0\n*')).toEqual(
      person('! HF STO-3G\n%pal\nnprocs 2\nend\n* xyz 0 1\nH 0 0 0\n*'),
    )
    expect(person('* xyzfile 0 1 /home/me/a.xyz')).toBeNull()
  })
})

describe('refused, naming the field', () => {
  it.each([
    ['xc', { xc: 'B3LPY' }],
    ['basis', { basis: 'def2-NO' }],
    ['keywords', { xc: null, basis: null, keywords: '' }],
    ['keywords', { keywords: 'TightOpt' }],
    ['keywords', { keywords: 'PAL8' }],
    ['keywords', { keywords: 'HF\n%pal nprocs 8 end' }],
    ['solvent', { solvent: 'nonsense' }],
    ['task', { task: 'md' }],
    ['mult', { task: 'nmr', multiplicity: 3 }],
    ['restart', { restart: 'old.gbw' }],
  ])('%s %j', (field, change) => {
    const result = orca.check({ ...input, ...change } as never, resources)
    expect(result.ok ? null : result.fault.field).toBe(field)
  })
  it('memory', () => {
    const result = orca.check(input as never, { ...resources, memory_mb: 500, ranks: 4 })
    expect(result.ok ? null : result.fault.field).toBe('memory')
  })
})

it('is started by its full path, as its parallel modules want it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'larmor-orca-'))
  try {
    mkdirSync(join(folder, 'real folder'))
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'real folder/orca'), '#!/bin/sh\necho "$0|$*"\n', { mode: 0o755 })
    symlinkSync(join(folder, 'real folder/orca'), join(folder, 'bin/orca'))
    const line = orca.command(input as never, { ...resources, ranks: 4 }, 'orca').sh
    const out = execFileSync('sh', ['-c', `exec ${line}`], {
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
    })
    expect(out).toBe(`${join(folder, 'real folder/orca')}|larmor.inp\n`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
