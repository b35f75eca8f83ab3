import { createComplaints } from '../complaints.ts'
import { createCursor, type LineByLine } from '../cursor.ts'
import { decimals, numberOrNull } from '../numbers.ts'
import type { Evidence, OutputReader, OutputReading } from '../program.ts'
import { byFirstCharacter, byFirstWord, type Rule } from '../rules.ts'
import { surroundingRules } from '../surroundings.ts'
import { createTable } from '../table.ts'
import { ending } from './ending.ts'
import { causeOf, causeOnStderr } from './failures.ts'
import type { XtbInput } from './input.ts'
import { optimisationReader } from './optimisation.ts'
import { propertiesReader } from './properties.ts'

const MOST_COMPLAINTS = 30

/** Reads outputs of xtb 6.2 to 6.7 line by line, cut anywhere. What it says on stderr is no proof of anything. */
export function xtbReader(input: XtbInput | null): OutputReader {
  let isXtb = false
  let version: string | null = null
  let call = ''
  let finished: Evidence | null = null
  let fatal: Evidence | null = null
  /** Between `[ERROR]` and the rule of hashes that closes it. */
  let inError = false
  let energy: number | null = null
  let lastEnergy: { readonly hartree: number; readonly evidence: Evidence } | null = null
  let scf: 'none' | 'done' | 'failed' = 'none'
  let scfCycle: number | null = null
  let scfTable = false
  let timesOf: 'none' | 'total' = 'none'
  let wall: number | null = null
  let cpu: number | null = null
  let threads: number | null = null
  let basisFunctions: number | null = null
  let dielectric: number | null = null
  /** An option that xtb did not know, and went on without. */
  let ignored: Evidence | null = null

  const cursor = createCursor(1)
  const complaints = createComplaints(MOST_COMPLAINTS)
  const stderr = createComplaints(MOST_COMPLAINTS)
  const table = createTable()
  const optimisation = optimisationReader(cursor, complaints, () => (scfTable = true))
  const properties = propertiesReader(table)

  /** A new run of xtb, maybe not the first in this file: what it says decides. */
  function banner(): void {
    isXtb = true
    finished = null
    fatal = null
    inError = false
    complaints.clear()
    scf = 'none'
    optimisation.beginAgain()
    call = ''
    ignored = null
  }

  function setEnergy(line: string): void {
    const word = /(-?[\d.]+|NaN|\*+)\s+Eh/.exec(line)?.[1]
    const hartree = decimals(word, 12)
    if (hartree === null && !/NaN|\*{3}/.test(word ?? '')) return
    lastEnergy = { hartree: hartree ?? Number.NaN, evidence: cursor.here(line) }
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
        complaints.forget('scf-not-converged')
      },
    ],
    [
      '*** convergence criteria cannot be satisfied',
      line => {
        scfCycle = numberOrNull(/within\s+(\d+)/.exec(line)?.[1]) ?? scfCycle
        scf = 'failed'
        scfTable = false
        complaints.add({ category: 'scf-not-converged', weight: 2 }, cursor.here(line))
      },
    ],
    ...optimisation.rules,
    ...properties.rules,
    [':: total energy ', setEnergy],
    ['| TOTAL ENERGY ', setEnergy],
    ['-1- prog_main_parseArguments: Unknown option', line => (ignored ??= cursor.here(line))],
    ['* finished run on ', line => (finished = cursor.here(line))],
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
    ...surroundingRules((cause, line) => complaints.add(cause, cursor.here(line))),
  ]
  const dispatch = byFirstWord(rules)
  const byFirst = byFirstCharacter(rules)
  const work: LineByLine = {
    isBusy: () => table.isOpen() || scfTable || inError,
    one(line, start) {
      table.take(line)
      if (start === line.length) return
      if (scfTable && /^\s+\d+\s+-?\d+\.\d{7}\s/.test(line)) scfCycle = Number.parseInt(line, 10)
      if (inError) {
        const cause = causeOf(line)
        if (cause) complaints.add(cause, cursor.here(line))
        // Where in the structure: " --> unknown.xyz:3:1-2"
        else if (line.startsWith('-->', start)) {
          complaints.add({ category: 'geometry', weight: 1 }, cursor.here(line))
        }
      }
      dispatch(line, start)
    },
    hear(line) {
      const cause = causeOnStderr(line)
      if (cause) stderr.add(cause, cursor.here(line))
    },
  }

  function fail(line: string): void {
    fatal ??= cursor.here(line)
    inError = true
    const cause = causeOf(line)
    if (cause) complaints.add(cause, cursor.here(line))
  }

  return {
    line: (text, file) => cursor.read([text], file, byFirst, work),
    lines: (batch, file) => cursor.read(batch, file, byFirst, work),

    reading(): OutputReading {
      const frequencies = properties.frequencies()
      const ends = ending(
        {
          isXtb,
          finished,
          fatal,
          complaints: complaints.all(),
          stderr: stderr.all(),
          lastLine: cursor.last(),
          lastEnergy,
          optimising: optimisation.isThere(),
          hasMinimum: hasMinimum(),
          geometry: properties.geometry(),
          frequencies: frequencies !== null,
          ignored,
        },
        input,
      )
      return {
        ...ends,
        result: {
          energy_hartree: energy,
          converged: isConverged(),
          terminated_normally: finished ? true : fatal ? false : null,
          version,
          scf_cycles: scfCycle,
          opt_cycles: optimisation.count(),
          max_gradient: null,
          basis_functions: basisFunctions,
          dielectric,
          shieldings: null,
          wall_s: wall,
        },
        figures: {
          cycles: optimisation.cycles(),
          mulliken: properties.mulliken(),
          frequencies: frequencies && frequencies.length > 0 ? frequencies : null,
          imaginary: properties.imaginary(),
          dipole_debye: properties.dipole(),
          cpu_s: cpu,
          ranks: threads,
          memory_mb: null,
        },
        kind: kindOf(),
        geometry: properties.geometry(),
        now: { scf_cycle: scfTable ? scfCycle : null, opt_cycle: optimisation.count() },
      }
    },
  }

  /** Of one atom there is nothing to optimise, and xtb does not say so. */
  function hasMinimum(): boolean {
    return optimisation.hasConverged() || properties.geometry()?.length === 1
  }

  function isConverged(): boolean | null {
    if (complaints.all().some(({ category }) => category.endsWith('-not-converged'))) return false
    if (optimisation.isThere()) return hasMinimum() ? true : null
    return scf === 'done' ? true : null
  }

  function kindOf(): string | null {
    if (!isXtb) return null
    if (/--(md|omd|metadyn|metaopt)\b/.test(call)) return 'md'
    if (/--path\b/.test(call)) return 'neb'
    if (properties.frequencies() || /--(o?hess|bhess)\b/.test(call)) return 'freq'
    if (optimisation.isThere() || /(^|\s)--?(opt|ohess|o)\b/.test(call)) return 'opt'
    return call === '' ? null : 'sp'
  }
}
