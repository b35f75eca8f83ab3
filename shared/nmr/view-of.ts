import type { Geometry, Position } from './molecule.ts'
import { cross, dot, minus, norm, plus, times, unit } from './vectors.ts'

/**
 * The geometry as it is best looked at, along z: its longest extent lies along x, what stands farthest out from that
 * along y, its middle in the origin. The first atom is at the left and the farthest one above, so that pictures of
 * conformers can be compared.
 */
export function viewOf(geometry: Geometry): Geometry {
  const [first, ...rest] = geometry
  if (!first || rest.length === 0) return geometry.map(() => [0, 0, 0])
  const [left, right] = farthestPair(geometry)
  const turn = dot(minus(first, times(plus(left, right), 0.5)), minus(right, left)) > 0
  const x = unit(turn ? minus(left, right) : minus(right, left))
  const middle = times(plus(left, right), 0.5)
  const aside = geometry.map(point => {
    const from = minus(point, middle)
    return minus(from, times(x, dot(from, x)))
  })
  const out = aside.reduce((best, each) => (norm(each) > norm(best) ? each : best))
  const y = norm(out) > 1e-6 ? unit(out) : perpendicular(x)
  const z = cross(x, y)
  const placed = geometry.map((point): Position => {
    const from = minus(point, middle)
    return [dot(from, x), dot(from, y), dot(from, z)]
  })
  return centred(placed)
}

/** Atoms beyond this many are not all compared with each other. */
const MOST_COMPARED = 120

function farthestPair(geometry: Geometry): readonly [Position, Position] {
  const points = geometry.length <= MOST_COMPARED ? geometry : extremes(geometry)
  let best: readonly [Position, Position] = [points[0] as Position, points[1] as Position]
  let longest = -1
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) {
      const length = norm(minus(a, b))
      if (length > longest + 1e-6) [best, longest] = [[a, b], length]
    }
  }
  return best
}

/** The outermost points along a few directions: among them are, nearly, the two that lie farthest apart. */
function extremes(geometry: Geometry): Geometry {
  const directions: readonly Position[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
    [1, -1, 0],
    [1, 0, 1],
    [1, 0, -1],
    [0, 1, 1],
    [0, 1, -1],
  ]
  return directions.flatMap(along => {
    const sorted = [...geometry].sort((a, b) => dot(a, along) - dot(b, along))
    return [sorted[0] as Position, sorted.at(-1) as Position]
  })
}

function perpendicular(x: Position): Position {
  return unit(cross(x, Math.abs(x[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]))
}

function centred(points: Geometry): Geometry {
  const half = (k: 0 | 1 | 2) => {
    const values = points.map(point => point[k])
    return (Math.min(...values) + Math.max(...values)) / 2
  }
  const middle: Position = [half(0), half(1), half(2)]
  return points.map(point => minus(point, middle))
}
