import type { Geometry, Graph, Position } from '../../../shared/nmr/molecule.ts'
import { at, cross, dot, minus, norm, plus, times, turned, unit } from '../../../shared/nmr/vectors.ts'
import type { Move } from './move.ts'

/** For each OH, SH, NH2 and inverting nitrogen: the ways it can stand, the first being as it is. */
export function lightRotors(graph: Graph, geometry: Geometry): readonly (readonly Move[])[] {
  const asIs: Move = unchanged => unchanged
  const found: (readonly Move[])[] = []
  for (const [atom, element] of graph.elements.entries()) {
    const neighbours = graph.neighbours[atom] ?? []
    const hydrogens = neighbours.filter(other => graph.elements[other] === 'H')
    const heavy = neighbours.filter(other => graph.elements[other] !== 'H')
    const [root] = heavy
    if (root === undefined) continue
    const rootNeighbours = graph.neighbours[root] ?? []
    const saturated = rootNeighbours.length === 4
    const methyl = rootNeighbours.filter(other => graph.elements[other] === 'H').length === 3
    if ((element === 'O' || element === 'S') && hydrogens.length === 1 && neighbours.length === 2) {
      if (methyl || rootNeighbours.length < 2) continue
      const angles = saturated ? [120, 240] : [180]
      found.push([asIs, ...angles.map(angle => turn(root, atom, hydrogens, angle))])
    } else if (element === 'N' && neighbours.length === 3 && isPyramidal(geometry, atom, neighbours)) {
      if (hydrogens.length === 2) {
        if (!methyl && saturated) found.push([asIs, turn(root, atom, hydrogens, 120), turn(root, atom, hydrogens, 240)])
      } else {
        const invert = inversion(graph, atom, neighbours)
        if (invert) found.push([asIs, invert])
      }
    }
  }
  return found
}

function turn(from: number, to: number, moved: readonly number[], degrees: number): Move {
  return geometry => {
    const origin = at(geometry, to)
    const axis = minus(origin, at(geometry, from))
    return geometry.map((position, atom) =>
      moved.includes(atom) ? plus(origin, turned(minus(position, origin), axis, (degrees * Math.PI) / 180)) : position,
    )
  }
}

function isPyramidal(geometry: Geometry, atom: number, neighbours: readonly number[]): boolean {
  const [u, v, w] = neighbours.map(other => unit(minus(at(geometry, other), at(geometry, atom))))
  return u !== undefined && v !== undefined && w !== undefined && Math.abs(dot(u, cross(v, w))) > 0.35
}

/** The smallest branch on the nitrogen goes through the plane of the two others; null where all three are in rings. */
function inversion({ neighbours: near }: Graph, nitrogen: number, neighbours: readonly number[]): Move | null {
  const branches = neighbours
    .map(root => ({ root, atoms: branch(root) }))
    .filter(({ atoms }) => neighbours.filter(other => atoms.has(other)).length === 1)
    .sort((a, b) => a.atoms.size - b.atoms.size || a.root - b.root)
  const smallest = branches[0]
  if (!smallest) return null
  const [x, y] = neighbours.filter(other => other !== smallest.root) as [number, number]
  return geometry => {
    const origin = at(geometry, nitrogen)
    const direction = (atom: number): Position => unit(minus(at(geometry, atom), origin))
    const normal = unit(cross(direction(x), direction(y)))
    const now = direction(smallest.root)
    const then = minus(now, times(normal, 2 * dot(now, normal)))
    const axis = cross(now, then)
    if (norm(axis) < 1e-6) return geometry
    const angle = Math.acos(Math.max(-1, Math.min(1, dot(now, then))))
    return geometry.map((position, atom) =>
      smallest.atoms.has(atom) ? plus(origin, turned(minus(position, origin), axis, angle)) : position,
    )
  }

  function branch(root: number): ReadonlySet<number> {
    const atoms = new Set([root])
    for (const atom of atoms) for (const next of near[atom] ?? []) if (next !== nitrogen) atoms.add(next)
    return atoms
  }
}
