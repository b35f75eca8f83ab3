import type { Complaints } from '../complaints.ts'
import type { Cursor } from '../cursor.ts'
import { decimals } from '../numbers.ts'
import type { OptimisationReader } from '../optimisation-reader.ts'
import type { OptCycle } from '../program.ts'

/** `cycleBegins` is told of each, in which a table of SCF iterations follows. */
export function optimisationReader(
  cursor: Cursor,
  complaints: Complaints,
  cycleBegins: () => void,
): OptimisationReader {
  let optimising = false
  let optimised = false
  let count: number | null = null
  let cycles: OptCycle[] = []
  /** Hartree per bohr. */
  let target: number | null = null

  function cycle(): void {
    count = (count ?? 0) + 1
    optimising = true
    cycleBegins()
  }

  function energy(line: string): void {
    const hartree = decimals(/:\s*(\S+)\s+Eh/.exec(line)?.[1], 7)
    if (hartree !== null && optimising && cycles.length < (count ?? 0)) {
      cycles.push({ energy_hartree: hartree, gradient: null })
    }
  }

  function gradientNorm(line: string): void {
    const last = cycles.at(-1)
    const gradient = decimals(/:\s*(\S+)\s+Eh/.exec(line)?.[1], 7)
    if (!last || gradient === null || !optimising) return
    cycles[cycles.length - 1] = { ...last, gradient, ...(target === null ? {} : { target }) }
  }

  function converged(): void {
    optimised = true
    complaints.forget('opt-not-converged')
  }

  return {
    rules: [
      ['|                        A N C O P T', () => (optimising = true)],
      [':   grad. convergence', line => (target = decimals(/convergence\s+(\S+) Eh/.exec(line)?.[1], 7))],
      ['.............................. CYCLE', cycle],
      ['* total energy  :', energy],
      ['gradient norm :', gradientNorm],
      ['*** GEOMETRY OPTIMIZATION CONVERGED', converged],
      [
        '*** FAILED TO CONVERGE GEOMETRY',
        line => complaints.add({ category: 'opt-not-converged', weight: 2 }, cursor.here(line)),
      ],
    ],
    beginAgain() {
      optimising = false
      optimised = false
      count = null
      cycles = []
    },
    isThere: () => optimising,
    hasConverged: () => optimised,
    count: () => count,
    cycles: () => cycles,
  }
}
