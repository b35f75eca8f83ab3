import type { Json } from '../../ids.ts'
import { badInput, ok, orThrow, type Result } from '../../result.ts'
import { sh } from '../../sh.ts'
import { findSolvent } from '../../solvents.ts'
import { checkCalculation, checkDeck, geometryOf, onLastGeometry, plainTitle } from '../calculation.ts'
import { record } from '../files.ts'
import type { Program } from '../program.ts'
import { writeXyz } from '../xyz.ts'
import type { XtbCalculation, XtbInput } from './input.ts'
import { checkOptions, taskOptions, xtbSolvents } from './options.ts'
import { xtbPlaces } from './places.ts'
import { xtbReader } from './reader.ts'
import { repairs } from './repairs.ts'

const OUTPUT = 'xtb.out'
const STRUCTURE = 'larmor.xyz'
const tasks = ['opt', 'sp', 'freq', 'opt+freq']
const methods: Readonly<Record<string, readonly string[]>> = {
  gfn2: ['--gfn', '2'],
  gfn1: ['--gfn', '1'],
  gfnff: ['--gfnff'],
}

/** An empty structure makes xtb 6.5 read for ever, one that is not there ends it: neither is started. */
const RUN = 'if [ -s "$2" ]; then exec "$@"; else echo "the structure $2 is empty or missing" >&2; exit 66; fi'

/** xtb 6.2 to 6.7, with threads in place of ranks; options are those of 6.5.1. */
export const xtb: Program = {
  id: 'xtb',
  label: 'xtb',
  executable: 'xtb',
  version: { args: ['--version'], read: printed => /\bversion\s+(\d[\w.]*)/.exec(printed)?.[1] ?? null },
  output: OUTPUT,
  scratch: ['xtbrestart', 'scoord.*', 'mdrestart', '*.mol.tmp'],
  exitDecides: false,
  repairs,
  findPlaces: xtbPlaces,

  check(json, resources) {
    const input = parse(json)
    if (!input.ok) return input
    if (!Number.isInteger(resources.ranks) || resources.ranks < 1)
      return badInput('ranks', 'At least one rank is needed.')
    return input.value.kind === 'deck' ? ok(undefined) : checkWords(input.value)
  },

  contents(json) {
    const input = orThrow(parse(json))
    return input.kind === 'deck' ? [] : [input.geometry]
  },

  files(json, _, contents) {
    const input = orThrow(parse(json))
    if (input.kind === 'deck') return input.files.map(({ name, ...content }) => ({ name, content }))
    return [{ name: STRUCTURE, text: writeXyz(geometryOf(input, contents), plainTitle(input.title)) }]
  },

  command(json, { ranks }, executable) {
    const input = orThrow(parse(json))
    const [structure, args] = input.kind === 'deck' ? [input.main, input.args] : [STRUCTURE, argsOf(input)]
    return sh`sh -c ${RUN} sh ${executable} ${structure} ${args} --parallel ${ranks}`
  },

  options(json) {
    const input = orThrow(parse(json))
    const words = input.kind === 'deck' ? input.args : argsOf(input)
    const lines: string[] = []
    for (const word of words) {
      // What follows an option up to the next one are its values; a number may be negative.
      const isOption = /^-(?![\d.])/.test(word)
      if (isOption || lines.length === 0) lines.push(word)
      else lines.push(`${lines.pop()} ${word}`)
    }
    return lines
  },

  calculation(json, contents) {
    const input = orThrow(parse(json))
    if (input.kind === 'calculation') {
      return { program: 'xtb', args: argsOf(input), structure: writeXyz(geometryOf(input, contents), '') }
    }
    const files = input.files.map(({ name, sha256 }) => ({ name, sha256 }))
    return { program: 'xtb', args: input.args, main: input.main, files }
  },

  edited(json, files) {
    const input = orThrow(parse(json))
    const [main, args] = input.kind === 'deck' ? [input.main, input.args] : [STRUCTURE, argsOf(input)]
    return { kind: 'deck', files, main, args }
  },

  reader(json) {
    const input = parse(json)
    return xtbReader(input.ok ? input.value : null)
  },

  restart: (json, last) => (parse(json).ok ? onLastGeometry(json, last) : json),
}

function argsOf({
  task,
  method,
  charge,
  multiplicity,
  solvent,
  max_cycles,
  iterations,
}: XtbCalculation): readonly string[] {
  const alpb = xtbSolvents[solvent]
  return [
    ...(methods[method] ?? []),
    ...['--chrg', String(charge), '--uhf', String(multiplicity - 1)],
    ...(alpb === undefined ? [] : ['--alpb', alpb]),
    ...taskOptions(task),
    ...(iterations === undefined ? [] : ['--iterations', String(iterations)]),
    ...(task.startsWith('opt') ? ['--cycles', String(max_cycles)] : []),
  ]
}

function checkWords({ method, solvent }: XtbCalculation): Result<void> {
  if (!Object.hasOwn(methods, method))
    return badInput('method', `xtb has no method ${method}.`, `Known are ${Object.keys(methods).join(', ')}`)
  const found = findSolvent(solvent)
  if (!found.ok) return found
  const { id, label } = found.value
  if (id !== 'gas' && !Object.hasOwn(xtbSolvents, id)) return badInput('solvent', `xtb's ALPB has no ${label}.`)
  return ok(undefined)
}

/** The input, each member looked at; a fault names the field as the terminal does. */
function parse(json: Json): Result<XtbInput> {
  const input = record(json)
  if (input.kind === 'deck') {
    const deck = checkDeck(json, OUTPUT)
    if (!deck.ok) return deck
    const { args } = input
    if (!Array.isArray(args) || !args.every(arg => typeof arg === 'string')) {
      return badInput('args', 'Options are words.')
    }
    const checked = checkOptions(args as readonly string[])
    return checked.ok ? ok(json as XtbInput) : checked
  }
  if (input.kind !== 'calculation') return badInput('input', 'Neither a deck nor a calculation.')
  const common = checkCalculation(json, tasks)
  if (!common.ok) return common
  if (typeof input.method !== 'string') return badInput('method', 'A method is wanted.')
  return ok(json as XtbCalculation)
}
