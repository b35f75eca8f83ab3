import { formatXyz } from './xyz.ts'

const d = 1.09
const siC = 1.88

/** Tetrahedral directions. */
const corners = [
  [1, 1, 1],
  [1, -1, -1],
  [-1, 1, -1],
  [-1, -1, 1],
] as const

/** In the order of `tmsXyz`. */
export const tmsElements: readonly string[] = ['Si', ...corners.flatMap(() => ['C', 'H', 'H', 'H'])]

/**
 * Tetramethylsilane, Td, to start an optimisation from: Si first, then each carbon and its three hydrogens. The same
 * text for ever, so that its calculations are found again. Si-C 1.88, C-H 1.09 angstrom, all angles tetrahedral.
 */
export function tmsXyz(): string {
  const geometry: (readonly [number, number, number])[] = [[0, 0, 0]]
  for (const corner of corners) {
    const [x, y, z] = corner.map(value => value / Math.sqrt(3)) as [number, number, number]
    geometry.push([siC * x, siC * y, siC * z])
    // A hydrogen points away from silicon's three other corners: staggered to them.
    for (const other of corners.filter(each => each !== corner)) {
      const [u, v, w] = other.map(value => (-d * value) / Math.sqrt(3)) as [number, number, number]
      geometry.push([siC * x + u, siC * y + v, siC * z + w])
    }
  }
  return formatXyz(tmsElements, geometry, 'TMS')
}
