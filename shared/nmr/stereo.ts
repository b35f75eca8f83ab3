import type { Geometry, Graph } from './molecule.ts'
import { at, cross, dot, minus, norm, unit } from './vectors.ts'

/**
 * An arrangement that does not change while the molecule tumbles, turns about its bonds and flips its rings.
 * `centre`: which way round the neighbours of an atom stand. `torsion`: on which side of a double bond, or of a bond
 * that turns slowly (amide), an atom of one end stands to an atom of the other.
 */
export type StereoElement =
  | { readonly is: 'centre'; readonly atom: number; readonly neighbours: readonly number[] }
  | {
      readonly is: 'torsion'
      readonly a: number
      readonly b: number
      readonly onA: number
      readonly onB: number
      readonly slow: boolean
    }

/** Atoms with three neighbours that keep their shape at room temperature; nitrogen inverts. */
const keepsPyramid = new Set(['P', 'As', 'S', 'Se', 'Te'])
const tetrahedral = new Set(['C', 'N', 'B', 'Si', 'Ge', 'Sn', 'P', 'As', 'S', 'Se'])

/** All elements of the graph. `equal` says whether two atoms are alike, so that a slow rotor tells them apart. */
export function stereoElements(graph: Graph, equal: (a: number, b: number) => boolean): readonly StereoElement[] {
  const found: StereoElement[] = []
  for (const [atom, element] of graph.elements.entries()) {
    const neighbours = graph.neighbours[atom] ?? []
    const four = neighbours.length === 4 && tetrahedral.has(element)
    if (four || (neighbours.length === 3 && keepsPyramid.has(element))) found.push({ is: 'centre', atom, neighbours })
  }
  for (const { a, b, order } of graph.bonds) {
    const slow = order === 1 && isSlowRotor(graph, a, b, equal)
    if (order !== 2 && !slow) continue
    if (graph.inSmallRing(a, b)) continue
    const onA = others(graph, a, b)
    const onB = others(graph, b, a)
    if (onA.length < 1 || onA.length > 2 || onB.length < 1 || onB.length > 2) continue
    for (const x of onA) for (const y of onB) found.push({ is: 'torsion', a, b, onA: x, onB: y, slow })
  }
  return found
}

function others(graph: Graph, atom: number, not: number): readonly number[] {
  return (graph.neighbours[atom] ?? []).filter(other => other !== not)
}

/**
 * A single bond to a nitrogen that turns slower than the NMR time scale at room temperature: amides, thioamides,
 * carbamates, nitrosamines; not ureas or imides (barriers of 15 to 23 against about 10 kcal/mol). It matters only where the nitrogen bears
 * two like groups: unlike ones are different conformers.
 */
function isSlowRotor(graph: Graph, a: number, b: number, equal: (a: number, b: number) => boolean): boolean {
  return half(a, b) || half(b, a)

  function half(nitrogen: number, carbonyl: number): boolean {
    if (graph.elements[nitrogen] !== 'N') return false
    const groups = others(graph, nitrogen, carbonyl)
    if (groups.length !== 2 || !equal(groups[0] as number, groups[1] as number)) return false
    if (groups.some(group => isAcyl(group))) return false
    if (graph.elements[carbonyl] === 'N') return isNitroso(carbonyl)
    if (!isAcyl(carbonyl)) return false
    const nitrogens = others(graph, carbonyl, nitrogen).filter(x => graph.elements[x] === 'N')
    return nitrogens.length === 0
  }
  function doubleTo(atom: number, elements: readonly string[]): boolean {
    return others(graph, atom, -1).some(x => graph.order(atom, x) === 2 && elements.includes(graph.elements[x] ?? ''))
  }
  function isAcyl(atom: number): boolean {
    return graph.elements[atom] === 'C' && doubleTo(atom, ['O', 'S', 'Se'])
  }
  function isNitroso(atom: number): boolean {
    return (graph.neighbours[atom] ?? []).length === 2 && doubleTo(atom, ['O'])
  }
}

/**
 * Which of the two arrangements the geometry has: +1 or -1; 0 where it is too flat or too straight to say.
 * The order of a centre's neighbours matters: swapping two reverses the sign.
 */
export function arrangement(geometry: Geometry, element: StereoElement): -1 | 0 | 1 {
  if (element.is === 'torsion') {
    const axis = unit(minus(at(geometry, element.b), at(geometry, element.a)))
    const left = minus(at(geometry, element.onA), at(geometry, element.a))
    const right = minus(at(geometry, element.onB), at(geometry, element.b))
    const p = cross(axis, left)
    const q = cross(axis, right)
    const lengths = norm(p) * norm(q)
    if (lengths < 0.05) return 0
    const cosine = dot(p, q) / lengths
    return Math.abs(cosine) < 0.05 ? 0 : cosine > 0 ? 1 : -1
  }
  const origin = element.neighbours.length === 4 ? (element.neighbours[3] as number) : element.atom
  const [u, v, w] = element.neighbours
    .slice(0, 3)
    .map(neighbour => unit(minus(at(geometry, neighbour), at(geometry, origin))))
  if (!u || !v || !w) return 0
  const volume = dot(u, cross(v, w))
  return Math.abs(volume) < 0.05 ? 0 : volume > 0 ? 1 : -1
}

/** The same element after the atoms were renamed. */
export function renamed(element: StereoElement, to: (atom: number) => number): StereoElement {
  if (element.is === 'centre') {
    return { is: 'centre', atom: to(element.atom), neighbours: element.neighbours.map(to) }
  }
  return { ...element, a: to(element.a), b: to(element.b), onA: to(element.onA), onB: to(element.onB) }
}

/**
 * What the second geometry has in another arrangement than the first, same atoms in the same order. Slow rotors are
 * left out unless asked for: a turned amide is another conformer, not another compound.
 */
export function changedElements(
  elements: readonly StereoElement[],
  before: Geometry,
  after: Geometry,
): readonly StereoElement[] {
  return elements.filter(element => {
    if (element.is === 'torsion' && element.slow) return false
    const was = arrangement(before, element)
    const is = arrangement(after, element)
    return was !== 0 && is !== 0 && was !== is
  })
}
