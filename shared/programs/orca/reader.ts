import { createComplaints } from '../complaints.ts'
import { createCursor, type LineByLine } from '../cursor.ts'
import { decimals, numberOrNull } from '../numbers.ts'
import type { Evidence, OutputReader, OutputReading } from '../program.ts'
import { byFirstCharacter, byFirstWord, type Rule } from '../rules.ts'
import { createTable } from '../table.ts'
import { ending } from './ending.ts'
import type { OrcaInput } from './input.ts'
import { messagesReader } from './messages.ts'
import { optimisationReader } from './optimisation.ts'
import { propertiesReader } from './properties.ts'

const MOST_COMPLAINTS = 60

/** What stood in so many lines before ORCA gave up may say why. */
const MOST_BEFORE = 14

/**
 * Reads outputs of ORCA 3 to 6 line by line, cut anywhere, several jobs in one file (`$new_job`), several runs in one
 * file. The echoed input stands behind `| 12>` and so is never taken for a message.
 */
export function orcaReader(input: OrcaInput | null): OutputReader {
  let isOrca = false
  let version: string | null = null
  let normalEnd: Evidence | null = null
  let energy: number | null = null
  let lastEnergy: { readonly hartree: number; readonly evidence: Evidence } | null = null
  let scf: 'none' | 'iterating' | 'failed' | 'done' = 'none'
  let scfTable = false
  let scfCycle: number | null = null
  let wall: number | null = null
  let ranks: number | null = null
  let memory: number | null = null
  let basisFunctions: number | null = null
  let dielectric: number | null = null
  const kinds = new Set<string>()

  const cursor = createCursor(MOST_BEFORE)
  const complaints = createComplaints(MOST_COMPLAINTS)
  const table = createTable()
  const messages = messagesReader(cursor, complaints, table, MOST_COMPLAINTS)
  const optimisation = optimisationReader(cursor, complaints)
  const properties = propertiesReader(table, kinds)

  /** A new run of ORCA, maybe not the first in this file: what it says decides. */
  function banner(): void {
    isOrca = true
    normalEnd = null
    scf = 'none'
    table.end()
    messages.beginAgain()
    optimisation.beginAgain()
  }

  function scfFailed(line: string): void {
    scf = 'failed'
    complaints.add({ category: 'scf-not-converged', weight: 2 }, cursor.here(line))
  }

  function finalEnergy(line: string): void {
    const words = line.slice(line.indexOf('ENERGY') + 6)
    const hartree = decimals(/(?<=\s)-?\d+\.\d+/.exec(words)?.[0], isOld() ? 6 : 12)
    if (hartree === null && !/nan|inf|\*{3}/i.test(words)) return
    lastEnergy = { hartree: hartree ?? Number.NaN, evidence: cursor.here(line) }
    if (!isDisplaced()) energy = hartree
    if (/not fully converged/i.test(words)) scfFailed(line)
    optimisation.energy(hartree)
  }
  function isOld(): boolean {
    return version !== null && Number.parseInt(version, 10) < 4
  }
  /** Numerical frequencies: energies of displaced positions are none of the calculation's. */
  function isDisplaced(): boolean {
    return kinds.has('numfreq') && energy !== null
  }

  function scfDone(line: string): void {
    const cycle = /CONVERGED AFTER\s+(\d+)\s+CYCLES/.exec(line)?.[1]
    if (cycle === undefined) return
    scfCycle = Number(cycle)
    scfTable = false
    if (/NOT CONVERGED/.test(line)) scfFailed(line)
    else {
      scf = 'done'
      complaints.forget('scf-not-converged')
    }
  }

  /** "    7    -382.0551744036694117    -4.98e-05 ..." */
  function iteration(line: string): void {
    const row = /^\s*(\d+)\s+-?\d+\.\d{6,}/.exec(line)
    if (row) {
      scfCycle = Number(row[1])
      scf = 'iterating'
    }
  }

  const rules: readonly Rule[] = [
    ['* O   R   C   A *', banner],
    [
      'Program Version',
      line => {
        isOrca = true
        version = /Program Version\s+(\S+)/.exec(line)?.[1] ?? version
      },
    ],
    ['****ORCA TERMINATED NORMALLY****', line => (normalEnd = cursor.here(line))],
    [
      'TOTAL RUN TIME:',
      line => {
        const time = /:\s*(\d+) days? (\d+) hours? (\d+) minutes? (\d+) seconds? (\d+) msec/.exec(line)
        if (!time) return
        const [d, h, m, s, ms] = time.slice(1).map(Number) as [number, number, number, number, number]
        wall = Math.round(d * 86400e3 + h * 3600e3 + m * 60e3 + s * 1000 + ms) / 1000
      },
    ],
    ['FINAL SINGLE POINT ENERGY', finalEnergy],
    ['*           SCF CONVERGED AFTER', scfDone],
    ['*  ', line => line.includes('CONVERGED AFTER') && !line.includes(' SCF CONVERGED AFTER') && scfDone(line)],
    ['SCF NOT CONVERGED AFTER', scfDone],
    ['ITER ', () => (scfTable = true)],
    ['Iteration ', () => (scfTable = true)],
    ['*                GEOMETRY OPTIMIZATION CYCLE', () => kinds.add('opt')],
    ...optimisation.rules,
    ...properties.rules,
    ['ORCA NUMERICAL FREQUENCIES', () => kinds.add('numfreq')],
    ['* Relaxed Surface Scan *', () => kinds.add('scan')],
    ['*         RELAXED SURFACE SCAN', () => kinds.add('scan')],
    ['ORCA IRC', () => kinds.add('irc')],
    ['NUDGED ELASTIC BAND', () => kinds.add('neb')],
    ['ORCA AB INITIO MOLECULAR DYNAMICS', () => kinds.add('md')],
    [
      '*        Program running with',
      line => (ranks = numberOrNull(/with\s+(\d+)\s+parallel/.exec(line)?.[1]) ?? ranks),
    ],
    [
      'Maximum memory used throughout',
      line => {
        const mb = numberOrNull(/:\s*([\d.]+) MB/.exec(line)?.[1])
        if (mb !== null) memory = Math.max(memory ?? 0, mb)
      },
    ],
    ['Basis Dimension', line => (basisFunctions = numberOrNull(/Dim\s+\.+\s+(\d+)/.exec(line)?.[1]) ?? basisFunctions)],
    ['Epsilon ', line => (dielectric = numberOrNull(/\.\.\.\s+([\d.]+)\s*$/.exec(line)?.[1]) ?? dielectric)],
    ...messages.rules,
  ]
  const dispatch = byFirstWord(rules)
  const byFirst = byFirstCharacter(rules)
  const work: LineByLine = {
    isBusy: () => table.isOpen() || scfTable,
    one(line, start) {
      table.take(line)
      if (start === line.length) return
      if (scfTable) iteration(line)
      dispatch(line, start)
    },
    hear: messages.hear,
  }

  function isConverged(): boolean | null {
    if (complaints.all().some(each => each.category.endsWith('-not-converged'))) return false
    if (optimisation.isThere()) return optimisation.hasConverged() ? true : null
    return scf === 'done' ? true : null
  }

  function kindOf(): string | null {
    for (const kind of ['neb', 'irc', 'scan', 'md', 'nmr', 'freq', 'opt']) if (kinds.has(kind)) return kind
    if (kinds.has('numfreq')) return 'freq'
    return isOrca && lastEnergy ? 'sp' : null
  }

  return {
    line: (text, file) => cursor.read([text], file, byFirst, work),
    lines: (batch, file) => cursor.read(batch, file, byFirst, work),

    reading(): OutputReading {
      const geometry = properties.geometry()
      const shieldings = properties.shieldings()
      const frequencies = properties.frequencies()
      const fatal = messages.fatal()
      const ends = ending(
        {
          isOrca,
          normalEnd,
          fatal,
          complaints: complaints.all(),
          stderr: messages.stderr.all(),
          lastLine: cursor.last(),
          lastEnergy,
          optimised: optimisation.hasConverged(),
          moreCyclesNeeded: optimisation.moreCyclesNeeded(),
          geometry,
          shieldings: shieldings?.length ?? 0,
          frequencies: frequencies !== null,
        },
        input,
      )
      return {
        ...ends,
        result: {
          energy_hartree: energy,
          converged: isConverged(),
          terminated_normally: normalEnd ? true : fatal ? false : null,
          version,
          scf_cycles: scfCycle,
          opt_cycles: optimisation.count(),
          max_gradient: optimisation.maxGradient(),
          basis_functions: basisFunctions,
          dielectric,
          shieldings,
          wall_s: wall,
        },
        figures: {
          cycles: optimisation.cycles(),
          mulliken: properties.mulliken(),
          frequencies,
          imaginary: frequencies?.filter(value => value < 0).length ?? null,
          dipole_debye: properties.dipole(),
          cpu_s: null,
          ranks: ranks ?? (normalEnd ? 1 : null),
          memory_mb: memory,
        },
        kind: kindOf(),
        geometry,
        now: { scf_cycle: scfTable ? scfCycle : null, opt_cycle: optimisation.count() },
      }
    },
  }
}
