import type { Resources } from '../../model/job.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { findSolvent, type Solvent } from '../../solvents.ts'
import { plainTitle } from '../calculation.ts'
import type { GeometryAtom } from '../program.ts'
import { uffCavityRadius } from './cavity.ts'
import type { NwchemCalculation } from './input.ts'
import { findLevel, type NwchemLevel } from './levels.ts'

/** What one rank takes beside the memory that NWChem hands out itself: code and libraries (67 MB measured, 7.0.2). */
const OVERHEAD_MB = 100

/** Below it even small molecules stop with `xc_setquad: out of memory`. */
const LEAST_MB = 200

/**
 * `memory total` of the deck in MB. NWChem counts it per rank, Larmor's memory is that of the whole job:
 * floor(memory of the job / ranks) - 100 MB for NWChem itself. Refused below 200 MB, naming `memory`.
 */
export function memoryPerRank({ memory_mb, ranks }: Resources): Result<number> {
  const mb = Math.floor(memory_mb / ranks) - OVERHEAD_MB
  if (mb >= LEAST_MB) return ok(mb)
  return badInput(
    'memory',
    `${memory_mb} MB for ${ranks} rank${ranks === 1 ? '' : 's'} is too little for NWChem.`,
    `At least ${ranks * (LEAST_MB + OVERHEAD_MB)} MB in total, or fewer ranks`,
  )
}

/** The words of a calculation that NWChem has to be asked about, all found. */
export interface Words {
  readonly level: NwchemLevel
  readonly shielding: NwchemLevel
  readonly solvent: Solvent
}

/** Looks up level and solvent; an unknown one is refused, for NWChem may take it for something else without a word. */
export function findWords(calculation: NwchemCalculation): Result<Words> {
  const level = findLevel(calculation)
  if (!level.ok) return level
  const shielding = findLevel(calculation.shielding ?? calculation)
  if (!shielding.ok) return shielding
  const solvent = findSolvent(calculation.solvent)
  if (!solvent.ok) return solvent
  return ok({ level: level.value, shielding: shielding.value, solvent: solvent.value })
}

/** Everything of the deck that decides its result: no title, no memory, no names of files. */
export function deckBody(calculation: NwchemCalculation, words: Words, atoms: readonly GeometryAtom[]): string {
  const { task, charge, multiplicity, autoz, max_cycles } = calculation
  const { level, shielding, solvent } = words
  return lines(
    `charge ${charge}`,
    // Without noautosym NWChem turns the molecule and makes it symmetric: positions would no longer be comparable.
    `geometry units angstrom noautosym${autoz ? '' : ' noautoz'}`,
    ...atoms.map(([element, ...at]) => `  ${element.padEnd(2)} ${at.map(x => x.toFixed(8).padStart(14)).join(' ')}`),
    'end',
    continuum(task === 'nmr' ? shielding : level),
    ...steps(),
  )

  function steps(): readonly (string | null)[] {
    switch (task) {
      case 'opt':
        return optimise()
      case 'nmr':
        return shield()
      case 'sp':
        return [method(level), 'task dft energy']
      case 'freq':
        return [method(level), 'task dft freq']
      case 'opt+nmr':
        // Settings of the first block (dispersion, vectors of another basis set) would stay otherwise.
        return [...optimise(), 'unset dft:*', ...otherCavity(), ...shield()]
    }
  }
  function continuum({ cavity }: NwchemLevel): string | null {
    if (solvent.nwchem === null) return null
    const radii = atoms.map(([element]) => uffCavityRadius(element).toFixed(4))
    const cavityLines = cavity === null ? [] : [`radius ${radii.join('\n         ')}`]
    return block('cosmo', 'do_gasphase False', `solvent ${solvent.nwchem}`, ...cavityLines)
  }
  /** A second block alone would keep the radii of the first. */
  function otherCavity(): readonly (string | null)[] {
    return solvent.nwchem === null || level.cavity === shielding.cavity ? [] : ['unset cosmo:*', continuum(shielding)]
  }
  function optimise(): readonly string[] {
    return [method(level), block('driver', `maxiter ${max_cycles}`), 'task dft optimize']
  }
  function shield(): readonly string[] {
    return [method(shielding, 'direct'), block('property', 'shielding'), 'task dft property']
  }
  /** `direct`: with stored integrals the shieldings can stop with "cphf_solve2: SCF residual greater than 1d-2". */
  function method({ xc, basis }: NwchemLevel, ...more: readonly string[]): string {
    return lines(block('basis spherical', `* library ${basis}`), block('dft', ...xc, ...more, `mult ${multiplicity}`))
  }
}

/** The whole deck as NWChem reads it. `perRank` from `memoryPerRank`. */
export function deckText(
  calculation: NwchemCalculation,
  words: Words,
  atoms: readonly GeometryAtom[],
  resources: Resources,
  perRank: number,
): string {
  const { memory_mb, ranks } = resources
  return `${lines(
    `# ${words.level.label}${calculation.task.endsWith('nmr') ? `, shieldings ${words.shielding.label}` : ''}, ${words.solvent.label}`,
    `# Memory: ${memory_mb} MB for the job / ${ranks} rank${ranks === 1 ? '' : 's'} - ${OVERHEAD_MB} MB for NWChem itself = ${perRank} MB a rank.`,
    `title "${plainTitle(calculation.title)}"`,
    'start larmor',
    'scratch_dir .',
    'permanent_dir .',
    `memory total ${perRank} mb`,
    deckBody(calculation, words, atoms),
  )}\n`
}

function block(head: string, ...inside: readonly string[]): string {
  return [head, ...inside.map(line => `  ${line}`), 'end'].join('\n')
}

function lines(...parts: readonly (string | null)[]): string {
  return parts.filter(part => part !== null).join('\n')
}
