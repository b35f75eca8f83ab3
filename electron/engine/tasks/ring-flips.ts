import type { Graph, Position } from '../../../shared/nmr/molecule.ts'
import { at, cross, dot, minus, norm, plus, times, turned, unit } from '../../../shared/nmr/vectors.ts'
import type { Move } from './move.ts'

/**
 * Other puckerings of each flexible ring of 5 to 8 atoms: corners that stand in one ring only go through the plane of
 * their neighbours, in a six-membered ring two opposite ones at once, which makes a chair the other chair. Source: corner
 * flapping, Goto and Osawa, J. Am. Chem. Soc. 111 (1989) 8950.
 */
export function ringFlips(graph: Graph): readonly Move[] {
  const rings = smallRings(graph)
  return rings.flatMap(ring => {
    const free = ring.map(atom => isSaturated(graph, atom) && rings.filter(other => other.includes(atom)).length === 1)
    const corner = (index: number): Move | null => (free[index] ? flap(graph, ring, index) : null)
    if (ring.length === 6) {
      const opposite = [0, 1, 2].flatMap(i => pair(corner(i), corner(i + 3)))
      const adjacent = ring.flatMap((_, i) => pair(corner(i), corner((i + 1) % 6)))
      const flexible = free.filter(Boolean).length
      // Three pairs make the same chair of a chair; a half-chair (two corners left) turns over by the neighbouring pair.
      return flexible > 2 ? opposite.slice(0, 1) : adjacent
    }
    return ring.length < 5 ? [] : ring.flatMap((_, i) => corner(i) ?? [])
  })
}

function pair(first: Move | null, second: Move | null): readonly Move[] {
  return first && second ? [geometry => second(first(geometry))] : []
}

/** A corner that can go through the plane: sp3, or the carbon of a ketone, which bends as easily. */
function isSaturated({ elements, neighbours, order }: Graph, atom: number): boolean {
  const near = neighbours[atom] ?? []
  const double = near.filter(other => order(atom, other) > 1)
  if (double.length === 0) return elements[atom] !== 'B'
  return double.length === 1 && neighbours[double[0] as number]?.length === 1
}

function flap({ neighbours }: Graph, ring: readonly number[], index: number): Move {
  const size = ring.length
  const member = (i: number) => ring[(i + size) % size] as number
  const atom = member(index)
  const [left, right] = [member(index - 1), member(index + 1)]
  const [farLeft, farRight] = [member(index - 2), member(index + 2)]
  const moved = new Set([atom])
  for (const next of moved) {
    for (const other of neighbours[next] ?? []) {
      if (!(next === atom && (other === left || other === right))) moved.add(other)
    }
  }
  return geometry => {
    const origin = at(geometry, left)
    const axis = unit(minus(at(geometry, right), origin))
    const across = (point: Position): Position => {
      const from = minus(point, origin)
      return minus(from, times(axis, dot(from, axis)))
    }
    const now = across(at(geometry, atom))
    const rest = times(plus(across(at(geometry, farLeft)), across(at(geometry, farRight))), 0.5)
    if (norm(now) < 0.1 || norm(rest) < 0.1) return geometry
    // The angle from the corner to the line of the rest, once to reach it and once more to be as far beyond.
    const angle = Math.atan2(dot(axis, cross(unit(now), times(unit(rest), -1))), -dot(unit(now), unit(rest)))
    return geometry.map((position, i) =>
      moved.has(i) ? plus(origin, turned(minus(position, origin), axis, 2 * angle)) : position,
    )
  }
}

/** The smallest ring through each bond, of at most 8 atoms, each once, in the order in which it is walked. */
function smallRings(graph: Graph): readonly (readonly number[])[] {
  const found = new Map<string, readonly number[]>()
  for (const { a, b } of graph.bonds) {
    const ring = shortestWay(graph, a, b)
    if (ring && ring.length <= 8) found.set([...ring].sort((x, y) => x - y).join(), ring)
  }
  return [...found.values()]
}

/** From a to b without their bond; null where there is none. */
function shortestWay({ neighbours }: Graph, a: number, b: number): readonly number[] | null {
  const from = new Map<number, number>([[a, -1]])
  const queue = [a]
  for (const atom of queue) {
    for (const next of neighbours[atom] ?? []) {
      if (from.has(next) || (atom === a && next === b)) continue
      from.set(next, atom)
      if (next === b) {
        const way = [b]
        for (let step = from.get(b) ?? -1; step >= 0; step = from.get(step) ?? -1) way.push(step)
        return way
      }
      queue.push(next)
    }
  }
  return null
}
