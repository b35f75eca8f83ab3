import { createComplaints } from '../complaints.ts'
import { createCursor, type LineByLine } from '../cursor.ts'
import { afterEquals, decimals, numberOrNull } from '../numbers.ts'
import type { Evidence, OutputReader, OutputReading } from '../program.ts'
import { byFirstCharacter, type Rule } from '../rules.ts'
import { createTable } from '../table.ts'
import { atomsOf, centresTable } from './centres.ts'
import { ending } from './ending.ts'
import type { NwchemInput } from './input.ts'
import { messagesReader } from './messages.ts'
import { optimisationReader } from './optimisation.ts'
import { propertiesReader } from './properties.ts'
import { scfReader } from './scf.ts'

/** The rule that stands above and below NWChem's messages; 63 or 72 hyphens. */
const RULE = ` ${'-'.repeat(60)}`

const MOST_COMPLAINTS = 60

const HYPHEN = 45
const EQUALS = 61

/**
 * Reads outputs of NWChem 6.0 to 7.2 line by line, cut anywhere, several runs in one file. Lines are known by their
 * exact beginning, blanks included, so that a title or an echoed deck is not taken for a message. What stands in
 * the file of stderr is heard only where the output proves nothing.
 */
export function nwchemReader(input: NwchemInput | null): OutputReader {
  let underRule = false
  let inEcho = false
  let isNwchem = false
  let version: string | null = null
  let basisFunctions: number | null = null
  let dielectrics: { value: number; evidence: Evidence }[] = []
  let ranks: number | null = null
  let memory: number | null = null
  const modules = new Set<string>()
  let tasks = 0
  let totalTimes: Evidence | null = null
  let wall: number | null = null
  let cpu: number | null = null

  const cursor = createCursor(1)
  const complaints = createComplaints(MOST_COMPLAINTS)
  const table = createTable()
  const centres = centresTable()
  const messages = messagesReader(cursor, complaints, table, MOST_COMPLAINTS)
  const scf = scfReader(cursor, complaints, isSecondary)
  const optimisation = optimisationReader(cursor, complaints, () => underRule)
  const properties = propertiesReader(table, centres)

  /** A new run of NWChem begins, maybe not the first in this file: what it says decides. */
  function banner(line: string): void {
    isNwchem = true
    version = /\(NWChem\)\s+(\S+)/.exec(line)?.[1] ?? version
    totalTimes = null
    tasks = 0
    messages.beginAgain()
    scf.beginAgain()
    optimisation.beginAgain()
  }

  /**
   * The energy of a calculation is that of its own level at its own geometry: not those of displaced positions
   * (numerical frequencies), nor that of the shieldings' level after an optimisation.
   */
  function isSecondary(hasEnergy: boolean): boolean {
    if (input?.kind !== 'calculation') return false
    return input.task === 'freq' ? hasEnergy : input.task === 'opt+nmr' && tasks > 0
  }

  /** Six places wide: a narrower one was cut. */
  function functions(places: string | undefined): void {
    if (places && places.length >= 6) basisFunctions = numberOrNull(places)
  }

  function dielectric(line: string, value: number | null, tolerance: number): void {
    const last = dielectrics.at(-1)
    if (value !== null && !(last && Math.abs(last.value - value) <= tolerance)) {
      dielectrics = [...dielectrics, { value, evidence: cursor.here(line) }]
    }
  }

  function moduleName(line: string): void {
    modules.add(line.trim().split(' ')[1] ?? '')
  }

  const rules: readonly Rule[] = [
    [' argument  1 = ', () => (isNwchem = true)],
    ['    nwchem branch', line => (version = /^\d/.test(version ?? '') ? version : (afterEquals(line) ?? version))],
    ['          AO basis - number of functions:', line => functions(line.split(':')[1])],
    ['  functions       =', line => functions(line.split('=')[1])],
    [' Output coordinates in ', line => centres.begin(line)],
    [' dielec:', line => dielectric(line, decimals(line.split(':')[1], 4), 0)],
    // Two decimals only; some versions print nothing else.
    [' dielectric constant -eps-', line => dielectric(line, decimals(afterEquals(line), 2), 0.006)],
    ...scf.rules,
    ...optimisation.rules,
    ...properties.rules,
    ['    nproc           =', line => (ranks = numberOrNull(afterEquals(line)) ?? ranks)],
    ['    total    =', line => (memory = numberOrNull(/doubles =\s*([\d.]+) Mbytes/.exec(line)?.[1]) ?? memory)],
    ['                                 NWChem ', moduleName],
    ['                                NWChem ', moduleName],
    [' Task  times  cpu:', () => tasks++],
    [
      ' Total times  cpu:',
      line => {
        const seconds = numberOrNull(/wall:\s*([\d.]+)s/.exec(line)?.[1])
        if (seconds === null) return
        totalTimes = cursor.here(line)
        wall = seconds
        cpu = numberOrNull(/cpu:\s*([\d.]+)s/.exec(line)?.[1])
      },
    ],
    ...messages.rules,
    // Looked at for what they are, not for how they go on.
    ['====', () => {}],
    ['-', () => {}],
    ['Northwest Computational', () => {}],
  ]
  const byFirst = byFirstCharacter(rules)

  function dispatch(line: string, start: number): void {
    const code = line.charCodeAt(start)
    const found = code < 128 ? byFirst[code] : null
    if (!found) return
    for (const [prefix, read] of found) if (line.startsWith(prefix)) read(line)
    if (line.startsWith('Northwest Computational Chemistry Package (NWChem)', start)) banner(line)
    if (line.startsWith('Total SO-DFT energy', start)) scf.energyOf(line)
  }

  const work: LineByLine = {
    isBusy: () => inEcho || underRule || scf.inTable() || table.isOpen() || centres.isOpen(),
    one(line, start) {
      if (inEcho) {
        inEcho = !line.startsWith('====')
        return
      }
      if (start === line.length) {
        underRule = false
        scf.endTable()
        table.take(line)
        centres.row(line)
        return
      }
      const code = line.charCodeAt(start)
      if (code === EQUALS && line.startsWith('====') && line.includes('echo of input deck')) {
        isNwchem = true
        inEcho = true
        return
      }
      if (underRule) messages.boxed(line)
      table.take(line)
      centres.row(line)
      if (scf.inTable()) scf.iterationRow(line)
      dispatch(line, start)
      underRule = code === HYPHEN && line.startsWith(RULE)
    },
    hear: messages.hear,
  }

  function kindOf(): string | null {
    if (!isNwchem) return null
    if (properties.shieldings()) return 'nmr'
    if (properties.frequencies().length > 0 || modules.has('Analytic')) return 'freq'
    if (optimisation.isThere()) return 'opt'
    return scf.lastEnergy() || scf.state() !== 'none' ? 'sp' : null
  }

  function converged(): boolean | null {
    if (complaints.all().some(each => each.category.endsWith('-not-converged'))) return false
    if (optimisation.isThere()) return optimisation.hasConverged() ? true : null
    return scf.state() === 'done' ? true : null
  }

  return {
    line: (text, file) => cursor.read([text], file, byFirst, work),
    lines: (batch, file) => cursor.read(batch, file, byFirst, work),

    reading(): OutputReading {
      const geometry = atomsOf(centres.last())
      const shieldings = properties.shieldings()
      // Whose shieldings they are is not known where the numbers are not those of the atoms.
      const sigmas = shieldings && shieldings.size > 0 && properties.numbersAreTheirs() ? shieldings : null
      const frequencies = properties.frequencies()
      const ends = ending(
        {
          isNwchem,
          totalTimes,
          complaints: complaints.all(),
          deckLine: messages.deckLine(),
          stderr: messages.stderr.all(),
          lastLine: cursor.last(),
          lastEnergy: scf.lastEnergy(),
          tasks,
          optimised: optimisation.hasConverged(),
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
          energy_hartree: scf.energy(),
          converged: converged(),
          terminated_normally: totalTimes ? true : messages.isFatal() ? false : null,
          version,
          scf_cycles: scf.cycle(),
          opt_cycles: optimisation.count(),
          max_gradient: optimisation.maxGradient(),
          basis_functions: basisFunctions,
          dielectric: dielectrics.at(-1)?.value ?? null,
          shieldings: sigmas && [...sigmas].map(([atom, { element, sigma }]) => ({ atom, element, sigma_ppm: sigma })),
          wall_s: wall,
        },
        figures: {
          cycles: optimisation.cycles(),
          mulliken: properties.mulliken(),
          frequencies: frequencies.length > 0 ? frequencies : null,
          // Translations and rotations are projected out, and so stand there as zeros.
          imaginary: frequencies.length > 0 ? frequencies.filter(value => value < -1).length : null,
          dipole_debye: properties.dipole(),
          cpu_s: cpu,
          ranks,
          memory_mb: memory,
        },
        kind: kindOf(),
        geometry,
        now: { scf_cycle: scf.state() === 'iterating' ? scf.cycle() : null, opt_cycle: optimisation.count() },
      }
    },
  }
}
