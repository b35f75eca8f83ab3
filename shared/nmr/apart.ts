import { badInput, ok, type Result } from '../result.ts'

/** Angstrom; the shortest bond there is, of H2+ and HeH+, has more than 0.7. */
const NEAREST = 0.4

type Position = readonly [x: number, y: number, z: number]

/** Refused (`field`): two atoms in one place, in angstrom. */
export function checkApart(elements: readonly string[], positions: readonly Position[], field: string): Result<void> {
  for (const [i, a] of positions.entries()) {
    for (let j = i + 1; j < positions.length; j++) {
      const b = positions[j] as Position
      if (Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) >= NEAREST) continue
      const [first, second] = [i, j].map(n => `${n + 1} (${elements[n]})`)
      return badInput(field, `atoms ${first} and ${second} of the structure are on top of each other`)
    }
  }
  return ok(undefined)
}
