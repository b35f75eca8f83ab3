import { useRef } from 'react'
import type { Reading } from '../../shared/contract.ts'

/** So many cycles are kept of each conformer. */
const MOST = 200

/**
 * The energies of each conformer's optimisation by cycle, from the readings that this window has seen: readings are no
 * facts, so what was not watched is not drawn.
 */
export function useCycles(
  conformers: readonly string[],
  reading: (key: string) => Reading | undefined,
): (key: string) => readonly number[] {
  const seen = useRef(new Map<string, Map<number, number>>())
  for (const key of conformers) {
    const now = reading(key)
    if (!now || now.opt_cycle === null || now.energy_hartree === null) continue
    const cycles = seen.current.get(key) ?? new Map<number, number>()
    if (cycles.size < MOST) cycles.set(now.opt_cycle, now.energy_hartree)
    seen.current.set(key, cycles)
  }
  return key => [...(seen.current.get(key) ?? [])].sort(([a], [b]) => a - b).map(([, energy]) => energy)
}
