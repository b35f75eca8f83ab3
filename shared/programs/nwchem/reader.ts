import { atomicNumber } from '../../nmr/elements.ts'
import type { Evidence, OutputReader, OutputReading } from '../program.ts'
import { atomsOf, centresTable, elementOf } from './centres.ts'
import { type Complaint, ending } from './ending.ts'
import { type Cause, causeOf, uncategorised } from './failures.ts'
import type { NwchemInput } from './input.ts'
import { afterEquals, decimals, lastWord, numberOrNull } from './numbers.ts'

/** The rule that stands above and below NWChem's messages; 63 or 72 hyphens. */
const RULE = ` ${'-'.repeat(60)}`

const BLANK = 32

/**
 * Reads outputs of NWChem 6.0 to 7.2 line by line, cut anywhere, several runs in one file. Lines are known by their
 * exact beginning, blanks included, so that a title or an echoed deck is not taken for a message. A file whose name
 * holds `stderr` is heard only where the output proves nothing.
 */
export function nwchemReader(input: NwchemInput | null): OutputReader {
  const lineNumbers = new Map<string, number>()
  let file = ''
  let output = ''
  let isStderr = false
  let line = ''
  let lineNumber = 0
  let underRule = false
  let lastLine = ''
  let lastNumber = 0

  let isNwchem = false
  let inEcho = false
  let version: string | null = null
  let basisFunctions: number | null = null
  let energy: number | null = null
  let lastEnergy: { hartree: number; evidence: Evidence } | null = null
  let wall: number | null = null
  const table = centresTable()
  let dielectrics: { value: number; evidence: Evidence }[] = []

  let complaints: Complaint[] = []
  const stderr: Complaint[] = []
  let fatal = false
  /** The last message between rules, which is what a fatal end is about. */
  let message: { text: string; evidence: Evidence } | null = null
  let totalTimes: Evidence | null = null
  let tasks = 0

  let scf: 'none' | 'iterating' | 'failed' | 'done' = 'none'
  let scfTable = false
  let scfCycle: number | null = null
  let optimising = false
  let optimised = false
  let optCycles: number | null = null
  let optStep: number | null = null
  let maxGradient: number | null = null
  let frequencies = false
  let shieldings: Map<number, { element: string; sigma: number }> | null = null
  let shieldingOf: { centre: number; tag: string } | null = null

  function here(): Evidence {
    return evidence(file, lineNumber, line)
  }
  function complain(cause: Cause, where: Evidence = here()): void {
    complaints.push({ ...cause, evidence: where })
  }
  function forget(category: string): void {
    complaints = complaints.filter(each => each.category !== category)
  }

  /** A new run of NWChem begins, maybe not the first in this file: what it says decides. */
  function banner(): void {
    isNwchem = true
    version = /\(NWChem\)\s+(\S+)/.exec(line)?.[1] ?? version
    complaints = []
    fatal = false
    totalTimes = null
    tasks = 0
    scf = 'none'
    optimising = false
    optimised = false
  }

  function energyOf(value: string | undefined): void {
    // NWChem prints 12 decimals at least: fewer are the end of a file that was cut, stars a number out of range.
    const hartree = decimals(value, 12)
    if (hartree === null && !/nan|\*{3}/i.test(value ?? '')) return
    lastEnergy = { hartree: hartree ?? Number.NaN, evidence: here() }
    if (!isSecondary()) energy = hartree
    scfTable = false
    if (scf !== 'failed') forget('scf-not-converged')
    scf = scf === 'failed' ? 'none' : 'done'
  }

  /**
   * The energy of a calculation is that of its own level at its own geometry: not those of displaced positions
   * (numerical frequencies), nor that of the shieldings' level after an optimisation.
   */
  function isSecondary(): boolean {
    if (input?.kind !== 'calculation') return false
    return input.task === 'freq' ? energy !== null : input.task === 'opt+nmr' && tasks > 0
  }

  function scfIteration(): void {
    scfCycle = numberOrNull(/d=.*?ls=[\d.]+\D*\s(\d+)\s/.exec(line)?.[1]) ?? scfCycle
  }

  function beginScf(): void {
    forget('scf-not-converged')
    scf = 'iterating'
    scfCycle = null
  }

  function optimisationStep(): void {
    const [, step, , , gradient, ...more] = line.split(/\s+/)
    if (!/^\d+$/.test(step ?? '') || more.length < 4) return
    const number = Number(step)
    if (number === 0 && optStep !== 0) optCycles = 0
    if (number !== optStep) optCycles = (optCycles ?? 0) + 1
    optStep = number
    maxGradient = numberOrNull(gradient)
  }

  const readers: readonly (readonly [start: string, read: () => void])[] = [
    [' argument  1 = ', () => (isNwchem = true)],
    ['    nwchem branch', () => (version = /^\d/.test(version ?? '') ? version : (afterEquals(line) ?? version))],
    ['          AO basis - number of functions:', () => functions(line.split(':')[1])],
    ['  functions       =', () => functions(line.split('=')[1])],
    [' Output coordinates in ', () => table.begin(line)],
    [' dielec:', () => dielectric(decimals(line.split(':')[1], 4), 0)],
    // Two decimals only; some versions print nothing else.
    [' dielectric constant -eps-', () => dielectric(decimals(afterEquals(line), 2), 0.006)],
    ['   convergence    iter ', beginScf],
    [' d=', scfIteration],
    // Another rank's or a library's words may have ended before it without a line end of their own.
    ['  d=', scfIteration],
    [
      '              iter       energy          gnorm',
      () => {
        beginScf()
        scfTable = true
      },
    ],
    [
      '      Calculation failed to converge',
      () => {
        scf = 'failed'
        complain({ category: 'scf-not-converged', weight: 2 })
      },
    ],
    ['         Total DFT energy', () => energyOf(afterEquals(line))],
    ['         Total SCF energy', () => energyOf(afterEquals(line))],
    ['          Total MP2 energy', () => energyOf(lastWord(line))],
    [' Total CCSD energy:', () => energyOf(lastWord(line))],
    [' Total CCSD(T) energy:', () => energyOf(lastWord(line))],
    [' CCSD total energy / hartree', () => energyOf(lastWord(line))],
    [' CCSD(T) total energy / hartree', () => energyOf(lastWord(line))],
    [
      '                           NWChem Geometry Optimization',
      () => {
        optimising = true
        optimised = false
        optStep = null
        forget('opt-not-converged')
      },
    ],
    ['@', optimisationStep],
    [
      '      Optimization converged',
      () => {
        optimised = true
        forget('opt-not-converged')
      },
    ],
    [
      ' Failed to converge in maximum number',
      () => {
        if (underRule) complain({ category: 'opt-not-converged', weight: 2 })
      },
    ],
    [' P.Frequency', () => (frequencies = true)],
    [
      '          Chemical Shielding Tensors',
      () => {
        shieldings = new Map()
        shieldingOf = null
      },
    ],
    [
      '      Atom: ',
      () => {
        const [, centre, tag] = /Atom:\s+(\d+)\s+(\S+)/.exec(line) ?? []
        shieldingOf = centre && tag ? { centre: Number(centre), tag } : null
      },
    ],
    ['           isotropic =', shielding],
    [' Task  times  cpu:', () => tasks++],
    [
      ' Total times  cpu:',
      () => {
        const seconds = numberOrNull(/wall:\s*([\d.]+)s/.exec(line)?.[1])
        if (seconds === null) return
        totalTimes = here()
        wall = seconds
      },
    ],
    [' For more information see the NWChem manual', endFatally],
  ]
  const byFirst = new Map<string, (readonly [string, () => void])[]>()
  for (const reader of readers) {
    const first = reader[0].trimStart().charAt(0)
    byFirst.set(first, [...(byFirst.get(first) ?? []), reader])
  }

  /** Six places wide: a narrower one was cut. */
  function functions(places: string | undefined): void {
    if (places && places.length >= 6) basisFunctions = numberOrNull(places)
  }

  function dielectric(value: number | null, tolerance: number): void {
    const last = dielectrics.at(-1)
    if (value !== null && !(last && Math.abs(last.value - value) <= tolerance)) {
      dielectrics = [...dielectrics, { value, evidence: here() }]
    }
  }

  function shielding(): void {
    const sigma = decimals(afterEquals(line), 4)
    if (shieldings && shieldingOf && sigma !== null) {
      const there = table.last()?.[shieldingOf.centre - 1]
      const element = elementOf(shieldingOf.tag, there ? atomicNumber(there.element ?? '') : 0)
      if (element !== null) shieldings.set(shieldingOf.centre, { element, sigma })
    }
    shieldingOf = null
  }

  /** A line below a rule: a message, NWChem's category of it, or a table. */
  function boxed(): void {
    const text = line.trim()
    if (text === '' || text.startsWith('--') || text.startsWith('current input line')) return
    const cause = causeOf(text)
    // An errquit message ends with its code; a category is a sentence that the table knows.
    if (/\s-?\d+$/.test(text)) message = { text, evidence: here() }
    else if (cause?.weight !== 0) return
    if (!cause) return
    if (cause.weight === 0 && message && !fatal) complain(cause, message.evidence)
    fatal = true
    complain(cause)
  }

  /** Printed by every errquit, after message and category. */
  function endFatally(): void {
    if (!fatal)
      complain(message ? uncategorised(message.text) : { category: 'crash-unknown', weight: 0 }, message?.evidence)
    fatal = true
  }

  function hear(): void {
    const text = /ARMCI Error:\s*\d+:\s*(.*?):?\s*$/.exec(line)?.[1] ?? line
    const cause = causeOf(text)
    if (cause) stderr.push({ ...cause, evidence: here() })
    else if (/exited on signal (9|15)\b/.test(line)) stderr.push({ category: 'killed', weight: 1, evidence: here() })
    else if (/exited on signal \d+/.test(line)) stderr.push({ category: 'crash-unknown', weight: 0, evidence: here() })
  }

  function changeFile(to: string): void {
    lineNumbers.set(file, lineNumber)
    lineNumber = lineNumbers.get(to) ?? 0
    file = to
    isStderr = to.includes('stderr')
    if (!isStderr) output = to
  }

  function dispatch(): void {
    let start = 0
    while (line.charCodeAt(start) === BLANK) start += 1
    if (start === line.length) {
      if (scfCycle !== null) scfTable = false
      return
    }
    lastLine = line
    lastNumber = lineNumber
    if (scfTable && /^\s+\d+\s+\S+\s+\d/.test(line)) scfCycle = Number(line.trim().split(/\s+/)[0])
    if (line.startsWith('Northwest Computational Chemistry Package (NWChem)', start)) banner()
    for (const [prefix, read] of byFirst.get(line.charAt(start)) ?? []) {
      if (line.startsWith(prefix)) read()
    }
  }

  return {
    line(text, from) {
      line = text
      if (from !== file) changeFile(from)
      lineNumber += 1
      if (isStderr) return hear()

      if (inEcho) {
        inEcho = !line.startsWith('====')
        return
      }
      if (line.startsWith('====') && line.includes('echo of input deck')) {
        isNwchem = true
        inEcho = true
        return
      }
      if (underRule) boxed()
      table.row(line)
      dispatch()
      underRule = line.startsWith(RULE)
    },

    reading(): OutputReading {
      const geometry = atomsOf(table.last())
      const sigmas = shieldings && shieldings.size > 0 && numbersAreTheirs() ? shieldings : null
      const ends = ending(
        {
          isNwchem,
          totalTimes,
          complaints,
          stderr,
          lastLine: lastNumber === 0 ? null : evidence(output, lastNumber, lastLine),
          lastEnergy,
          tasks,
          optimised,
          geometry,
          shielded: sigmas?.size ?? 0,
          shieldings: shieldings?.size ?? 0,
          frequencies,
          dielectrics,
        },
        input,
      )
      return {
        ...ends,
        result: {
          energy_hartree: energy,
          converged: converged(),
          terminated_normally: totalTimes ? true : fatal ? false : null,
          version,
          scf_cycles: scfCycle,
          opt_cycles: optCycles,
          max_gradient: maxGradient,
          basis_functions: basisFunctions,
          dielectric: dielectrics.at(-1)?.value ?? null,
          shieldings: sigmas && [...sigmas].map(([atom, { element, sigma }]) => ({ atom, element, sigma_ppm: sigma })),
          wall_s: wall,
        },
        geometry,
        now: { scf_cycle: scf === 'iterating' ? scfCycle : null, opt_cycle: optCycles },
      }
    },
  }

  /**
   * With `shielding 2 1 6` NWChem numbers the chosen atoms 1 and 2. Where the elements show that, it is not known
   * whose shieldings they are.
   */
  function numbersAreTheirs(): boolean {
    const centres = table.last()
    return centres === null || [...(shieldings ?? [])].every(([n, { element }]) => centres[n - 1]?.element === element)
  }

  function converged(): boolean | null {
    if (complaints.some(each => each.category.endsWith('-not-converged'))) return false
    if (optimising) return optimised ? true : null
    return scf === 'done' ? true : null
  }
}

function evidence(file: string, line: number, text: string): Evidence {
  return { source: 'output', file, line, text: text.trim().slice(0, 200) }
}
