import { atomicNumber } from '../../nmr/elements.ts'
import { badInput, ok, type Result } from '../../result.ts'

type Values = 'file' | 'none' | 'number' | 'whole' | 'word' | 'level'

/**
 * The options of xtb 6.5 that Larmor passes on, with what follows them. Others are refused: xtb takes an unknown one
 * with a warning, or a wrong value without, and computes something else (`--gfn 7` is GFN2). Structures, processes, and
 * what writes or reads other files are not among them.
 */
const options: Readonly<Record<string, Values>> = {
  '--gfn': 'whole',
  '--gfn1': 'none',
  '--gfn2': 'none',
  '--gfnff': 'none',
  '--chrg': 'whole',
  '-c': 'whole',
  '--uhf': 'whole',
  '-u': 'whole',
  '--opt': 'level',
  '-o': 'level',
  '--ohess': 'level',
  '--hess': 'none',
  '--grad': 'none',
  '--scc': 'none',
  '--sp': 'none',
  '--alpb': 'word',
  '--gbsa': 'word',
  '-g': 'word',
  '--acc': 'number',
  '-a': 'number',
  '--etemp': 'number',
  '--iterations': 'whole',
  '--cycles': 'whole',
  '--norestart': 'none',
  '--vip': 'none',
  '--vea': 'none',
  '--vipea': 'none',
  '--vfukui': 'none',
  '--esp': 'none',
  '--lmo': 'none',
  '--dipro': 'none',
  '--pop': 'none',
  '--molden': 'none',
  '--json': 'none',
  '--strict': 'none',
  '--input': 'file',
  '-I': 'file',
  '--verbose': 'none',
  '-v': 'none',
}

const TASKS = ['--opt', '-o', '--ohess', '--hess', '--sp', '--scc', '--grad']
const LEVELS = ['crude', 'sloppy', 'loose', 'lax', 'normal', 'tight', 'vtight', 'extreme']
/** Reference states of a free energy of solvation, which may stand behind a solvent. */
const STATES = ['reference', 'bar1mol']

/** Solvents that ALPB of xtb 6.5.1 has for GFN1 or GFN2, by the ids of shared/solvents.ts. */
export const xtbSolvents: Readonly<Record<string, string>> = {
  cdcl3: 'chcl3',
  dmso: 'dmso',
  d2o: 'water',
  cd3od: 'methanol',
  c6d6: 'benzene',
  cd3cn: 'acetonitrile',
  acetone: 'acetone',
  thf: 'thf',
  toluene: 'toluene',
  cd2cl2: 'ch2cl2',
  dmf: 'dmf',
}

/** Options of a task, as `--task` names it; none for a single point. */
export function taskOptions(task: string): readonly string[] {
  return { opt: ['--opt'], freq: ['--hess'], 'opt+freq': ['--ohess'] }[task] ?? []
}

/** Whether a file is a structure in a format that xtb reads and Larmor can check, by its name. */
export function isStructureOfXtb(name: string): boolean {
  return /(\.(xyz|mol|sdf|coord|tmol)|^coord)$/i.test(name) && !name.includes('/')
}

/** GFN has parameters up to radon; with any other xtb 6.5 crashes, or computes with none. */
const LAST_ELEMENT = 86

/** Refused (`geometry`): elements that xtb has no parameters for. */
export function checkElements(elements: readonly string[]): Result<void> {
  const without = elements.find(element => atomicNumber(element) > LAST_ELEMENT)
  return without === undefined ? ok(undefined) : badInput('geometry', `xtb has no parameters for ${without}.`)
}

/** What options say that Larmor must know; null where they do not. */
export interface SaidByOptions {
  readonly charge: number | null
  readonly unpaired: number | null
  /** The option that says what is computed. */
  readonly task: string | null
}

/** Refused (`keywords`): what xtb would misread. */
export function checkOptions(args: readonly string[]): Result<SaidByOptions> {
  let charge: number | null = null
  let unpaired: number | null = null
  let task: string | null = null
  for (let i = 0; i < args.length; i++) {
    const name = args[i] as string
    const kind = Object.hasOwn(options, name) ? options[name] : undefined
    if (kind === undefined) {
      return badInput(
        'keywords',
        `xtb's option ${name} is not passed on.`,
        `Known are ${Object.keys(options).join(' ')}`,
      )
    }
    const value = args[i + 1]
    if (TASKS.includes(name)) task = name
    if (kind === 'none') continue
    if (kind === 'level') {
      if (value !== undefined && !value.startsWith('-')) {
        if (!LEVELS.includes(value)) return badInput('keywords', `${name} ${value}: no level of xtb is called that.`)
        i += 1
      }
      continue
    }
    if (value === undefined) return badInput('keywords', `${name} wants a value.`)
    i += 1
    if (kind === 'file' && !/^[A-Za-z0-9_][\w.-]*$/.test(value))
      return badInput('keywords', `${name} ${value}: no file.`)
    if (kind === 'word' && !/^[a-z0-9]+$/i.test(value)) return badInput('keywords', `${name} ${value}: no solvent.`)
    if (kind === 'word' && STATES.includes(args[i + 1] ?? '')) i += 1
    if (kind === 'number' && !(Number(value) > 0)) return badInput('keywords', `${name} wants a number, not ${value}.`)
    if (kind === 'whole' && !/^[+-]?\d+$/.test(value)) {
      return badInput('keywords', `${name} wants a whole number, not ${value}.`)
    }
    if (name === '--gfn' && !['1', '2'].includes(value)) {
      return badInput(
        'keywords',
        `--gfn ${value} is no method that xtb has.`,
        '1, 2, or --gfnff: xtb would take GFN2 unasked',
      )
    }
    if (name === '--chrg' || name === '-c') charge = Number(value)
    if (name === '--uhf' || name === '-u') unpaired = Number(value)
  }
  return ok({ charge, unpaired, task })
}
