import { atomicNumber } from '../../nmr/elements.ts'
import type { Category } from '../categories.ts'
import { type Cause, type Complaint, evidenceAt as evidence } from '../complaints.ts'
import { afterEquals, decimals, lastWord, numberOrNull } from '../numbers.ts'
import type { Evidence, OptCycle, OutputReader, OutputReading } from '../program.ts'
import { byFirstCharacter, isStderrFile, type LineByLine, lastLines, type NumberedLine, sift } from '../rules.ts'
import { surroundingCause } from '../surroundings.ts'
import { atomsOf, centresTable, elementOf } from './centres.ts'
import { ending } from './ending.ts'
import { causeOf, uncategorised } from './failures.ts'
import type { NwchemInput } from './input.ts'

/** The rule that stands above and below NWChem's messages; 63 or 72 hyphens. */
const RULE = ` ${'-'.repeat(60)}`

/** CODATA 2018: a dipole moment of one atomic unit in debye. */
const DEBYE = 2.541746473

/** Complaints that are kept: a failing parallel run says the same once for each of its processes. */
const MOST_COMPLAINTS = 60

/** Methods of NWChem's tensor contraction engine beside CCSD and CCSD(T). */
const tce = [
  'CCSDT',
  'CCSDTQ',
  'CCD',
  'LCCD',
  'LCCSD',
  'QCISD',
  'CC2',
  'CISD',
  'CISDT',
  'CISDTQ',
  'MBPT(2)',
  'MBPT(3)',
  'MBPT(4)',
] as const

const HYPHEN = 45
const EQUALS = 61

/**
 * Reads outputs of NWChem 6.0 to 7.2 line by line, cut anywhere, several runs in one file. Lines are known by their
 * exact beginning, blanks included, so that a title or an echoed deck is not taken for a message. What stands in
 * the file of stderr is heard only where the output proves nothing.
 */
export function nwchemReader(input: NwchemInput | null): OutputReader {
  const lineNumbers = new Map<string, number>()
  let file = ''
  let output = ''
  let isStderr = false
  let line = ''
  let lineNumber = 0
  let underRule = false
  const last = lastLines(1)
  let first = 1
  /** Reads the rows of a table; false when the line is none of them any more. */
  let rows: ((line: string) => boolean) | null = null

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
  /** The line of the deck that NWChem had read when it gave up. */
  let deckLine: Evidence | null = null
  let totalTimes: Evidence | null = null
  let tasks = 0

  let scf: 'none' | 'iterating' | 'failed' | 'done' = 'none'
  let scfTable = false
  /** Whether there was an MP2 energy since that of the SCF. */
  let mp2 = false
  let scfCycle: number | null = null
  let optimising = false
  let optimised = false
  let optCycles: number | null = null
  let optStep: number | null = null
  let maxGradient: number | null = null
  let gradientTarget: number | null = null
  let frequencies: number[] = []
  let cycles: OptCycle[] = []
  let mulliken: readonly number[] | null = null
  let dipole: number | null = null
  let cpu: number | null = null
  let ranks: number | null = null
  let memory: number | null = null
  const modules = new Set<string>()
  let shieldings: Map<number, { element: string; sigma: number }> | null = null
  let shieldingOf: { centre: number; tag: string } | null = null

  function here(): Evidence {
    return evidence(file, lineNumber, line)
  }
  function complain(cause: Cause, where: Evidence = here()): void {
    if (complaints.length < MOST_COMPLAINTS) complaints.push({ ...cause, evidence: where })
  }
  function forget(category: Category): void {
    complaints = complaints.filter(each => each.category !== category)
  }

  /** A new run of NWChem begins, maybe not the first in this file: what it says decides. */
  function banner(): void {
    isNwchem = true
    version = /\(NWChem\)\s+(\S+)/.exec(line)?.[1] ?? version
    complaints = []
    deckLine = null
    fatal = false
    totalTimes = null
    tasks = 0
    scf = 'none'
    optimising = false
    optimised = false
  }

  /** Fewer decimals than NWChem prints are the end of a file that was cut, stars a number out of range. */
  function energyOf(value: string | undefined, places = 12): void {
    const hartree = decimals(value, places)
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
    const [, step, energy, , gradient, ...more] = line.split(/\s+/)
    if (!/^\d+$/.test(step ?? '') || more.length < 4) return
    const number = Number(step)
    if (number === 0 && optStep !== 0) {
      optCycles = 0
      cycles = []
    }
    if (number !== optStep) optCycles = (optCycles ?? 0) + 1
    optStep = number
    maxGradient = numberOrNull(gradient)
    // The last one is printed a second time when it has converged.
    cycles.length = Math.max(0, Math.min(cycles.length, (optCycles ?? 1) - 1))
    cycles.push({
      energy_hartree: numberOrNull(energy),
      gradient: maxGradient,
      ...(gradientTarget === null ? {} : { target: gradientTarget }),
    })
  }

  const readers: readonly (readonly [start: string, read: () => void])[] = [
    [' argument  1 = ', () => (isNwchem = true)],
    ['    nwchem branch', () => (version = /^\d/.test(version ?? '') ? version : (afterEquals(line) ?? version))],
    ['          AO basis - number of functions:', () => functions(line.split(':')[1])],
    ['  functions       =', () => functions(line.split('=')[1])],
    [' Output coordinates in ', () => table.begin(line)],
    [' maximum gradient threshold         (gmax)', () => (gradientTarget = decimals(afterEquals(line), 6))],
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
    [
      '         Total SCF energy',
      () => {
        energyOf(afterEquals(line))
        mp2 = false
      },
    ],
    [
      '          Total MP2 energy',
      () => {
        energyOf(lastWord(line))
        mp2 = true
      },
    ],
    // Beside that of MP2 it is another method's; RI-MP2 may print it alone.
    ['          Total SCS-MP2 energy', () => mp2 || energyOf(lastWord(line))],
    [' Total CCSD energy:', () => energyOf(lastWord(line))],
    [' Total CCSD(T) energy:', () => energyOf(lastWord(line))],
    [' CCSD total energy / hartree', () => energyOf(lastWord(line), 15)],
    [' CCSD(T) total energy / hartree', () => energyOf(lastWord(line), 15)],
    ...tce.map(method => [` ${method} total energy / hartree`, () => energyOf(lastWord(line), 15)] as const),
    // Plane waves: " Total PSPW energy   :  -0.2812783590E+01".
    ...['PSPW', 'BAND', 'PAW'].map(
      basis => [` Total ${basis} energy`, () => energyOf(/:\s*(-?\d+\.\d{10}E[+-]\d\d)/.exec(line)?.[1], 10)] as const,
    ),
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
    ['             (Projected Frequencies expressed', () => (frequencies = [])],
    [' P.Frequency', frequencyRow],
    ['  Mulliken analysis of the total density', () => beginCharges(/^\s+\d+ \S+\s+(\d+)\s+(-?\d+\.\d{2})\s/)],
    [
      '          ----- Total      gross population on atoms',
      () => beginCharges(/^\s+\d+\s+\S+\s+(\d+\.\d)\s+(-?\d+\.\d{5})/),
    ],
    ['     Multipole analysis of the density', beginMoments],
    ['    nproc           =', () => (ranks = numberOrNull(afterEquals(line)) ?? ranks)],
    ['    total    =', () => (memory = numberOrNull(/doubles =\s*([\d.]+) Mbytes/.exec(line)?.[1]) ?? memory)],
    ['                                 NWChem ', () => modules.add(line.trim().split(' ')[1] ?? '')],
    ['                                NWChem ', () => modules.add(line.trim().split(' ')[1] ?? '')],
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
        cpu = numberOrNull(/cpu:\s*([\d.]+)s/.exec(line)?.[1])
      },
    ],
    [' For more information see the NWChem manual', endFatally],
    [
      '  current input line :',
      () => {
        rows = text => {
          if (text.trim() === '') return true
          if (fatal || message) deckLine ??= evidence(file, lineNumber, text)
          return false
        }
      },
    ],
    ['  bas_tag_lib: failed to locate', () => complain({ category: 'missing-basis', weight: 1 })],
    // Looked at for what they are, not for how they go on.
    ['====', () => {}],
    ['-', () => {}],
    ['Northwest Computational', () => {}],
  ]
  const byFirst = byFirstCharacter(readers)

  function frequencyRow(): void {
    frequencies.push(...[...line.matchAll(/-?\d+\.\d{2}(?=\s|$)/g)].map(word => Number(word) + 0))
  }

  /** Charges as nuclear charge less population. */
  function beginCharges(row: RegExp): void {
    const charges: number[] = []
    rows = text => {
      const found = row.exec(text)
      if (found) {
        // Of 2 or 5 decimals: no more than that is left.
        charges.push(Math.round((Number(found[1]) - Number(found[2])) * 1e5) / 1e5)
        return true
      }
      if (charges.length === 0) return text.trim() === '' || /^\s*(-+|Atom)/.test(text)
      if (text.trim() === '') mulliken = charges
      return false
    }
  }

  /** The three lines `1   1 0 0     -0.000000 ...` of the total density. */
  function beginMoments(): void {
    const moments: number[] = []
    rows = text => {
      const moment = numberOrNull(/^\s+1\s+[01] [01] [01]\s+(-?\d+\.\d{6})\s/.exec(text)?.[1])
      if (moment !== null) moments.push(moment)
      if (moments.length < 3) return !/^\s+2\s+2 0 0/.test(text)
      dipole = Math.round(Math.hypot(...moments) * DEBYE * 1e6) / 1e6
      return false
    }
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
    const cause = causeOf(text) ?? surroundingCause(line)
    if (cause && stderr.length < MOST_COMPLAINTS) stderr.push({ ...cause, evidence: here() })
  }

  function changeFile(to: string): void {
    lineNumbers.set(file, lineNumber)
    lineNumber = lineNumbers.get(to) ?? 0
    file = to
    isStderr = isStderrFile(to)
    if (!isStderr) output = to
  }

  function dispatch(start: number): void {
    const code = line.charCodeAt(start)
    const found = code < 128 ? byFirst[code] : null
    if (!found) return
    for (const [prefix, read] of found) if (line.startsWith(prefix)) read()
    if (line.startsWith('Northwest Computational Chemistry Package (NWChem)', start)) banner()
    if (line.startsWith('Total SO-DFT energy', start)) energyOf(lastWord(line))
  }

  const work: LineByLine = {
    isBusy: () => inEcho || underRule || scfTable || rows !== null || table.isOpen(),
    one(text, start, index) {
      line = text
      lineNumber = first + index
      if (inEcho) {
        inEcho = !line.startsWith('====')
        return
      }
      if (start === line.length) {
        underRule = false
        if (scfCycle !== null) scfTable = false
        if (rows !== null && !rows(line)) rows = null
        table.row(line)
        return
      }
      const code = line.charCodeAt(start)
      if (code === EQUALS && line.startsWith('====') && line.includes('echo of input deck')) {
        isNwchem = true
        inEcho = true
        return
      }
      if (underRule) boxed()
      if (rows !== null && !rows(line)) rows = null
      table.row(line)
      if (scfTable && /^\s+\d+\s+\S+\s+\d/.test(line)) scfCycle = Number(line.trim().split(/\s+/)[0])
      dispatch(start)
      underRule = code === HYPHEN && line.startsWith(RULE)
    },
  }

  function lines(texts: readonly string[], from: string): void {
    if (from !== file) changeFile(from)
    first = lineNumber + 1
    if (isStderr) {
      for (const text of texts) {
        line = text
        lineNumber += 1
        hear()
      }
      return
    }
    sift(texts, byFirst, work)
    lineNumber = first + texts.length - 1
    last.keep(texts, first)
  }

  return {
    line: (text, from) => lines([text], from),
    lines,

    reading(): OutputReading {
      const geometry = atomsOf(table.last())
      const sigmas = shieldings && shieldings.size > 0 && numbersAreTheirs() ? shieldings : null
      const ends = ending(
        {
          isNwchem,
          totalTimes,
          complaints,
          deckLine,
          stderr,
          lastLine: lastOf(last.last()),
          lastEnergy,
          tasks,
          optimised,
          geometry,
          shielded: sigmas?.size ?? 0,
          shieldings: shieldings?.size ?? 0,
          frequencies: frequencies.length > 0,
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
        figures: {
          cycles,
          mulliken,
          frequencies: frequencies.length > 0 ? frequencies : null,
          // Translations and rotations are projected out, and so stand there as zeros.
          imaginary: frequencies.length > 0 ? frequencies.filter(value => value < -1).length : null,
          dipole_debye: dipole,
          cpu_s: cpu,
          ranks,
          memory_mb: memory,
        },
        kind: kindOf(),
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

  function lastOf(found: NumberedLine | null): Evidence | null {
    return found && evidence(output, found.number, found.text)
  }

  function kindOf(): string | null {
    if (!isNwchem) return null
    if (shieldings) return 'nmr'
    if (frequencies.length > 0 || modules.has('Analytic')) return 'freq'
    if (optimising) return 'opt'
    return lastEnergy || scf !== 'none' ? 'sp' : null
  }

  function converged(): boolean | null {
    if (complaints.some(each => each.category.endsWith('-not-converged'))) return false
    if (optimising) return optimised ? true : null
    return scf === 'done' ? true : null
  }
}
