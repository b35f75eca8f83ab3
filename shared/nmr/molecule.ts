/** Positions in angstrom, in the order of the molecule's atoms. */
export type Geometry = readonly Position[]
export type Position = readonly [x: number, y: number, z: number]

/** A bond between two atoms, counted from 0. Delocalised bonds are given in one of their Kekule forms. */
export interface Bond {
  readonly a: number
  readonly b: number
  readonly order: number
}

/** Which atom is bound to which; all hydrogens are there. */
export interface Molecule {
  readonly elements: readonly string[]
  readonly bonds: readonly Bond[]
}

/** A molecule with what is asked of it all the time. */
export interface Graph extends Molecule {
  /** Neighbours of each atom, rising. */
  readonly neighbours: readonly (readonly number[])[]
  /** The order of the bond between two atoms; 0 where there is none. */
  order(a: number, b: number): number
  /** Whether the bond is part of a ring of fewer than 8 atoms. */
  inSmallRing(a: number, b: number): boolean
}

const SMALL_RING = 8

/** The molecule with its neighbour lists. */
export function graphOf(molecule: Molecule): Graph {
  const neighbours: number[][] = molecule.elements.map(() => [])
  const orders = new Map<number, number>()
  const count = molecule.elements.length
  for (const { a, b, order } of molecule.bonds) {
    neighbours[a]?.push(b)
    neighbours[b]?.push(a)
    orders.set(a * count + b, order).set(b * count + a, order)
  }
  for (const list of neighbours) list.sort((x, y) => x - y)
  const ringBonds = new Map<number, boolean>()

  /** Breadth first from a to b, without the bond itself. */
  function closesRing(a: number, b: number): boolean {
    let front = [a]
    const seen = new Set(front)
    for (let length = 2; length < SMALL_RING; length++) {
      const next: number[] = []
      for (const from of front) {
        for (const to of neighbours[from] ?? []) {
          if (seen.has(to) || (from === a && to === b)) continue
          if (to === b) return true
          seen.add(to)
          next.push(to)
        }
      }
      front = next
    }
    return false
  }

  return {
    ...molecule,
    neighbours,
    order: (a, b) => orders.get(a * count + b) ?? 0,
    inSmallRing(a, b) {
      const key = Math.min(a, b) * count + Math.max(a, b)
      const known = ringBonds.get(key)
      if (known !== undefined) return known
      const answer = closesRing(a, b)
      ringBonds.set(key, answer)
      return answer
    },
  }
}
