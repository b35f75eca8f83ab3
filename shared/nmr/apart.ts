import { badInput, ok, type Result } from '../result.ts'

/** Angstrom; the shortest bond there is, of H2+ and HeH+, has more than 0.7. */
const NEAREST = 0.4

type Position = readonly [x: number, y: number, z: number]

/**
 * Refused (`field`): two atoms in one place, in angstrom. Each atom is held to those in its own and the neighbouring cells
 * of a grid only: a file may hold a protein in its water.
 */
export function checkApart(elements: readonly string[], positions: readonly Position[], field: string): Result<void> {
  const cells = new Map<string, number[]>()
  for (const [j, b] of positions.entries()) {
    const [x, y, z] = b.map(each => Math.floor(each / NEAREST)) as unknown as Position
    for (let n = 0; n < 27; n++) {
      const near = cells.get(`${x - 1 + (n % 3)} ${y - 1 + (Math.floor(n / 3) % 3)} ${z - 1 + Math.floor(n / 9)}`) ?? []
      for (const i of near) {
        const a = positions[i] as Position
        if (Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) >= NEAREST) continue
        const [first, second] = [i, j].map(each => `${each + 1} (${elements[each]})`)
        return badInput(field, `Atoms ${first} and ${second} of the structure are on top of each other.`)
      }
    }
    const own = `${x} ${y} ${z}`
    const there = cells.get(own)
    if (there) there.push(j)
    else cells.set(own, [j])
  }
  return ok(undefined)
}
