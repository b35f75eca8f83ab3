import type { Json } from '../../ids.ts'
import type { Resources } from '../../model/job.ts'
import { badInput, ok, orThrow, type Result } from '../../result.ts'
import {
  checkCalculation,
  checkDeck,
  checkShieldingLevel,
  contentsOf,
  deckOf,
  geometryOf,
  onLastGeometry,
} from '../calculation.ts'
import { readFiles, record } from '../files.ts'
import { launchLine } from '../launch.ts'
import type { Contents, Program } from '../program.ts'
import { readXyz } from '../xyz.ts'
import { deckBody, deckText, findWords, memoryPerRank } from './deck.ts'
import type { NwchemCalculation, NwchemInput, NwchemTask } from './input.ts'
import { nwchemPlaces } from './places.ts'
import { nwchemReader } from './reader.ts'
import { repairedDeck } from './repaired-deck.ts'
import { repairs } from './repairs.ts'

const OUTPUT = 'nwchem.out'
const DECK = 'larmor.nw'
const tasks: readonly NwchemTask[] = ['opt', 'nmr', 'sp', 'freq', 'opt+nmr']

/** NWChem 6.0 to 7.2; decks and names of functionals and basis sets are those of 7.0.2. */
export const nwchem: Program = {
  id: 'nwchem',
  label: 'NWChem',
  executable: 'nwchem',
  output: OUTPUT,
  scratch: ['*.gridpts.*', '*.aoints.*', '*.grinfo.*', '*.db', '*.shieldcphf', '*.zmat', '*.b', '*.b^-1', '*.c', '*.p'],
  // Of all that NWChem can restart from, the geometry is in the output; orbitals save the SCF its first cycles.
  restartFiles: ['*.movecs'],
  exitDecides: false,
  repairs,
  findPlaces: nwchemPlaces,

  check(json, resources) {
    const input = parse(json)
    if (!input.ok) return input
    if (!Number.isInteger(resources.ranks) || resources.ranks < 1)
      return badInput('ranks', 'At least one rank is needed.')
    if (input.value.kind === 'deck') return ok(undefined)
    const memory = memoryPerRank(resources)
    if (!memory.ok) return memory
    const words = findWords(input.value)
    if (!words.ok) return words
    const { level, shielding, solvent } = words.value
    if (solvent.nwchem === null && (level.cavity ?? shielding.cavity) !== null)
      return badInput('solvent', 'The gas phase has no cavity.', 'Leave @UFF out, or name a solvent')
    return input.value.task.endsWith('nmr') ? checkShieldings(input.value, shielding) : ok(undefined)
  },

  contents: json => contentsOf(orThrow(parse(json))),

  files(json, resources, contents) {
    const input = orThrow(parse(json))
    const { vectors } = input.repairs ?? {}
    const carried = vectors ? [{ name: vectors.name, content: { sha256: vectors.sha256, bytes: vectors.bytes } }] : []
    if (input.kind === 'deck') {
      const given = input.files.map(({ name, ...content }) =>
        name === input.main && input.repairs
          ? { name, text: repaired(contents(content), input, resources, contents) }
          : { name, content },
      )
      return [...given, ...carried]
    }
    const perRank = orThrow(memoryPerRank(resources))
    const text = deckText(input, orThrow(findWords(input)), geometryOf(input, contents), resources, perRank)
    return [{ name: DECK, text: repaired(text, input, resources, contents) }, ...carried]
  },

  command(json, resources, executable) {
    const input = orThrow(parse(json))
    return launchLine(executable, resources.ranks, [input.kind === 'deck' ? input.main : DECK])
  },

  calculation(json, contents) {
    const input = orThrow(parse(json))
    if (input.kind === 'calculation') {
      const body = deckBody(input, orThrow(findWords(input)), geometryOf(input, contents))
      return { program: 'nwchem', deck: repaired(body, withoutMeans(input), null, contents) }
    }
    const { text: deck, others } = deckOf(input, contents)
    // What such a deck starts from lies outside of it.
    if (/^\s*restart\b/im.test(deck) || /(^|[\s"'])~?\/\S|(^|[\s"'/])\.\.\/\S/m.test(deck)) return null
    const whole = repaired(deck, withoutMeans(input), null, contents)
    return { program: 'nwchem', deck: essence(whole), files: others.map(({ name, sha256 }) => ({ name, sha256 })) }
  },

  reader(json) {
    const input = parse(json)
    return nwchemReader(input.ok ? input.value : null)
  },

  edited(json, files) {
    const input = orThrow(parse(json))
    return { kind: 'deck', files, main: input.kind === 'deck' ? input.main : DECK }
  },

  restart: (json, last) => (parse(json).ok ? onLastGeometry(json, last) : json),
}

/** A deck as it is sent: with its repairs, if it has any. `resources` null: those that depend on them are left out. */
function repaired(deck: string, { repairs }: NwchemInput, resources: Resources | null, contents: Contents): string {
  if (!repairs) return deck
  const memory = resources ? memoryPerRank(resources) : null
  const means = {
    perRank: memory?.ok ? memory.value : 0,
    atoms: repairs.geometry ? orThrow(readXyz(contents(repairs.geometry))) : null,
  }
  return repairedDeck(deck, memory?.ok ? repairs : { ...repairs, memory: false }, means)
}

/** Memory, and orbitals to begin with, change no result. */
function withoutMeans(input: NwchemInput): NwchemInput {
  if (!input.repairs) return input
  const { vectors: _, memory: __, ...repairs } = input.repairs
  return { ...input, repairs }
}

/** The input, each member looked at; a fault names the field as the terminal does. */
function parse(json: Json): Result<NwchemInput> {
  const input = record(json)
  const { vectors } = record(input.repairs)
  if (vectors !== undefined) {
    const files = readFiles([vectors])
    if (!files.ok) return files
  }
  if (input.kind === 'deck') {
    const deck = checkDeck(json, OUTPUT)
    return deck.ok ? ok(json as NwchemInput) : deck
  }
  if (input.kind !== 'calculation') return badInput('input', 'Neither a deck nor a calculation.')
  const common = checkCalculation(json, tasks)
  if (!common.ok) return common
  for (const field of ['xc', 'basis'] as const) {
    if (typeof input[field] !== 'string') return badInput(field, `${field} is wanted.`)
  }
  if (input.cavity !== undefined && input.cavity !== 'UFF')
    return badInput('cavity', 'A cavity is UFF, or is left out.')
  const shielding = checkShieldingLevel(json)
  if (!shielding.ok) return shielding
  if (typeof input.autoz !== 'boolean') return badInput('autoz', 'autoz is true or false.')
  return ok(json as NwchemInput)
}

function checkShieldings(
  { multiplicity }: NwchemCalculation,
  level: { readonly label: string; readonly shieldings: boolean },
): Result<void> {
  if (multiplicity > 1) {
    return badInput(
      'mult',
      `Shieldings of multiplicity ${multiplicity} mean nothing.`,
      'NWChem computes them without a word; only closed shells are offered',
    )
  }
  if (!level.shieldings) return badInput('xc', `NWChem has no shieldings with ${level.label}.`)
  return ok(undefined)
}

/** A person's deck without what does not change its result: comments, title, memory, names of the run, echo. */
function essence(deck: string): string {
  return deck
    .split(/\r\n|\r|\n/)
    .map(line => line.replace(/#.*/, '').trim().replaceAll(/\s+/g, ' '))
    .filter(line => line !== '' && !/^(title|memory|start|echo|scratch_dir|permanent_dir)\b/i.test(line))
    .join('\n')
}
