import { chance } from '../../../shared/chance.ts'

/** The number that the slices of this test run are drawn by: the same one gives the same cases again. */
export const sweepSeed = Number(process.env.LARMOR_SWEEP_SEED ?? 1)

/** All of them with LARMOR_SWEEP=full, otherwise `size` of them, drawn by LARMOR_SWEEP_SEED. */
export function slice<T>(cases: readonly T[], size: number): readonly T[] {
  if (process.env.LARMOR_SWEEP === 'full') return cases
  const random = chance(sweepSeed)
  return cases
    .map((one, at) => ({ one, at, by: random() }))
    .toSorted((a, b) => a.by - b.by)
    .slice(0, size)
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one)
}
