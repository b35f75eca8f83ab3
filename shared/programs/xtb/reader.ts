import { elementSymbol } from '../../nmr/elements.ts'
import { type Category, sentence as sentenceOf } from '../categories.ts'
import {
  type Cause,
  type CauseTable,
  type Complaint,
  evidenceAt,
  evidenceOf,
  findCause,
  isNonsense,
  strongest,
} from '../complaints.ts'
import { decimals, numberOrNull } from '../numbers.ts'
import type { Evidence, GeometryAtom, OptCycle, OutputReader, OutputReading } from '../program.ts'
import { byFirstCharacter, byFirstWord, isStderrFile, type LineByLine, lastLines, type Rule, sift } from '../rules.ts'
import { surroundingCause, surroundingRules } from '../surroundings.ts'
import type { XtbInput } from './input.ts'

/** The factor that xtb has between bohr and angstrom (aatoau of xtb_mctc_convert). */
const ANGSTROM_PER_BOHR = 0.52917726

const MOST_COMPLAINTS = 30

/** From xtb 6.2 to 6.6: real outputs, and the messages in its sources (env%error, raise). */
const causes: CauseTable = [
  [
    /charge iterator did not converge|SCC? .*did not converge|scf.* not converged?|convergence criteria cannot/i,
    'scf-not-converged',
    2,
  ],
  [
    /very\* short distance|REFUSES TO CONTINUE|very\* close|Cannot map symbol|unknown element|Atom number missmatch|reading geometry input|molecular structure/i,
    'geometry',
    2,
  ],
  [
    /(unpaired electrons|multiplicity|spin).*(odd|even|impossible|not compatible|match)|Not enough basis functions for filling/i,
    'multiplicity',
    2,
  ],
  [
    /No input file given|(cannot|could not|unable to) (open|find|read) .*file|file .*(not found|does not exist|not exist)/i,
    'missing-file',
    2,
  ],
  [
    /not parametrized|not available for this (element|method)|no parameters? for|parametrisation .*(missing|not found)|Could not (read|find) .*param/i,
    'bad-input',
    2,
  ],
  [
    /argument parsing|no valid runtyp|unknown (option|argument|keyword|instruction)|invalid|not (known|supported|implemented)|Could not setup defaults/i,
    'bad-input',
    2,
  ],
  [/memory|allocat/i, 'out-of-memory', 2],
  [
    /geometry optimi[sz]ation .*fail|optimi[sz]ation .*did not converge|FAILED TO CONVERGE GEOMETRY/i,
    'opt-not-converged',
    2,
  ],
  [/No space left|disk|writing.*fail/i, 'disk', 2],
]

/** On stderr, by its handler of SIGTERM and SIGINT; it then ends with status 1. */
const endedFromOutside: Cause = { category: 'killed', weight: 1 }
const OUTSIDE = /^(rec(ei|ie)ved SIG(TERM|INT)|external termination of xtb)/

/** Reads outputs of xtb 6.2 to 6.7 line by line, cut anywhere. What it says on stderr is no proof of anything. */
export function xtbReader(input: XtbInput | null): OutputReader {
  const lineNumbers = new Map<string, number>()
  let file = ''
  let output = ''
  let isStderr = false
  let lineNumber = 0
  const last = lastLines(2)

  let isXtb = false
  let version: string | null = null
  let call = ''
  let finished: Evidence | null = null
  let fatal: Evidence | null = null
  /** Between `[ERROR]` and the rule of hashes that closes it. */
  let inError = false
  let complaints: Complaint[] = []
  let heard: Complaint[] = []
  let energy: number | null = null
  let lastEnergy: { readonly hartree: number; readonly evidence: Evidence } | null = null
  let scf: 'none' | 'done' | 'failed' = 'none'
  let scfCycle: number | null = null
  let scfTable = false
  let optimising = false
  let optimised = false
  let optCycles: number | null = null
  let cycles: OptCycle[] = []
  let gradientTarget: number | null = null
  let geometry: readonly GeometryAtom[] | null = null
  let charges: readonly number[] | null = null
  let frequencies: number[] | null = null
  let imaginary: number | null = null
  let dipole: number | null = null
  let inDipole = false
  let timesOf: 'none' | 'total' = 'none'
  let wall: number | null = null
  let cpu: number | null = null
  let threads: number | null = null
  let basisFunctions: number | null = null
  let dielectric: number | null = null
  /** An option that xtb did not know, and went on without. */
  let ignored: Evidence | null = null
  let table: ((line: string) => boolean) | null = null

  function here(line: string): Evidence {
    return evidenceAt(file, lineNumber, line)
  }
  function complain(cause: Cause, line: string): void {
    if (complaints.length < MOST_COMPLAINTS) complaints.push({ ...cause, evidence: here(line) })
  }
  function forget(category: Category): void {
    complaints = complaints.filter(each => each.category !== category)
  }

  /** A new run of xtb, maybe not the first in this file: what it says decides. */
  function banner(): void {
    isXtb = true
    finished = null
    fatal = null
    inError = false
    complaints = []
    scf = 'none'
    optimising = false
    optimised = false
    optCycles = null
    cycles = []
    call = ''
    ignored = null
  }

  function setEnergy(line: string): void {
    const word = /(-?[\d.]+|NaN|\*+)\s+Eh/.exec(line)?.[1]
    const hartree = decimals(word, 12)
    if (hartree === null && !/NaN|\*{3}/.test(word ?? '')) return
    lastEnergy = { hartree: hartree ?? Number.NaN, evidence: here(line) }
    energy = hartree
  }

  function setWall(line: string): void {
    if (timesOf === 'total') wall = time(line) ?? wall
  }

  function time(line: string): number | null {
    const parts = /:\s*(\d+) d,\s*(\d+) h,\s*(\d+) min,\s*([\d.]+) sec/.exec(line)
    if (!parts) return null
    const [d, h, m, s] = parts.slice(1).map(Number) as [number, number, number, number]
    return Math.round((d * 86400 + h * 3600 + m * 60 + s) * 1000) / 1000
  }

  /** The structure stands there in the format of the input: xyz, Turbomole's coord, or an MDL molfile. */
  function beginStructure(): void {
    let format: 'unknown' | 'xyz' | 'coord' | 'mol' = 'unknown'
    let wanted = 0
    let skip = 0
    const rows: GeometryAtom[] = []
    function atom(name: string | undefined, words: readonly string[], scale: number): boolean {
      const element = elementSymbol(name ?? '')
      const at = words.map(word => Number(word) * scale)
      if (element === undefined || at.length !== 3 || !at.every(Number.isFinite)) return false
      rows.push([element, at[0] as number, at[1] as number, at[2] as number])
      if (rows.length === wanted) geometry = rows
      return true
    }
    table = line => {
      if (skip > 0) {
        skip -= 1
        return true
      }
      const words = line.trim().split(/\s+/)
      if (format === 'unknown') {
        if (line.startsWith('====') && rows.length === 0) return true
        if (line.startsWith('$coord')) format = 'coord'
        else if (/^\s*\d+\s*$/.test(line)) {
          format = 'xyz'
          wanted = Number(line)
          skip = 1
        } else if (/V[23]000\s*$/.test(line)) {
          format = 'mol'
          wanted = Number(line.slice(0, 3))
        } else return !/^\s*-{5}|^ Bond Distances/.test(line)
        return wanted > 0 || format === 'coord'
      }
      if (format === 'coord') {
        if (line.startsWith('$')) {
          if (rows.length > 0) geometry = rows
          return false
        }
        return atom(words[3], words.slice(0, 3), ANGSTROM_PER_BOHR)
      }
      if (rows.length === wanted) return false
      return format === 'xyz' ? atom(words[0], words.slice(1, 4), 1) : atom(words[3], words.slice(0, 3), 1)
    }
  }

  function beginCharges(row: RegExp): void {
    const rows: number[] = []
    table = line => {
      const charge = row.exec(line)?.[1]
      if (charge === undefined) {
        if (line.trim() === '' && rows.length > 0) charges = rows
        return false
      }
      rows.push(Number(charge))
      return true
    }
  }

  const rules: readonly Rule[] = [
    ['|                           x T B ', banner],
    ['* xtb version', line => (version = /version\s+(\S+)/.exec(line)?.[1] ?? version)],
    ['program call ', line => (call = line.slice(line.indexOf(':') + 1).trim())],
    ['omp threads ', line => (threads = numberOrNull(line.slice(line.indexOf(':') + 1)) ?? threads)],
    [
      ':  # basis functions',
      line => (basisFunctions = numberOrNull(/(\d+)\s+:\s*$/.exec(line)?.[1]) ?? basisFunctions),
    ],
    ['Dielectric constant', line => (dielectric = numberOrNull(line.trim().split(/\s+/).at(-1)) ?? dielectric)],
    ['iter      E', () => (scfTable = true)],
    [
      '*** convergence criteria satisfied after',
      line => {
        scfCycle = numberOrNull(/after\s+(\d+)/.exec(line)?.[1]) ?? scfCycle
        scf = 'done'
        scfTable = false
        forget('scf-not-converged')
      },
    ],
    [
      '*** convergence criteria cannot be satisfied',
      line => {
        scfCycle = numberOrNull(/within\s+(\d+)/.exec(line)?.[1]) ?? scfCycle
        scf = 'failed'
        scfTable = false
        complain({ category: 'scf-not-converged', weight: 2 }, line)
      },
    ],
    [
      '.............................. CYCLE',
      () => {
        optCycles = (optCycles ?? 0) + 1
        optimising = true
        scfTable = true
      },
    ],
    [
      '* total energy  :',
      line => {
        const hartree = decimals(/:\s*(\S+)\s+Eh/.exec(line)?.[1], 7)
        if (hartree !== null && optimising && cycles.length < (optCycles ?? 0)) {
          cycles.push({ energy_hartree: hartree, gradient: null })
        }
      },
    ],
    [
      'gradient norm :',
      line => {
        const cycle = cycles.at(-1)
        const gradient = decimals(/:\s*(\S+)\s+Eh/.exec(line)?.[1], 7)
        if (!cycle || gradient === null || !optimising) return
        cycles[cycles.length - 1] = {
          ...cycle,
          gradient,
          ...(gradientTarget === null ? {} : { target: gradientTarget }),
        }
      },
    ],
    [':   grad. convergence', line => (gradientTarget = decimals(/convergence\s+(\S+) Eh/.exec(line)?.[1], 7))],
    ['|                        A N C O P T', () => (optimising = true)],
    [
      '*** GEOMETRY OPTIMIZATION CONVERGED',
      () => {
        optimised = true
        forget('opt-not-converged')
      },
    ],
    ['*** FAILED TO CONVERGE GEOMETRY', line => complain({ category: 'opt-not-converged', weight: 2 }, line)],
    ['final structure:', beginStructure],
    [':: total energy ', setEnergy],
    ['| TOTAL ENERGY ', setEnergy],
    // "     1   6 C        3.751    -0.123    22.921     6.828"
    ['#   Z          covCN', () => beginCharges(/^\s*\d+\s+\d+\s+[A-Za-z]{1,2}\s+-?\d+\.\d+\s+(-?\d+\.\d{3})\s/)],
    // GFN1: "     1C    -0.09085 -0.23923   1.008  3.083  0.000", of which the first are Mulliken's.
    ['Mulliken/CM5 charges', () => beginCharges(/^\s*\d+\s*[A-Za-z]{1,2}\s+(-?\d+\.\d{5})\s/)],
    ['-1- prog_main_parseArguments: Unknown option', line => (ignored ??= here(line))],
    ['molecular dipole:', () => (inDipole = true)],
    [
      'full: ',
      line => {
        if (inDipole) dipole = numberOrNull(line.trim().split(/\s+/)[4]) ?? dipole
        inDipole = false
      },
    ],
    ['projected vibrational frequencies', () => (frequencies = [])],
    ['vibrational frequencies', () => (frequencies = [])],
    [
      'eigval :',
      line => {
        const values = line
          .slice(line.indexOf(':') + 1)
          .trim()
          .split(/\s+/)
          .map(word => decimals(word, 2))
        if (frequencies && values.every(value => value !== null)) frequencies.push(...(values as number[]))
      },
    ],
    [':  # imaginary freq.', line => (imaginary = numberOrNull(/(\d+)\s+:\s*$/.exec(line)?.[1]) ?? imaginary)],
    ['* finished run on ', line => (finished = here(line))],
    ['total:', () => (timesOf = 'total')],
    ['* wall-time:', line => setWall(line)],
    [
      '*  cpu-time:',
      line => {
        if (timesOf === 'total') cpu = time(line) ?? cpu
        timesOf = 'none'
      },
    ],
    ['[ERROR]', line => fail(line)],
    ['#ERROR!', line => fail(line)],
    ['########', () => (inError = false)],
    ...surroundingRules(complain),
  ]
  const dispatch = byFirstWord(rules)
  const byFirst = byFirstCharacter(rules)
  let first = 1
  const work: LineByLine = {
    isBusy: () => table !== null || scfTable || inError,
    one(text, start, index) {
      lineNumber = first + index
      if (table !== null && !table(text)) table = null
      if (start === text.length) return
      if (scfTable && /^\s+\d+\s+-?\d+\.\d{7}\s/.test(text)) scfCycle = Number.parseInt(text, 10)
      if (inError) {
        const cause = findCause(causes, text)
        if (cause) complain(cause, text)
        // Where in the structure: " --> unknown.xyz:3:1-2"
        else if (text.startsWith('-->', start)) complain({ category: 'geometry', weight: 1 }, text)
      }
      dispatch(text, start)
    },
  }

  function fail(line: string): void {
    fatal ??= here(line)
    inError = true
    const cause = findCause(causes, line)
    if (cause) complain(cause, line)
  }

  function changeFile(to: string): void {
    lineNumbers.set(file, lineNumber)
    lineNumber = lineNumbers.get(to) ?? 0
    file = to
    isStderr = isStderrFile(to)
    if (!isStderr) output = to
  }

  function hear(line: string): void {
    const cause = OUTSIDE.test(line) ? endedFromOutside : surroundingCause(line)
    if (cause && heard.length < MOST_COMPLAINTS) heard = [...heard, { ...cause, evidence: here(line) }]
  }

  function lines(texts: readonly string[], from: string): void {
    if (from !== file) changeFile(from)
    if (isStderr) {
      for (const text of texts) {
        lineNumber += 1
        hear(text)
      }
      return
    }
    first = lineNumber + 1
    sift(texts, byFirst, work)
    lineNumber = first + texts.length - 1
    last.keep(texts, first)
  }

  return {
    line: (text, from) => lines([text], from),
    lines,

    reading(): OutputReading {
      const wantsOpt = /(^|\s)--?(opt|ohess|o)\b/.test(call)
      return {
        ...ending(),
        result: {
          energy_hartree: energy,
          converged: isConverged(),
          terminated_normally: finished ? true : fatal ? false : null,
          version,
          scf_cycles: scfCycle,
          opt_cycles: optCycles,
          max_gradient: null,
          basis_functions: basisFunctions,
          dielectric,
          shieldings: null,
          wall_s: wall,
        },
        figures: {
          cycles,
          mulliken: charges,
          frequencies: frequencies && frequencies.length > 0 ? frequencies : null,
          imaginary:
            imaginary ??
            (frequencies && frequencies.length > 0 ? frequencies.filter(value => value < -20).length : null),
          dipole_debye: dipole,
          cpu_s: cpu,
          ranks: threads,
          memory_mb: null,
        },
        kind: kindOf(wantsOpt),
        geometry,
        now: { scf_cycle: scfTable ? scfCycle : null, opt_cycle: optCycles },
      }
    },
  }

  function ending(): Pick<OutputReading, 'outcome' | 'category' | 'reason' | 'evidence'> {
    const failed = (category: Category, evidence: readonly Evidence[], reason = sentence(category)) => ({
      outcome: 'failed' as const,
      category,
      reason,
      evidence,
    })
    if (lastEnergy && isNonsense(lastEnergy.hartree, geometry)) return failed('scf-blow-up', [lastEnergy.evidence])
    const against = complaints.filter(({ category }) => category.endsWith('-not-converged'))
    const standing = strongest(against)
    if (finished && !fatal) {
      if (standing) return failed(standing.category, [standing.evidence, finished])
      const missing = whatIsMissing()
      if (missing) return failed(missing.category, [finished], missing.reason)
      if (!ignored) return { outcome: 'completed', category: null, reason: null, evidence: [finished] }
      const reason = 'xtb did not know one of its options, and went on without it'
      return { outcome: 'completed', category: null, reason, evidence: [finished, ignored] }
    }
    // The messages stand in the order of the calls, the origin (-1-) last.
    const cause = strongest(complaints.toReversed())
    if (fatal) {
      if (!cause) return failed('crash-unknown', [fatal])
      return failed(cause.category, evidenceOf([...complaints, { ...cause, evidence: fatal }], cause))
    }
    const number = last.last()?.number ?? 0
    const lastLine = number === 0 ? [] : [evidenceAt(output, number, last.last()?.text ?? '')]
    const outside = strongest([...complaints.filter(each => !against.includes(each)), ...heard])
    if (outside) {
      const { category, evidence } = outside
      if (!cutShort.has(category)) return failed(category, [evidence])
      return { outcome: 'truncated', category, reason: sentence(category), evidence: [...lastLine, evidence] }
    }
    if (!isXtb) return { outcome: 'unknown', category: null, reason: null, evidence: [] }
    return { outcome: 'truncated', category: null, reason: 'the output stops before xtb ended', evidence: lastLine }
  }

  /** What was asked for and is not there, though xtb ended normally. */
  function whatIsMissing(): { readonly category: Category; readonly reason: string } | null {
    const no = (what: string) => ({
      category: 'crash-unknown' as const,
      reason: `xtb ended normally, but its output holds no ${what}`,
    })
    if (optimising && !hasMinimum()) return no('converged optimisation')
    if (input?.kind !== 'calculation') return null
    if (lastEnergy === null) return no('energy')
    if (input.task.startsWith('opt') && !hasMinimum()) return no('converged optimisation')
    if (input.task.startsWith('opt') && geometry?.length !== input.atoms) {
      return {
        category: 'geometry',
        reason: `xtb computed ${geometry?.length ?? 0} atoms where ${input.atoms} were given`,
      }
    }
    if (input.task.endsWith('freq') && !frequencies) return no('frequencies')
    return null
  }

  /** Of one atom there is nothing to optimise, and xtb does not say so. */
  function hasMinimum(): boolean {
    return optimised || geometry?.length === 1
  }

  function isConverged(): boolean | null {
    if (complaints.some(({ category }) => category.endsWith('-not-converged'))) return false
    if (optimising) return hasMinimum() ? true : null
    return scf === 'done' ? true : null
  }

  function kindOf(wantsOpt: boolean): string | null {
    if (!isXtb) return null
    if (/--(md|omd|metadyn|metaopt)\b/.test(call)) return 'md'
    if (/--path\b/.test(call)) return 'neb'
    if (frequencies || /--(o?hess|bhess)\b/.test(call)) return 'freq'
    if (optimising || wantsOpt) return 'opt'
    return call === '' ? null : 'sp'
  }
}

/** What ends a program from outside: its output is cut, and it did not fail by itself. */
const cutShort = new Set<Category>(['killed', 'time-limit', 'node-lost', 'preempted'])

function sentence(category: Category): string {
  return sentenceOf(category, 'xtb')
}
