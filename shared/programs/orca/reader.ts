import { elementSymbol } from '../../nmr/elements.ts'
import type { Category } from '../categories.ts'
import { type Cause, type Complaint, evidenceAt, findCause } from '../complaints.ts'
import { decimals, numberOrNull } from '../numbers.ts'
import type { Evidence, GeometryAtom, OptCycle, OutputReader, OutputReading } from '../program.ts'
import { byFirstCharacter, byFirstWord, isStderrFile, type LineByLine, lastLines, type Rule, sift } from '../rules.ts'
import { surroundingCause, surroundingRules } from '../surroundings.ts'
import { ending } from './ending.ts'
import { orcaCauses } from './failures.ts'
import type { OrcaInput } from './input.ts'

/** Complaints that are kept: a failing parallel run says the same once for each of its processes. */
const MOST_COMPLAINTS = 60

/**
 * Reads outputs of ORCA 3 to 6 line by line, cut anywhere, several jobs in one file (`$new_job`), several runs in one
 * file. The echoed input stands behind `| 12>` and so is never taken for a message.
 */
export function orcaReader(input: OrcaInput | null): OutputReader {
  const lineNumbers = new Map<string, number>()
  let file = ''
  let output = ''
  let isStderr = false
  let lineNumber = 0
  const last = lastLines(14)
  /** The batch at work, and the number of its first line. */
  let batch: readonly string[] = []
  let first = 1

  let isOrca = false
  let version: string | null = null
  let normalEnd: Evidence | null = null
  /** The line by which ORCA says that it gives up, and what stood right before the first of them. */
  let fatal: Evidence | null = null
  let complaints: Complaint[] = []
  let heard: Complaint[] = []

  let energy: number | null = null
  let lastEnergy: { readonly hartree: number; readonly evidence: Evidence } | null = null
  let scf: 'none' | 'iterating' | 'failed' | 'done' = 'none'
  let scfTable = false
  let scfCycle: number | null = null
  let optimising = false
  let optimised = false
  let moreCyclesNeeded: Evidence | null = null
  let opened = false
  let optCycles: number | null = null
  let maxGradient: number | null = null
  let cycles: OptCycle[] = []
  let cycleGradient: number | null = null
  let geometry: readonly GeometryAtom[] | null = null
  let mulliken: readonly number[] | null = null
  let shieldings: readonly { atom: number; element: string; sigma_ppm: number }[] | null = null
  let frequencies: readonly number[] | null = null
  let dipole: number | null = null
  let wall: number | null = null
  let ranks: number | null = null
  let memory: number | null = null
  let basisFunctions: number | null = null
  let dielectric: number | null = null
  const kinds = new Set<string>()

  /** Reads the rows of a table; false when the line is none of them any more. */
  let table: ((line: string) => boolean) | null = null

  function here(line: string): Evidence {
    return evidenceAt(file, lineNumber, line)
  }
  function complain(cause: Cause, line: string): void {
    if (complaints.length < MOST_COMPLAINTS) complaints.push({ ...cause, evidence: here(line) })
  }
  function forget(category: Category): void {
    if (complaints.length > 0) complaints = complaints.filter(each => each.category !== category)
  }

  /** A new run of ORCA, maybe not the first in this file: what it says decides. */
  function banner(): void {
    isOrca = true
    beginAgain()
  }
  function beginAgain(): void {
    normalEnd = null
    fatal = null
    complaints = []
    scf = 'none'
    optimising = false
    optimised = false
    moreCyclesNeeded = null
    table = null
  }

  function message(line: string): void {
    const cause = findCause(orcaCauses, line) ?? surroundingCause(line)
    if (!cause) return
    complain(cause, line)
    // The words that it does not know stand alone in the next line.
    if (line.includes('UNRECOGNIZED')) {
      table = text => {
        if (!/^\s*!!!/.test(text)) complain(cause, text)
        return false
      }
    }
  }

  function giveUp(line: string): void {
    const cause = findCause(orcaCauses, line)
    if (cause) complain(cause, line)
    if (fatal) return
    fatal = here(line)
    // What was said right before may begin with any word at all.
    if (complaints.some(each => each.weight >= 2)) return
    for (const { text, number } of last.before(batch, first, lineNumber - first)) {
      const said = findCause(orcaCauses, text)
      if (said) complaints.push({ ...said, evidence: evidenceAt(file, number, text) })
    }
  }

  function finalEnergy(line: string): void {
    const words = line.slice(line.indexOf('ENERGY') + 6)
    const hartree = decimals(/(?<=\s)-?\d+\.\d+/.exec(words)?.[0], isOld() ? 6 : 12)
    if (hartree === null && !/nan|inf|\*{3}/i.test(words)) return
    lastEnergy = { hartree: hartree ?? Number.NaN, evidence: here(line) }
    if (!isDisplaced()) energy = hartree
    if (/not fully converged/i.test(words)) {
      scf = 'failed'
      complain({ category: 'scf-not-converged', weight: 2 }, line)
    }
    if (opened) {
      cycles.push({ energy_hartree: hartree, gradient: null })
      opened = false
    }
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
    if (/NOT CONVERGED/.test(line)) {
      scf = 'failed'
      complain({ category: 'scf-not-converged', weight: 2 }, line)
    } else {
      scf = 'done'
      forget('scf-not-converged')
    }
  }

  function optimisationCycle(): void {
    if (!optimising || optimised) {
      optimising = true
      optimised = false
    }
    if (optCycles === null) cycles = []
    optCycles = (optCycles ?? 0) + 1
    opened = true
    cycleGradient = null
    moreCyclesNeeded = null
    kinds.add('opt')
  }

  function gradient(line: string): void {
    // "MAX gradient        0.0007463819            0.0003000000      NO" of the convergence table; 8 decimals before ORCA 4.
    const [, value, wanted] = /^\s*MAX gradient\s+(-?\d+\.\d{8,10})\s+(?:(\d+\.\d{8,10})\s)?/.exec(line) ?? []
    if (value === undefined || !optimising) return
    maxGradient = numberOrNull(value)
    cycleGradient = maxGradient
    const cycle = cycles.at(-1)
    const target = numberOrNull(wanted)
    if (cycle) cycles[cycles.length - 1] = { ...cycle, gradient: cycleGradient, ...(target === null ? {} : { target }) }
  }

  /** "Current Energy                          ....  -384.658792711 Eh": ORCA 2 gives no other energy of a cycle. */
  function cycleEnergy(line: string): void {
    const hartree = decimals(/\.\.\s+(-?\d+\.\d+) Eh/.exec(line)?.[1], 9)
    if (!opened || hartree === null) return
    cycles.push({ energy_hartree: hartree, gradient: null })
    opened = false
  }

  function converged(): void {
    optimised = true
    moreCyclesNeeded = null
    forget('opt-not-converged')
  }

  function beginGeometry(): void {
    const rows: GeometryAtom[] = []
    table = line => {
      const [name = '', ...words] = line.trim().split(/\s+/)
      if (name === '') {
        if (rows.length > 0) geometry = rows
        return rows.length === 0
      }
      if (name.startsWith('---')) return rows.length === 0
      // "C :" and "C:" are ghosts, which have functions and no nucleus; Q are point charges, DA dummies.
      const at = words.filter(word => word !== ':').map(Number)
      if (at.length < 3 || !at.slice(0, 3).every(Number.isFinite)) return false
      const element = name.endsWith(':') || words[0] === ':' ? undefined : elementSymbol(name.replace(/\(.*|\d+$/g, ''))
      if (element !== undefined) rows.push([element, at[0] as number, at[1] as number, at[2] as number])
      return true
    }
  }

  function beginCharges(): void {
    const rows: number[] = []
    table = line => {
      if (line.startsWith('Sum of atomic charges')) {
        if (rows.length > 0) mulliken = rows
        return false
      }
      if (line.startsWith('---')) return rows.length === 0
      // "   0 C :   -0.004313", with a spin behind it in open shells.
      const charge = numberOrNull(/^\s*\d+\s+[A-Z][A-Za-z]?\s*:\s*(-?\d+\.\d+)/.exec(line)?.[1])
      if (charge === null) return line.trim() === '' && rows.length === 0
      rows.push(charge)
      return true
    }
  }

  function beginShieldings(): void {
    const rows: { atom: number; element: string; sigma_ppm: number }[] = []
    kinds.add('nmr')
    table = line => {
      const row = /^\s*(\d+)\s+([A-Z][a-z]?)\s+(-?\d+\.\d{3})\s+-?\d+\.\d{3}/.exec(line)
      if (row) {
        rows.push({ atom: Number(row[1]) + 1, element: row[2] as string, sigma_ppm: Number(row[3]) })
        return true
      }
      if (rows.length > 0) {
        if (line.trim() === '') shieldings = rows
        return false
      }
      return line.trim() === '' || /^\s*(-+|Nucleus\b)/.test(line)
    }
  }

  function beginFrequencies(): void {
    const rows: number[] = []
    kinds.add('freq')
    table = line => {
      const row = /^\s*\d+:\s+(-?\d+\.\d{2})\s+cm\*\*-1/.exec(line)
      if (row) {
        rows.push(Number(row[1]))
        return true
      }
      if (rows.length > 0) {
        if (line.trim() === '') frequencies = rows.filter(value => value !== 0)
        return false
      }
      return line.trim() === '' || /^\s*(-+$|Scaling factor|Point group|Irrep|\*+)/.test(line)
    }
  }

  function afterColon(line: string): number | null {
    return numberOrNull(
      line
        .slice(line.lastIndexOf(':') + 1)
        .trim()
        .split(/\s+/)[0],
    )
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
    ['****ORCA TERMINATED NORMALLY****', line => (normalEnd = here(line))],
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
    ['*                GEOMETRY OPTIMIZATION CYCLE', optimisationCycle],
    ['Current Energy ', cycleEnergy],
    ['MAX gradient', gradient],
    ['***        THE OPTIMIZATION HAS CONVERGED', converged],
    ['***********************HURRAY', converged],
    ['The optimization has not yet converged', line => (moreCyclesNeeded = here(line))],
    ['The optimization did not converge', line => complain({ category: 'opt-not-converged', weight: 2 }, line)],
    ['CARTESIAN COORDINATES (ANGSTROEM)', beginGeometry],
    ['MULLIKEN ATOMIC CHARGES', beginCharges],
    ['CHEMICAL SHIELDING SUMMARY (ppm)', beginShieldings],
    ['VIBRATIONAL FREQUENCIES', beginFrequencies],
    ['ORCA NUMERICAL FREQUENCIES', () => kinds.add('numfreq')],
    ['* Relaxed Surface Scan *', () => kinds.add('scan')],
    ['*         RELAXED SURFACE SCAN', () => kinds.add('scan')],
    ['ORCA IRC', () => kinds.add('irc')],
    ['NUDGED ELASTIC BAND', () => kinds.add('neb')],
    ['ORCA AB INITIO MOLECULAR DYNAMICS', () => kinds.add('md')],
    ['Magnitude (Debye)', line => (dipole = afterColon(line) ?? dipole)],
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
    ['ORCA finished by error termination', giveUp],
    ['ORCA finished with error return', giveUp],
    ['[file ', giveUp],
    ...['Error', 'ERROR', 'FATAL', 'Fatal', 'UNRECOGNIZED', 'INPUT ERROR', 'Process', '====>', 'Please increase'].map(
      (start): Rule => [start, message],
    ),
    ...[
      'Zero distance',
      'The CCSD',
      'The Coupled',
      'The lambda',
      'The basis set',
      '** There are no',
      'This wavefunction',
      'THE NEB',
      'The NEB',
      'NEB ',
    ].map((start): Rule => [start, message]),
    ...['THE CP-SCF', 'OUT OF MEMORY'].map((start): Rule => [start, message]),
    ...['multiplicity (', 'CP-SCF', 'The CP-SCF', 'WARNING: CP-SCF', 'Aborting', 'aborting', '!!!', 'Unknown'].map(
      (start): Rule => [start, message],
    ),
    ['The Coupled-Cluster iterations have converged', () => forget('post-scf-not-converged')],
    // "--- The CCSD iterations have NOT converged ---"
    ['--- The ', line => (/iterations have converged/.test(line) ? forget('post-scf-not-converged') : message(line))],
    ...surroundingRules(complain),
  ]
  const dispatch = byFirstWord(rules)
  const byFirst = byFirstCharacter(rules)
  const work: LineByLine = {
    isBusy: () => table !== null || scfTable,
    one(text, start, index) {
      lineNumber = first + index
      if (table !== null && !table(text)) table = null
      if (start === text.length) return
      if (scfTable) iteration(text)
      dispatch(text, start)
    },
  }

  function changeFile(to: string): void {
    lineNumbers.set(file, lineNumber)
    lineNumber = lineNumbers.get(to) ?? 0
    file = to
    isStderr = isStderrFile(to)
    if (!isStderr) output = to
  }

  function hear(line: string): void {
    const cause = surroundingCause(line) ?? findCause(orcaCauses, line)
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
    batch = texts
    first = lineNumber + 1
    sift(texts, byFirst, work)
    lineNumber = first + texts.length - 1
    last.keep(texts, first)
    batch = []
  }

  return {
    line: (text, from) => lines([text], from),
    lines,

    reading(): OutputReading {
      const { text, number } = last.last() ?? { text: '', number: 0 }
      const kind = kindOf()
      const ends = ending(
        {
          isOrca,
          normalEnd,
          fatal,
          complaints,
          stderr: heard,
          lastLine: number === 0 ? null : evidenceAt(output, number, text),
          lastEnergy,
          optimised,
          moreCyclesNeeded: optimising && !optimised ? moreCyclesNeeded : null,
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
          opt_cycles: optCycles,
          max_gradient: maxGradient,
          basis_functions: basisFunctions,
          dielectric,
          shieldings,
          wall_s: wall,
        },
        figures: {
          cycles,
          mulliken,
          frequencies,
          imaginary: frequencies?.filter(value => value < 0).length ?? null,
          dipole_debye: dipole,
          cpu_s: null,
          ranks: ranks ?? (normalEnd ? 1 : null),
          memory_mb: memory,
        },
        kind,
        geometry,
        now: { scf_cycle: scfTable ? scfCycle : null, opt_cycle: optCycles },
      }
    },
  }

  /** "    7    -382.0551744036694117    -4.98e-05 ..." */
  function iteration(line: string): void {
    const row = /^\s*(\d+)\s+-?\d+\.\d{6,}/.exec(line)
    if (row) {
      scfCycle = Number(row[1])
      scf = 'iterating'
    }
  }

  function isConverged(): boolean | null {
    if (complaints.some(each => each.category.endsWith('-not-converged'))) return false
    if (optimising) return optimised ? true : null
    return scf === 'done' ? true : null
  }

  function kindOf(): string | null {
    for (const kind of ['neb', 'irc', 'scan', 'md', 'nmr', 'freq', 'opt']) if (kinds.has(kind)) return kind
    if (kinds.has('numfreq')) return 'freq'
    return isOrca && lastEnergy ? 'sp' : null
  }
}
