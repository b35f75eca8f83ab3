import type { Json } from '../ids.ts'
import { badInput, ok, orThrow, type Result } from '../result.ts'
import { sh } from '../sh.ts'
import { createCursor } from './cursor.ts'
import { type GivenFile, readFiles, record } from './files.ts'
import { type Evidence, type Program, unread } from './program.ts'
import { byFirstCharacter } from './rules.ts'

/** Files of a person, of which one is run. */
export type CommandInput = {
  readonly files: readonly GivenFile[]
  /** The script that is run, one of the files. */
  readonly main: string
  readonly args: readonly string[]
}

const OUTPUT = 'output.txt'

const NO_RULES = byFirstCharacter([])

/** A script names its interpreter in its first line, or it is one of sh. One simple command: it keeps its process. */
const RUN = 'case $(head -c 2 "$1") in "#!") chmod u+x "$1" && exec "$@" ;; *) exec sh "$@" ;; esac'

/** Any command at all: Larmor cannot read its output, so its exit status decides, and its result is never reused. */
export const command: Program = {
  id: 'command',
  label: 'Command',
  executable: null,
  output: OUTPUT,
  scratch: [],
  exitDecides: true,

  check(json, { ranks }) {
    if (!Number.isInteger(ranks) || ranks < 1) return badInput('ranks', 'At least one rank is needed.')
    const input = parse(json)
    return input.ok ? ok(undefined) : input
  },
  contents: () => [],
  files: json => orThrow(parse(json)).files.map(({ name, ...content }) => ({ name, content })),
  command(json) {
    const { main, args } = orThrow(parse(json))
    return sh`sh -c ${RUN} sh ${`./${main}`} ${args}`
  },
  calculation: () => null,
  restart: json => json,
  edited: (json, files) => ({ ...orThrow(parse(json)), files }),

  // Of what it prints nothing is known but that a program which fails says why in its last words on stderr.
  reader() {
    const cursor = createCursor(0)
    let last: Evidence | null = null
    const hear = (line: string) => {
      if (line.trim() !== '') last = cursor.here(line)
    }
    const lines = (batch: readonly string[], file: string) =>
      cursor.read(batch, file, NO_RULES, { isBusy: () => false, one() {}, hear })
    return {
      line: (text, file) => lines([text], file),
      lines,
      reading: () => (last ? { ...unread, evidence: [last] } : unread),
    }
  },
}

function parse(json: Json): Result<CommandInput> {
  const { files, main, args } = record(json)
  const given = readFiles(files)
  if (!given.ok) return given
  if (!given.value.some(file => file.name === main)) return badInput('main', 'The script is not among the files.')
  if (given.value.some(file => file.name === OUTPUT))
    return badInput('files', `${OUTPUT} is the output's name.`, 'Rename it')
  if (!Array.isArray(args) || !args.every(arg => typeof arg === 'string' && !arg.includes('\0'))) {
    return badInput('args', 'Arguments are words.')
  }
  return ok(json as CommandInput)
}
