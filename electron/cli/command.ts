import { type ParseArgsConfig, parseArgs } from 'node:util'
import { FaultError } from '../../shared/result.ts'
import { nearest } from './nearest.ts'
import type { Terminal } from './terminal.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** What a command gets besides its arguments. */
export interface Surroundings {
  /** The data folder. */
  readonly home: string
  readonly terminal: Terminal
  /** The working folder, for relative file names. */
  readonly cwd: string
}

/** One command of the terminal. */
export interface CliCommand {
  readonly name: string
  /** What stands behind the name, for the help. */
  readonly usage: string
  readonly summary: string
  /** What its arguments mean where their names do not tell, for the help, a line each. */
  readonly details?: readonly string[]
  /** What holds where an option is left out, for the help. */
  readonly defaults?: string
  readonly options: Options
  /** Does it and returns the exit status; a FaultError ends it with its own. */
  run(surroundings: Surroundings, given: Given): Promise<number>
}

/** Arguments as they were given: options by name, and the words between them. */
export interface Given {
  readonly words: readonly string[]
  text(name: string): string | undefined
  /** All that were given of an option that may be given several times. */
  texts(name: string): readonly string[]
  flag(name: string): boolean
  /** A number not below `least`, or undefined when it was not given; anything else is bad input. */
  number(name: string, least?: number): number | undefined
}

const COMMON: Options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } }

/** What numbers are of, where a person may write it behind them. */
const UNITS: Readonly<Record<string, string>> = { memory: ' of MB, in total per job,' }

/** Splits a command's arguments; an unknown option or a missing value is bad input, naming the option. */
export function parseGiven(command: CliCommand, args: readonly string[]): Given {
  const { values, positionals } = parse(command, args)
  const text = (name: string) => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    words: positionals,
    text,
    texts(name) {
      const value = values[name]
      return Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
    },
    flag: name => values[name] === true,
    number(name, least = 0) {
      const given = text(name)
      if (given === undefined) return undefined
      const value = Number(given)
      if (given.trim() === '' || !Number.isFinite(value) || value < least) {
        const what = `a number${UNITS[name] ?? ''}${least > 0 || value < 0 ? ` of at least ${least}` : ''}`
        throw badArgument(name, `--${name} wants ${what}, not "${given}".`)
      }
      return value
    },
  }
}

function parse({ name, options, usage }: CliCommand, args: readonly string[]) {
  const all = { ...COMMON, ...options }
  try {
    return parseArgs({ args: joinNegative(args, all), options: all, allowPositionals: true, strict: true })
  } catch (error) {
    const message =
      error instanceof Error ? (/^.*?\.(?=\s|$)/s.exec(error.message)?.[0] ?? error.message) : String(error)
    const field = /--(?<option>[\w-]+)/.exec(message)?.groups?.option
    const meant = field !== undefined && !Object.hasOwn(all, field) ? nearest(field, Object.keys(all)) : null
    const asked = meant === null ? message : `${message} Is --${meant} meant?`
    throw badArgument(field ?? 'arguments', asked, `larmor ${name} ${usage}`)
  }
}

/** `--charge -1` as `--charge=-1`: parseArgs takes what begins with a dash for another option. */
function joinNegative(args: readonly string[], options: Options): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const last = joined.at(-1) ?? ''
    const takesValue = last.startsWith('--') && options[last.slice(2)]?.type === 'string'
    // A program's own options are one value: `--keywords "--gfn 1"`.
    const isWords = last === '--keywords' && arg.startsWith('-') && !Object.hasOwn(options, arg.slice(2))
    if (takesValue && (isWords || /^-\.?\d/.test(arg))) joined[joined.length - 1] = `${last}=${arg}`
    else joined.push(arg)
  }
  return joined
}

export function badArgument(field: string, message: string, hint?: string): FaultError {
  return new FaultError({ code: 'bad-input', field, message, ...(hint === undefined ? {} : { hint }) })
}

/** The one word that a command wants, or a fault that says which. */
export function oneWord({ words }: Given, what: string, field = what.toLowerCase()): string {
  const [word, ...more] = words
  if (word === undefined || word === '') throw badArgument(field, `${what} is missing.`)
  if (more.length > 0) throw badArgument(field, `One ${what} is wanted, not ${words.length}.`)
  return word
}

/** "H:MM", "H:MM:SS", or a plain number of hours, as seconds. */
export function readTime(text: string): number {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? []
  const total =
    hours === undefined ? Number(text) * 3600 : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  if (!Number.isFinite(total) || total <= 0) throw badArgument('time', `--time wants H:MM, not "${text}".`)
  return total
}
