import type { Json } from '../../ids.ts'
import type { Resources } from '../../model/job.ts'
import { badInput, ok, orThrow, type Result } from '../../result.ts'
import { sh } from '../../sh.ts'
import {
  checkCalculation,
  checkDeck,
  checkShieldingLevel,
  contentsOf,
  deckOf,
  geometryOf,
  onLastGeometry,
} from '../calculation.ts'
import { record } from '../files.ts'
import type { Contents, Program } from '../program.ts'
import { readXyz } from '../xyz.ts'
import { deckBody, deckText, findWords, maxcore, RESTART } from './deck.ts'
import type { OrcaCalculation, OrcaInput } from './input.ts'
import { orcaPlaces } from './places.ts'
import { orcaReader } from './reader.ts'
import { repairedDeck } from './repaired-deck.ts'
import { repairs } from './repairs.ts'

const OUTPUT = 'orca.out'
const DECK = 'larmor.inp'
const tasks = ['opt', 'nmr', 'sp', 'freq', 'opt+nmr']

/** ORCA starts its own processes, and finds its modules only where it was started by its full path. */
const RUN = 'exec "$(readlink -f "$(command -v "$1")")" "$2"'

/**
 * ORCA 4 to 6. Its outputs are read; the inputs that Larmor writes follow its manual and were never run by Larmor's
 * authors, for ORCA may not be passed on with it.
 */
export const orca: Program = {
  id: 'orca',
  label: 'ORCA',
  executable: 'orca',
  // Without a full path `orca` may be the screen reader of GNOME, which prints no such line.
  version: { args: ['--version'], read: printed => /Program Version (\d[\w.]*)/.exec(printed)?.[1] ?? null },
  output: OUTPUT,
  // Not *.gbw: the orbitals are what a restart goes on from.
  scratch: ['*.tmp', '*.tmp.*', '*.densities', '*.densitiesinfo', '*.bibtex', '*.ges', '*.K*', '*.ints*', '*.cpcm'],
  restartFiles: ['*.gbw'],
  exitDecides: false,
  repairs,
  findPlaces: orcaPlaces,

  check(json, resources) {
    const input = parse(json)
    if (!input.ok) return input
    if (!Number.isInteger(resources.ranks) || resources.ranks < 1)
      return badInput('ranks', 'At least one rank is needed.')
    if (input.value.kind === 'deck') return ok(undefined)
    const memory = maxcore(resources)
    if (!memory.ok) return memory
    const words = findWords(input.value)
    if (!words.ok) return words
    if (input.value.task.endsWith('nmr') && input.value.multiplicity > 1) {
      return badInput('mult', `Shieldings of multiplicity ${input.value.multiplicity} are not offered.`)
    }
    return ok(undefined)
  },

  contents: json => contentsOf(orThrow(parse(json))),

  files(json, resources, contents) {
    const input = orThrow(parse(json))
    if (input.kind === 'deck') {
      const { files, main, repairs } = input
      if (!repairs) return files.map(({ name, ...content }) => ({ name, content }))
      return [
        ...files.map(({ name, ...content }) =>
          name === main ? { name, text: repaired(contents(content), input, resources, contents) } : { name, content },
        ),
        ...(repairs.orbitals ? [{ name: RESTART, content: repairs.orbitals }] : []),
      ]
    }
    const text = deckText(
      input,
      orThrow(findWords(input)),
      geometryOf(input, contents),
      resources,
      orThrow(maxcore(resources)),
    )
    return [
      { name: DECK, text: repaired(text, input, resources, contents) },
      ...(input.restart ? [{ name: RESTART, content: input.restart }] : []),
    ]
  },

  command(json, _, executable) {
    const input = orThrow(parse(json))
    return sh`sh -c ${RUN} sh ${executable} ${input.kind === 'deck' ? input.main : DECK}`
  },

  calculation(json, contents) {
    const input = orThrow(parse(json))
    if (input.kind === 'calculation') {
      if (input.restart) return null
      const body = deckBody(input, orThrow(findWords(input)), geometryOf(input, contents))
      return { program: 'orca', deck: repaired(body, input, null, contents) }
    }
    const { text: deck, others } = deckOf(input, contents)
    // What such an input starts from lies outside of it.
    if (/(^|[\s"'])(~|\.\.)?\/\S/m.test(deck)) return null
    // What it begins with, and how much memory it has, change no result.
    const whole = repaired(deck, input, null, contents)
    return { program: 'orca', deck: essence(whole), files: others.map(({ name, sha256 }) => ({ name, sha256 })) }
  },

  reader(json) {
    const input = parse(json)
    return orcaReader(input.ok ? input.value : null)
  },

  edited(json, files) {
    const input = orThrow(parse(json))
    return { kind: 'deck', files, main: input.kind === 'deck' ? input.main : DECK }
  },

  restart: (json, last) => (parse(json).ok ? onLastGeometry(json, last) : json),
}

/** An input as it is sent: with its repairs, if it has any. `resources` null: what changes no result is left out. */
function repaired(text: string, { repairs }: OrcaInput, resources: Resources | null, contents: Contents): string {
  if (!repairs) return text
  const { orbitals, resources: own, ...others } = repairs
  const memory = resources ? maxcore(resources) : null
  const means = {
    maxcore: memory?.ok ? memory.value : 0,
    ranks: resources?.ranks ?? 1,
    atoms: repairs.geometry ? orThrow(readXyz(contents(repairs.geometry))) : null,
    orbitals: RESTART,
  }
  const all = {
    ...others,
    ...(own && memory?.ok ? { resources: own } : {}),
    ...(orbitals && resources ? { orbitals } : {}),
  }
  return repairedDeck(text, all, means)
}

/** The input, each member looked at; a fault names the field as the terminal does. */
function parse(json: Json): Result<OrcaInput> {
  const input = record(json)
  if (input.kind === 'deck') {
    const deck = checkDeck(json, OUTPUT)
    return deck.ok ? ok(json as OrcaInput) : deck
  }
  if (input.kind !== 'calculation') return badInput('input', 'Neither a deck nor a calculation.')
  const common = checkCalculation(json, tasks)
  if (!common.ok) return common
  for (const field of ['xc', 'basis'] as const) {
    if (input[field] !== null && typeof input[field] !== 'string') return badInput(field, `${field} is a name or null.`)
  }
  if (typeof input.keywords !== 'string') return badInput('keywords', 'Keywords is a text.')
  const shielding = checkShieldingLevel(json)
  if (!shielding.ok) return shielding
  if (typeof input.cartesian !== 'boolean') return badInput('cartesian', 'Cartesian is true or false.')
  if (input.restart !== null && typeof record(input.restart).sha256 !== 'string') {
    return badInput('restart', 'A restart names orbitals, or is null.')
  }
  return ok(json as OrcaCalculation)
}

/** A person's input without what does not change its result: comments, memory, number of processes. */
function essence(deck: string): string {
  return deck
    .replaceAll(/%pal\b[\s\S]*?\bend\b/gi, '')
    .split(/\r\n|\r|\n/)
    .map(line =>
      line
        .replace(/#.*/, '')
        .replaceAll(/\bpal\d+\b/gi, '')
        .trim()
        .replaceAll(/\s+/g, ' '),
    )
    .filter(line => line !== '' && line !== '!' && !/^%maxcore\b/i.test(line))
    .join('\n')
}
