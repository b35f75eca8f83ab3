import type { Geometry, Position } from './molecule.ts'

export function minus(a: Position, b: Position): Position {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

export function plus(a: Position, b: Position): Position {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

export function times(a: Position, factor: number): Position {
  return [a[0] * factor, a[1] * factor, a[2] * factor]
}

export function dot(a: Position, b: Position): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function cross(a: Position, b: Position): Position {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

export function norm(a: Position): number {
  return Math.sqrt(dot(a, a))
}

/** The vector with length 1; a null vector stays one. */
export function unit(a: Position): Position {
  const length = norm(a)
  return length === 0 ? a : times(a, 1 / length)
}

export function distance(a: Position, b: Position): number {
  return norm(minus(a, b))
}

/** The atom's position; a defect of the caller where there is no such atom. */
export function at(geometry: Geometry, atom: number): Position {
  const position = geometry[atom]
  if (!position) throw new Error(`no atom ${atom + 1} in a geometry of ${geometry.length}`)
  return position
}

/** Turned about an axis through the origin by an angle in radians (Rodrigues' formula). */
export function turned(point: Position, axis: Position, angle: number): Position {
  const k = unit(axis)
  const parallel = times(k, dot(k, point) * (1 - Math.cos(angle)))
  return plus(plus(times(point, Math.cos(angle)), times(cross(k, point), Math.sin(angle))), parallel)
}

/** The mirror image (z reversed). */
export function mirrored(geometry: Geometry): Geometry {
  return geometry.map(([x, y, z]) => [x, y, -z])
}
