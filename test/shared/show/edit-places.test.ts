import { createHash } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import type { JobId, Json, Label, MachineName, RunId } from '../../../shared/ids.ts'
import type { Attempt, Job } from '../../../shared/model/job.ts'
import { newAttempt } from '../../../shared/model/new-attempt.ts'
import { programs } from '../../../shared/programs/index.ts'
import { editPlaces, placeContents, placeText } from '../../../shared/show/edit-places.ts'
import { parsed, result } from '../model/facts.ts'
import { fixture as nwchem } from '../programs/nwchem/fixtures.ts'
import { readText } from '../programs/nwchem/read.ts'
import { head } from '../programs/orca/texts.ts'
import { fixture as xtb } from '../programs/xtb/fixtures.ts'

interface Failure {
  readonly program: keyof typeof programs
  readonly name: string
  readonly text: string
  readonly output: string
  readonly args?: readonly string[]
}

/** Where the input of a job is to be edited that had this file and left this output. */
function placesAfter({ program, name, text, output, args }: Failure): readonly string[] {
  const sha256 = createHash('sha256').update(text).digest('hex')
  const input = { kind: 'deck', files: [{ name, sha256, bytes: text.length }], main: name, ...(args ? { args } : {}) }
  const { category, evidence } = readText(programs[program].reader(input), output, programs[program].output).reading()
  const job = jobThat(program, input, { outcome: 'failed', category, evidence })
  expect(placeContents(job)).toContainEqual({ sha256, bytes: text.length })
  return editPlaces(job, new Map([[sha256, text]])).map(placeText)
}

function jobThat(program: string, input: Json, change: Partial<Attempt>): Job {
  const of = { job: 'r.j' as JobId, attempt: 1, label: 'r.j.1' as Label }
  const resources = { ranks: 1, memory_mb: 1000, seconds: 60 }
  const attempt: Attempt = {
    ...newAttempt(of, { input, resources }, null),
    phase: parsed(result),
    ...change,
  }
  return {
    id: 'r.j' as JobId,
    run: 'r' as RunId,
    key: 'j',
    machine: 'local' as MachineName,
    program,
    attempts: [attempt],
  }
}

describe('NWChem', () => {
  it.each<[name: string, places: readonly string[]]>([
    ['unknown-directive', ['a.nw:7: bassis']],
    ['unknown-functional', ['a.nw:11: xc wb97x-d']],
    ['unknown-element', ['a.nw:3: Qq 0.0 0.0 0.1173']],
    ['deck-cut', ['a.nw:8: * library sto-3g']],
    ['no-such-basis', ['a.nw:8: * library 7-31g*']],
    ['basis-without-element', ['a.nw:7: * library 6-311+g(2d,p)', 'a.nw:3: Br 0.0 0.0 0.1173']],
    ['odd-electrons', ['a.nw:2: charge 1', 'a.nw:13: mult 1']],
    ['wrong-multiplicity', ['a.nw:12: mult 2']],
    ['wrong-open-shells', ['a.nw:11: nopen 3']],
  ])('%s', (name, places) => {
    const { deck, output } = nwchem(name)
    expect(placesAfter({ program: 'nwchem', name: 'a.nw', text: deck, output })).toEqual(places)
  })

  it('finds the line by its words where it stands elsewhere, as in a deck that includes another', () => {
    const { deck, output } = nwchem('unknown-directive')
    const text = `# two more\n# lines\n${deck}`
    expect(placesAfter({ program: 'nwchem', name: 'a.nw', text, output })).toEqual(['a.nw:9: bassis'])
    expect(placesAfter({ program: 'nwchem', name: 'a.nw', text: 'include b.nw\n', output })).toEqual([])
  })
})

describe('ORCA', () => {
  const deck = '# B3LYPP\n! B3LYPP def2-SVP\n%pal nprocs 2 end\n* xyz 0 2\nO 0 0 0.1\nBr 0 0.7 -0.4\n*\n'
  it.each<[what: string, message: string, places: readonly string[]]>([
    [
      'an unknown keyword',
      '     !!!!!!!!\n            INPUT ERROR\n     UNRECOGNIZED OR DUPLICATED KEYWORD(S) IN SIMPLE INPUT LINE\n      B3LYPP   \n     !!!!!!!!\n[file orca_main/maininp4.cpp, line 8728]: \n',
      ['a.inp:2: ! B3LYPP def2-SVP'],
    ],
    [
      'a basis set without an element',
      '  ** There are no CABS   basis functions on atom number   1 (Br) **\n[file orca_main/maininp2.cpp, line 2348]:    The basis set was either not assigned or not available for this element - Aborting the run\n',
      ['a.inp:2: ! B3LYPP def2-SVP', 'a.inp:6: Br 0 0.7 -0.4'],
    ],
    [
      'an impossible multiplicity',
      'Error : multiplicity (2) is even and number of electrons (152) is even -> impossible\n',
      ['a.inp:4: * xyz 0 2'],
    ],
  ])('%s', (_, message, places) => {
    const output = `${head()}${message}`
    expect(placesAfter({ program: 'orca', name: 'a.inp', text: deck, output })).toEqual(places)
  })
})

describe('xtb', () => {
  it('an element, two atoms in one place, a solvent', () => {
    const unknown = { program: 'xtb', name: 'unknown.xyz', text: '2\n\nXx 0 0 0\nH 0 0 1\n', args: ['--opt'] } as const
    expect(placesAfter({ ...unknown, output: xtb('unknown-element').output })).toEqual(['unknown.xyz:3: Xx 0 0 0'])
    const clash = { ...unknown, name: 'a.xyz', text: '3\n\nO 0 0 0\nH 0 0 0\nH 0 0 1\n' }
    expect(placesAfter({ ...clash, output: xtb('clash').output })).toEqual(['a.xyz:3: O 0 0 0', 'a.xyz:4: H 0 0 0'])
    const solvent = { ...unknown, args: ['--opt', '--alpb', 'nosuchsolvent'] }
    expect(placesAfter({ ...solvent, output: xtb('unknown-solvent').output })).toEqual([
      'its options: --opt --alpb nosuchsolvent',
    ])
  })
})

test('nothing is to be edited where another thing may help, and nothing is told of an input that is gone', () => {
  const input = { kind: 'deck', files: [{ name: 'a.nw', sha256: 'a'.repeat(64), bytes: 9 }], main: 'a.nw' }
  expect(placeContents(jobThat('nwchem', input, { outcome: 'failed', category: 'scf-not-converged' }))).toEqual([])
  expect(placeContents(jobThat('nwchem', { kind: 'imported' }, { outcome: 'failed', category: 'bad-input' }))).toEqual(
    [],
  )
  const gone = jobThat('nwchem', input, { outcome: 'failed', category: 'bad-input' })
  expect(editPlaces(gone, new Map())).toEqual([])
})
