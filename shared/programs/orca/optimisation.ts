import type { Complaints } from '../complaints.ts'
import type { Cursor } from '../cursor.ts'
import { decimals, numberOrNull } from '../numbers.ts'
import type { OptimisationReader } from '../optimisation-reader.ts'
import type { Evidence, OptCycle } from '../program.ts'

export interface OrcaOptimisation extends OptimisationReader {
  /** The energy (hartree) of the cycle at work, if there is one. */
  energy(hartree: number | null): void
  /** The line by which the last cycle asks for another one. */
  moreCyclesNeeded(): Evidence | null
  /** Hartree per bohr. */
  maxGradient(): number | null
}

export function optimisationReader(cursor: Cursor, complaints: Complaints): OrcaOptimisation {
  let optimising = false
  let optimised = false
  let moreCyclesNeeded: Evidence | null = null
  /** A cycle has begun that has no energy yet. */
  let opened = false
  let count: number | null = null
  let maxGradient: number | null = null
  let cycles: OptCycle[] = []

  function cycle(): void {
    optimising = true
    optimised = false
    if (count === null) cycles = []
    count = (count ?? 0) + 1
    opened = true
    moreCyclesNeeded = null
  }

  function energy(hartree: number | null): void {
    if (!opened) return
    cycles.push({ energy_hartree: hartree, gradient: null })
    opened = false
  }

  /** "Current Energy                          ....  -384.658792711 Eh": ORCA 2 gives no other energy of a cycle. */
  function cycleEnergy(line: string): void {
    const hartree = decimals(/\.\.\s+(-?\d+\.\d+) Eh/.exec(line)?.[1], 9)
    if (hartree !== null) energy(hartree)
  }

  function gradient(line: string): void {
    // "MAX gradient        0.0007463819            0.0003000000      NO" of the convergence table; 8 decimals before ORCA 4.
    const [, value, wanted] = /^\s*MAX gradient\s+(-?\d+\.\d{8,10})\s+(?:(\d+\.\d{8,10})\s)?/.exec(line) ?? []
    if (value === undefined || !optimising) return
    maxGradient = numberOrNull(value)
    const last = cycles.at(-1)
    const target = numberOrNull(wanted)
    if (last) cycles[cycles.length - 1] = { ...last, gradient: maxGradient, ...(target === null ? {} : { target }) }
  }

  function converged(): void {
    optimised = true
    moreCyclesNeeded = null
    complaints.forget('opt-not-converged')
  }

  return {
    rules: [
      ['*                GEOMETRY OPTIMIZATION CYCLE', cycle],
      ['Current Energy ', cycleEnergy],
      ['MAX gradient', gradient],
      ['***        THE OPTIMIZATION HAS CONVERGED', converged],
      ['***********************HURRAY', converged],
      ['The optimization has not yet converged', line => (moreCyclesNeeded = cursor.here(line))],
      [
        'The optimization did not converge',
        line => complaints.add({ category: 'opt-not-converged', weight: 2 }, cursor.here(line)),
      ],
    ],
    beginAgain() {
      optimising = false
      optimised = false
      moreCyclesNeeded = null
    },
    energy,
    isThere: () => optimising,
    hasConverged: () => optimised,
    moreCyclesNeeded: () => (optimising && !optimised ? moreCyclesNeeded : null),
    count: () => count,
    cycles: () => cycles,
    maxGradient: () => maxGradient,
  }
}
