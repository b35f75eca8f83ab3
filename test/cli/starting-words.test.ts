import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { geometries } from '../shared/programs/nwchem/fixtures.ts'
import { workplace } from './workplace.ts'

// Each test runs several commands, every one a process.
vi.setConfig({ testTimeout: 240_000 })

/** What is settled when nothing is said of it is told: before it is started, and in the help. */
const { folder, larmor, command, quick } = await workplace()
await writeFile(join(folder, 'water.xyz'), geometries.water)
await writeFile(join(folder, 'deck.nw'), 'geometry\nO 0 0 0\nend\ntask scf\n')

describe('what was left out', () => {
  test('is told where an ensemble is started, for a person and for a script', async () => {
    const decks = await larmor('decks', 'nmr', 'CCO')
    expect(decks.out).toContain('# nwchem B3LYP/6-31G*//B3LYP/6-31G* (preset draft), COSMO CDCl3; at most 8 conformers')
    expect(decks.out).toMatch(/# 13C against Larmor's or your own fit, expected error 2\.\d+ ppm/)
    const named = await larmor('decks', 'nmr', 'CCO', '--xc', 'PBE0', '--reference', 'none')
    expect(named.out).toContain('# nwchem PBE0/6-31G*//PBE0/6-31G*, COSMO CDCl3; at most 8 conformers')
    const tms = await larmor('decks', 'nmr', 'CCO', '--reference', 'tms')
    expect(tms.out).toContain('# 13C against TMS, not calibrated at this level')
    expect((await larmor('decks', 'nmr', 'CCO', '--preset', 'production')).out).toMatch(
      /# 1H against Larmor's or your own fit, expected error 0\.\d+ ppm/,
    )
    const alone = ['nmr', 'CCO', '--program', 'none']
    const said = 'on local; each job 1 rank, 2000 MB, at most 24:00 h'
    expect((await larmor(...alone)).err).toContain(said)
    const { settings } = (await larmor(...alone, '--json')).json
    expect(settings).toMatchObject({ machine: 'local', ranks: 1, memory_mb: 2000, seconds: 86_400 })
    expect(settings.said).toEqual(['MMFF94s+; at most 8 conformers', said])
  })

  test('of a structure, and of an input that is run as it is', async () => {
    expect((await larmor('decks', 'run', 'water.xyz', '--program', 'nwchem')).out).toContain(
      '# water.xyz: opt at B3LYP/6-31G*, gas phase, charge 0, multiplicity 1, by nwchem',
    )
    const started = await larmor('run', quick, '--program', 'command', '--memory', '300', '--time', '0:05')
    expect(started.err).toContain('quick.sh: quick.sh as it is, by command')
    expect(started.err).toContain('on local; each job 1 rank, 300 MB, at most 0:05 h')
    const bare = await larmor('run', quick, '--program', 'command', '--time', '90')
    expect(bare.err).toContain('at most 90:00 h (--time 90 is in hours; H:MM says minutes, too)')
    expect((await command(quick)).err).toBe('')
  })

  test.each(['nmr', 'run', 'campaign'])('stands in the help of %s', async name => {
    const { out } = await larmor(name, '--help')
    expect(out).toMatch(/^Left out: /m)
    expect(out).toContain('--machine local, --ranks 1, --memory 2000 for each rank, --time 24:00')
    expect((await larmor(name, '--help', '--json')).json.defaults).toContain('--machine local')
  })
})

test('an option that means nothing to an input of a person’s own is told to have no effect', async () => {
  const { exit, json } = await larmor('decks', 'run', 'deck.nw', '--program', 'nwchem', '--mult', '3', '--json')
  expect([exit, json.warnings]).toEqual([0, ['--mult has no effect: deck.nw is run as it is']])
  const two = await larmor('run', quick, '--program', 'command', '--mult', '3', '--charge', '1')
  expect(two.err).toContain('! --charge, --mult have no effect: quick.sh is run as it is')
  expect((await larmor('decks', 'run', 'deck.nw', '--program', 'nwchem', '--json')).json.warnings).toEqual([])
})

test('stereocentres that a SMILES leaves open are told, with the isomers to choose from, and kept with the run', async () => {
  const { err, json } = await larmor('nmr', 'CC(O)C(F)Cl', '--program', 'none', '--json')
  expect(err).toContain('stereocentres C2, C4 not specified: 2 isomers have different spectra')
  const { warnings } = (await larmor('wait', json.run, '--json')).json
  expect(warnings.join('\n')).toContain('stereocentres C2, C4 not specified')
  // Of mirror images the spectra are the same, and what was written is no question.
  for (const smiles of ['CC(O)CC', 'C[C@H](O)[C@@H](F)Cl', 'CCO']) {
    const { warnings } = (await larmor('decks', 'nmr', smiles, '--program', 'none', '--json')).json
    expect(warnings.join()).not.toContain('specified')
  }
})
