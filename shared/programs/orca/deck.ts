import type { Resources } from '../../model/job.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { findSolvent } from '../../solvents.ts'
import { plainTitle } from '../calculation.ts'
import type { GeometryAtom } from '../program.ts'
import type { OrcaCalculation } from './input.ts'
import { findOrcaLevel, orcaSolvents } from './levels.ts'

/** ORCA takes more than %maxcore at times: its manual advises 75 % of what a core has. */
const SHARE = 0.75
const LEAST_MB = 150

export const RESTART = 'restart.gbw'

/** `%maxcore` in MB: 75 % of a rank's share of the job's memory. Refused below 150 MB, naming `memory`. */
export function maxcore({ memory_mb, ranks }: Resources): Result<number> {
  const mb = Math.floor((memory_mb / ranks) * SHARE)
  if (mb >= LEAST_MB) return ok(mb)
  return badInput(
    'memory',
    `${memory_mb} MB for ${ranks} rank${ranks === 1 ? '' : 's'} is too little for ORCA.`,
    `At least ${Math.ceil((ranks * LEAST_MB) / SHARE)} MB in total, or fewer ranks`,
  )
}

/** The words of the line `!`, all found: of the first job, and of the shieldings where they have a level of their own. */
export interface Words {
  readonly level: string
  readonly shielding: string | null
  /** Empty in the gas phase. */
  readonly solvent: string
}

/** Words of `!` that say what is computed or by how many: the task and the resources do, once. */
const TAKEN =
  /^(z?c?opt|l?opt|tightopt|verytightopt|looseopt|optts|scants|(num|an)?freq|nmr|pal\d+|engrad|numgrad|neb.*|irc|md)$/i

/** Looks up level, keywords and solvent; a fault names `xc`, `basis`, `keywords` or `solvent`. */
export function findWords(input: OrcaCalculation): Result<Words> {
  const { xc, basis, keywords } = input
  if (!/^[A-Za-z0-9 ()+*,./='_-]*$/.test(keywords)) {
    return badInput('keywords', `Not words of ORCA's simple input: ${keywords}.`, 'For %blocks give an input file')
  }
  const taken = keywords.split(/\s+/).find(word => TAKEN.test(word))
  if (taken) return badInput('keywords', `${taken} is not said by --keywords.`, 'Use --task, --ranks, or an input file')
  let level = ''
  if (xc !== null && basis !== null) {
    const found = findOrcaLevel({ xc, basis })
    if (!found.ok) return found
    level = found.value.words
  } else if (keywords.trim() === '')
    return badInput('keywords', 'No method is named.', 'e.g. --keywords B3LYP/def2-SVP')
  const shielding = input.shielding ? findOrcaLevel(input.shielding) : ok(null)
  if (!shielding.ok) return shielding
  const solvent = findSolvent(input.solvent)
  if (!solvent.ok) return solvent
  const { id, label } = solvent.value
  const name = orcaSolvents[id]
  if (id !== 'gas' && name === undefined) return badInput('solvent', `ORCA's CPCM has no ${label}.`)
  return ok({
    level: [level, keywords.trim()].filter(Boolean).join(' '),
    shielding: shielding.value?.words ?? null,
    solvent: name === undefined ? '' : `CPCM(${name})`,
  })
}

/** Everything of the input that decides its result: no title, no memory, no number of processes. */
export function deckBody(input: OrcaCalculation, words: Words, atoms: readonly GeometryAtom[]): string {
  const { task, charge, multiplicity, max_cycles, cartesian, restart } = input
  const { level, shielding, solvent } = words
  const opt = cartesian ? 'COpt' : 'Opt'
  const own = shielding !== null && shielding !== level
  const shieldingLevel = shielding ?? level
  const structure = [
    `* xyz ${charge} ${multiplicity}`,
    ...atoms.map(([element, ...at]) => `  ${element.padEnd(2)} ${at.map(x => x.toFixed(8).padStart(14)).join(' ')}`),
    '*',
  ]
  const first = {
    opt: `${level} ${opt}`,
    sp: level,
    freq: `${level} Freq`,
    nmr: `${shieldingLevel} NMR`,
    'opt+nmr': own ? `${level} ${opt}` : `${level} ${opt} NMR`,
  }[task]
  return [
    simple(first, restart ? 'MORead' : ''),
    ...(restart ? [`%moinp "${RESTART}"`] : []),
    ...(task.startsWith('opt') ? [`%geom MaxIter ${max_cycles} end`] : []),
    ...structure,
    // The second job starts from the geometry that the first one leaves in larmor.xyz.
    ...(task === 'opt+nmr' && own
      ? ['$new_job', simple(`${shieldingLevel} NMR`), `* xyzfile ${charge} ${multiplicity} larmor.xyz`]
      : []),
  ].join('\n')

  function simple(...parts: readonly string[]): string {
    return `! ${[...parts, 'TightSCF', solvent].filter(Boolean).join(' ')}`
  }
}

/** The whole input as ORCA reads it. `perRank` from `maxcore`. */
export function deckText(
  input: OrcaCalculation,
  words: Words,
  atoms: readonly GeometryAtom[],
  { memory_mb, ranks }: Resources,
  perRank: number,
): string {
  const title = plainTitle(input.title)
  return `${[
    `# ${title}`,
    `# Memory: ${memory_mb} MB for the job / ${ranks} rank${ranks === 1 ? '' : 's'} * 75 % = ${perRank} MB a rank.`,
    `%maxcore ${perRank}`,
    ...(ranks > 1 ? [`%pal nprocs ${ranks} end`] : []),
    deckBody(input, words, atoms),
  ].join('\n')}\n`
}
