import type { Complaints } from '../complaints.ts'
import type { Cursor } from '../cursor.ts'
import { afterEquals, decimals, numberOrNull } from '../numbers.ts'
import type { OptimisationReader } from '../optimisation-reader.ts'
import type { OptCycle } from '../program.ts'
import type { Rule } from '../rules.ts'

/** Driver and stepper. The step 0 is among the cycles, and those of the last optimisation count. */
export interface NwchemOptimisation extends OptimisationReader {
  /** Hartree per bohr. */
  maxGradient(): number | null
}

/** `underRule` tells whether the line that is being read stands below a rule, as messages do. */
export function optimisationReader(
  cursor: Cursor,
  complaints: Complaints,
  underRule: () => boolean,
): NwchemOptimisation {
  let optimising = false
  let optimised = false
  let count: number | null = null
  let lastStep: number | null = null
  let maxGradient: number | null = null
  let gradientTarget: number | null = null
  let cycles: OptCycle[] = []

  /** "@    1    -115.12345678 -1.2D-03  0.00123  0.00045  0.00211  0.00599      12.3" */
  function step(line: string): void {
    const [, word, energy, , gradient, ...more] = line.split(/\s+/)
    if (!/^\d+$/.test(word ?? '') || more.length < 4) return
    const number = Number(word)
    if (number === 0 && lastStep !== 0) {
      count = 0
      cycles = []
    }
    if (number !== lastStep) count = (count ?? 0) + 1
    lastStep = number
    maxGradient = numberOrNull(gradient)
    // The last one is printed a second time when it has converged.
    cycles.length = Math.max(0, Math.min(cycles.length, (count ?? 1) - 1))
    cycles.push({
      energy_hartree: numberOrNull(energy),
      gradient: maxGradient,
      ...(gradientTarget === null ? {} : { target: gradientTarget }),
    })
  }

  const rules: readonly Rule[] = [
    [' maximum gradient threshold         (gmax)', line => (gradientTarget = decimals(afterEquals(line), 6))],
    [
      '                           NWChem Geometry Optimization',
      () => {
        optimising = true
        optimised = false
        lastStep = null
        complaints.forget('opt-not-converged')
      },
    ],
    ['@', step],
    [
      '      Optimization converged',
      () => {
        optimised = true
        complaints.forget('opt-not-converged')
      },
    ],
    [
      ' Failed to converge in maximum number',
      line => {
        if (underRule()) complaints.add({ category: 'opt-not-converged', weight: 2 }, cursor.here(line))
      },
    ],
  ]

  return {
    rules,
    beginAgain() {
      optimising = false
      optimised = false
    },
    isThere: () => optimising,
    hasConverged: () => optimised,
    count: () => count,
    cycles: () => cycles,
    maxGradient: () => maxGradient,
  }
}
