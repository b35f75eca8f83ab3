import type { Json } from '../ids.ts'
import type { Evidence } from '../model/job.ts'
import { evidenceAt } from './complaints.ts'
import { type OutputReader, type OutputReading, type Program, unread } from './program.ts'
import { byFirstCharacter, byFirstWord, firstWord, type Rule } from './rules.ts'

interface Known {
  readonly id: string
  readonly label: string
}

/** Lines by which an output says what wrote it, without the blanks before them. */
const banners: readonly (readonly [start: string, id: string, label: string, words?: RegExp])[] = [
  ['* O   R   C   A *', 'orca', 'ORCA'],
  ['Program Version', 'orca', 'ORCA', /-\s*RELEASE/],
  ['Northwest Computational Chemistry Package (NWChem)', 'nwchem', 'NWChem'],
  ['argument  1 = ', 'nwchem', 'NWChem'],
  ['====', 'nwchem', 'NWChem', /echo of input deck/],
  ['|                           x T B ', 'xtb', 'xtb'],
  ['* xtb version', 'xtb', 'xtb'],
  // Without a structure it ends before it has said its name.
  ['-1- prog_main', 'xtb', 'xtb'],
  ['[ERROR] Program stopped due to fatal error', 'xtb', 'xtb'],
  ['|', 'crest', 'CREST', /C R E S T|Conformer-Rotamer Ensemble Sampling Tool/],
  ['Conformer-Rotamer Ensemble Sampling Tool', 'crest', 'CREST'],
  // From version 3 on its name stands in a frame that is not ASCII; the command is told below it.
  ['$ crest ', 'crest', 'CREST'],
  ['CREST terminated normally', 'crest', 'CREST'],
  ['Entering Gaussian System', 'gaussian', 'Gaussian'],
  ['Copyright (c) ', 'gaussian', 'Gaussian', /Gaussian, Inc\./],
  ['Gaussian ', 'gaussian', 'Gaussian', /^\s*Gaussian (03|09|16|\d\d):/],
  ['Psi4: An Open-Source', 'psi4', 'Psi4'],
  ['Welcome to Q-Chem', 'qchem', 'Q-Chem'],
  ['***  PROGRAM SYSTEM MOLPRO', 'molpro', 'Molpro'],
  ['*         GAMESS VERSION', 'gamess', 'GAMESS'],
  ['TURBOMOLE ', 'turbomole', 'Turbomole'],
  ['dscf (', 'turbomole', 'Turbomole', /TURBOMOLE/],
  ['ridft (', 'turbomole', 'Turbomole', /TURBOMOLE/],
  ['**', 'mopac', 'MOPAC', /\*\* +MOPAC\b.* \*\*|Cite this program as: MOPAC/],
  ['CP2K| version', 'cp2k', 'CP2K'],
  ['vasp.', 'vasp', 'VASP', /vasp\.\d/],
  ['Program PWSCF', 'espresso', 'Quantum ESPRESSO'],
  ['*   Amsterdam Density Functional', 'adf', 'ADF'],
  ['This is output from DALTON', 'dalton', 'Dalton'],
  ['This copy of MOLCAS', 'molcas', 'Molcas'],
  ['This run of MOLCAS', 'molcas', 'Molcas'],
  ['DFTB+ release', 'dftb', 'DFTB+'],
  ['Welcome to SIESTA', 'siesta', 'SIESTA'],
]

/** Programs that run another one and print what it says. */
const callers: Readonly<Record<string, readonly string[]>> = { orca: ['xtb'], xtb: ['orca'], crest: ['xtb'] }

/** So many characters are kept until a program has said its name. */
const MOST_KEPT = 4 << 20

/** What one output says, and what wrote it. */
export interface Recognised {
  /** The first that said its name; null where none did. */
  readonly program: Known | null
  readonly reading: OutputReading
}

export interface RecognisingReader {
  lines(batch: readonly string[], file: string): void
  /** Whether something has said what wrote it. */
  isNamed(): boolean
  recognised(): Recognised
}

/** An output of which nothing is known but this. */
export function unknownOutput(reason: string, evidence: readonly Evidence[] = []): OutputReading {
  return { ...unread, reason, evidence }
}

/**
 * Reads an output of which nobody says what wrote it: by its content, never by its name. A program that Larmor cannot
 * read, and two programs in one file, are named, and unknown. `readers` are those that can be read, by their id.
 */
export function recognisingReader(readers: Readonly<Record<string, Pick<Program, 'reader'>>>): RecognisingReader {
  let program: Known | null = null
  let named: Evidence | null = null
  let reader: OutputReader | null = null
  let other: { readonly program: Known; readonly evidence: Evidence } | null = null
  let kept: string[] = []
  let keptLength = 0
  let dropped = 0
  let lines = 0
  let nuls = false
  let strange = 0
  let inEcho = false
  let file = ''

  const rules = banners.map(
    ([start, id, label, words]): Rule => [start, line => (!words || words.test(line)) && found({ id, label }, line)],
  )
  const dispatch = byFirstWord(rules)
  const byFirst = byFirstCharacter(rules)

  function found(one: Known, line: string): boolean {
    if (program === null) {
      program = one
      named = evidenceAt(file, lines, line)
      return true
    }
    if (other || one.id === program.id) return false
    const isOpen = reader === null || reader.reading().result.terminated_normally === null
    if (isOpen && callers[program.id]?.includes(one.id)) return false
    other = { program: one, evidence: evidenceAt(file, lines, line) }
    return true
  }

  /** Those that came before the name, so that lines keep their numbers, and what was said first is heard. */
  function begin(): void {
    const known = program && Object.hasOwn(readers, program.id) ? readers[program.id] : undefined
    reader = known?.reader(null as Json) ?? null
    if (reader) {
      for (let i = 0; i < dropped; i++) reader.line('', file)
      for (const line of kept) reader.line(line, file)
    }
    kept = []
  }

  /** Whether none of the lines can be anybody's name: then the reader may have them all at once. */
  function isPlain(batch: readonly string[]): boolean {
    if (inEcho) return false
    return batch.every(text => {
      const code = text.charCodeAt(firstWord(text))
      const found = code < 128 ? byFirst[code] : null
      return !found?.some(([start]) => text.startsWith(start, firstWord(text)))
    })
  }

  function one(text: string, from: string): void {
    file = from
    lines += 1
    const start = firstWord(text)
    if (inEcho) inEcho = !text.startsWith('====')
    else {
      dispatch(text, start)
      // NWChem prints its input as it is: what stands there is nobody's name.
      if (program?.id === 'nwchem' && text.startsWith('====') && text.includes('echo of input deck')) inEcho = true
    }
    if (reader) reader.line(text, from)
    else if (program) {
      if (kept.length > 0 || dropped > 0 || lines === 1 || named?.line === lines) {
        begin()
        ;(reader as OutputReader | null)?.line(text, from)
      }
    } else keep(text)
  }

  /** Of an output that has not said what wrote it. */
  function keep(text: string): void {
    if (text.includes('\0')) nuls = true
    if (text.includes('\ufffd')) strange += 1
    if (keptLength < MOST_KEPT && dropped === 0) {
      kept.push(text)
      keptLength += text.length + 1
    } else {
      dropped += kept.length + 1
      kept = []
    }
  }

  return {
    lines(batch, from) {
      if (program !== null && isPlain(batch)) {
        lines += batch.length
        return reader?.lines(batch, from)
      }
      for (const text of batch) one(text, from)
    },

    isNamed: () => program !== null,

    recognised() {
      if (program === null) {
        if (lines === 0) return { program, reading: unknownOutput('the file is empty') }
        if (nuls || strange > lines / 4) return { program, reading: unknownOutput('this is no text: binary data') }
        return { program, reading: unknownOutput('no program that Larmor knows says here that it wrote this') }
      }
      if (other !== null) {
        const reason = `two programs in one file: ${program.label}, and from line ${other.evidence.line} on ${other.program.label}`
        return { program, reading: unknownOutput(reason, [...(named ? [named] : []), other.evidence]) }
      }
      if (reader === null) {
        const reason = `Larmor does not read the outputs of ${program.label}`
        return { program, reading: unknownOutput(reason, named ? [named] : []) }
      }
      return { program, reading: reader.reading() }
    },
  }
}
