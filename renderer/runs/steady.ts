import type { Eta } from '../../shared/progress/eta.ts'
import { type ShownEta, steadyEta } from '../../shared/progress/steady-eta.ts'

const shown = new Map<string, ShownEta>()

/** The forecast of a run as it stands on the screen, the same wherever it stands. */
export function steadyOf(run: string, next: Eta | null): Eta | null {
  const now = steadyEta(shown.get(run) ?? null, next, Date.now())
  shown.set(run, now)
  return now.eta
}
