import type { Geometry, Position } from './molecule.ts'
import { at, minus } from './vectors.ts'

/** A proper rotation and the two centres it works between: `move` brings the second geometry onto the first. */
export interface Superposition {
  move(point: Position): Position
}

/**
 * The rotation (never a reflection) that brings atoms of `moving` best onto atoms of `fixed`, by least squares.
 * `pairs` says which: [atom of fixed, atom of moving]. Quaternion form: Horn, J. Opt. Soc. Am. A 4 (1987) 629.
 */
export function superpose(
  fixed: Geometry,
  moving: Geometry,
  pairs: readonly (readonly [number, number])[],
): Superposition {
  const centreFixed = centre(pairs.map(([i]) => at(fixed, i)))
  const centreMoving = centre(pairs.map(([, j]) => at(moving, j)))
  let [xx, xy, xz, yx, yy, yz, zx, zy, zz] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  for (const [i, j] of pairs) {
    const a = minus(at(moving, j), centreMoving)
    const b = minus(at(fixed, i), centreFixed)
    xx += a[0] * b[0]
    xy += a[0] * b[1]
    xz += a[0] * b[2]
    yx += a[1] * b[0]
    yy += a[1] * b[1]
    yz += a[1] * b[2]
    zx += a[2] * b[0]
    zy += a[2] * b[1]
    zz += a[2] * b[2]
  }
  const [w, x, y, z] = largestEigenvector([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ])
  const rows: readonly Position[] = [
    [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
  ]
  return {
    move(point) {
      const p = minus(point, centreMoving)
      const [a, b, c] = rows.map((row, k) => row[0] * p[0] + row[1] * p[1] + row[2] * p[2] + (centreFixed[k] ?? 0))
      return [a ?? 0, b ?? 0, c ?? 0]
    },
  }
}

function centre(points: readonly Position[]): Position {
  let [x, y, z] = [0, 0, 0]
  for (const point of points) {
    x += point[0]
    y += point[1]
    z += point[2]
  }
  const n = points.length || 1
  return [x / n, y / n, z / n]
}

/** Of a symmetric 4 x 4 matrix, by cyclic Jacobi rotations; length 1. */
function largestEigenvector(symmetric: readonly (readonly number[])[]): readonly [number, number, number, number] {
  const m = symmetric.map(row => [...row])
  const v = m.map((_, i) => m.map((_, j) => (i === j ? 1 : 0)))
  const get = (matrix: number[][], i: number, j: number) => matrix[i]?.[j] ?? 0
  function set(matrix: number[][], i: number, j: number, value: number): void {
    const row = matrix[i]
    if (row) row[j] = value
  }
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let p = 0; p < 4; p++) for (let q = p + 1; q < 4; q++) off += get(m, p, q) ** 2
    if (off < 1e-22) break
    for (let p = 0; p < 4; p++) {
      for (let q = p + 1; q < 4; q++) {
        const apq = get(m, p, q)
        if (Math.abs(apq) < 1e-300) continue
        const theta = (get(m, q, q) - get(m, p, p)) / (2 * apq)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let k = 0; k < 4; k++) {
          const [kp, kq] = [get(m, k, p), get(m, k, q)]
          set(m, k, p, c * kp - s * kq)
          set(m, k, q, s * kp + c * kq)
        }
        for (let k = 0; k < 4; k++) {
          const [pk, qk] = [get(m, p, k), get(m, q, k)]
          set(m, p, k, c * pk - s * qk)
          set(m, q, k, s * pk + c * qk)
          const [vp, vq] = [get(v, k, p), get(v, k, q)]
          set(v, k, p, c * vp - s * vq)
          set(v, k, q, s * vp + c * vq)
        }
      }
    }
  }
  const best = [0, 1, 2, 3].reduce((a, b) => (get(m, b, b) > get(m, a, a) ? b : a))
  return [get(v, 0, best), get(v, 1, best), get(v, 2, best), get(v, 3, best)]
}
