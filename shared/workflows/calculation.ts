import type { Json } from '../ids.ts'
import type { LevelProgram, NwchemCalculation, OrcaCalculation } from '../programs/index.ts'

/** What is calculated of a closed-shell molecule, whichever program does it. */
type Calculation = Omit<NwchemCalculation, 'kind' | 'multiplicity' | 'repairs'>

/** The input by which the program is told what to calculate: in all workflows alike, so that each finds what another did. */
export function calculationInput(program: LevelProgram, { autoz, geometry, ...rest }: Calculation): Json {
  const { sha256, bytes } = geometry
  const same = { kind: 'calculation', ...rest, geometry: { sha256, bytes }, multiplicity: 1 } as const
  // ORCA's redundant internal coordinates bear straight angles.
  const input: NwchemCalculation | OrcaCalculation =
    program === 'orca' ? { ...same, keywords: '', cartesian: false, restart: null } : { ...same, autoz }
  return input as unknown as Json
}

/**
 * Whether some atom has two neighbours and at least four bonds to them, as in alkynes, nitriles and allenes: three atoms
 * stand in a line, where NWChem's internal coordinates fail. A bond is two atoms and an order.
 */
export function hasStraightAngle(bonds: readonly (readonly [a: number, b: number, order: number])[]): boolean {
  const orders = new Map<number, number[]>()
  for (const [a, b, order] of bonds) for (const atom of [a, b]) orders.set(atom, [...(orders.get(atom) ?? []), order])
  return [...orders.values()].some(of => of.length === 2 && of.reduce((sum, order) => sum + order, 0) >= 4)
}
