import type { Geometry } from './molecule.ts'
import { type Superposition, superpose } from './superpose.ts'
import { type Constitution, type Mapping, oneMapping, searchMappings } from './symmetry.ts'
import { at, cross, distance, minus, mirrored, norm } from './vectors.ts'

/** How far two geometries are apart after the best renaming of like atoms and the best superposition. */
export interface Difference {
  /** Root mean square over all atoms, angstrom. */
  readonly rmsd: number
  /** The atom that is farthest off, angstrom. */
  readonly most: number
}

const MAPPINGS = 20_000

/**
 * The difference of two geometries of the molecule, over all renamings that turning bonds can bring about: a turned
 * methyl group or phenyl ring is the same conformer. `enough`: the search ends at the first that is closer.
 */
export function difference(of: Constitution, a: Geometry, b: Geometry, enough = 0): Difference {
  let best: Difference = { rmsd: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY }
  let left = MAPPINGS
  searchMappings(of, a, b, {
    among: frame(of, a),
    found(mapping) {
      const here = superposed(of, a, b, mapping)
      if (here.rmsd < best.rmsd) best = here
      left -= 1
      return best.rmsd <= enough || left === 0
    },
  })
  return best
}

/** How many ways of turning the molecule as a whole leave it as it is (methyl groups not counted). */
export function symmetryNumber(of: Constitution, geometry: Geometry, tolerance: number): number {
  let count = 0
  let left = MAPPINGS
  searchMappings(of, geometry, geometry, {
    among: frame(of, geometry),
    found(mapping) {
      if (isSame(superposed(of, geometry, geometry, mapping), tolerance)) count += 1
      left -= 1
      return left === 0
    },
  })
  return Math.max(1, count)
}

/** Within the tolerance on the average, and no single atom (a turned OH) off by more than four times that. */
export function isSame({ rmsd, most }: Difference, tolerance: number): boolean {
  return rmsd <= tolerance && most <= 4 * tolerance
}

/** Whether the compound is its own mirror image, so that the mirror image of a conformer is a conformer too. */
export function isOwnMirrorImage(of: Constitution, geometry: Geometry): boolean {
  return oneMapping(of, geometry, mirrored(geometry)) !== null
}

/**
 * `geometry` with its like atoms renamed so that each stereo element is as in `reference`, e.g. the first hydrogen
 * of each CH2 on the same side; null where it is another stereoisomer.
 */
export function namedAs(of: Constitution, reference: Geometry, geometry: Geometry): Geometry | null {
  const mapping = oneMapping(of, reference, geometry)
  return mapping === null ? null : mapping.map(atom => at(geometry, atom))
}

/**
 * The atoms that fix how the molecule stands: all but the hydrogens that hang on something, since those follow. All
 * atoms where the rest is on one line.
 */
function frame({ graph }: Constitution, geometry: Geometry): readonly number[] {
  const all = [...graph.elements.keys()]
  const heavy = all.filter(atom => !isHangingHydrogen(graph.elements, graph.neighbours, atom))
  return isOnOneLine(heavy.map(atom => at(geometry, atom))) ? all : heavy
}

function isHangingHydrogen(
  elements: readonly string[],
  neighbours: readonly (readonly number[])[],
  atom: number,
): boolean {
  const [only, ...more] = neighbours[atom] ?? []
  return elements[atom] === 'H' && only !== undefined && more.length === 0 && elements[only] !== 'H'
}

function isOnOneLine(points: Geometry): boolean {
  const first = points[0]
  if (!first) return true
  const away = points.map(point => minus(point, first)).filter(vector => norm(vector) > 0.1)
  const axis = away[0]
  if (!axis) return true
  return away.every(vector => norm(cross(axis, vector)) / (norm(axis) * norm(vector)) < 0.1)
}

function superposed(of: Constitution, a: Geometry, b: Geometry, mapping: Mapping): Difference {
  const frame = pairsOf(mapping)
  const rough = superpose(a, b, frame)
  const all = withHydrogens(of, a, b, mapping, rough)
  const fine = superpose(a, b, all)
  let [sum, most] = [0, 0]
  for (const [i, j] of all) {
    const off = distance(at(a, i), fine.move(at(b, j)))
    sum += off * off
    if (off > most) most = off
  }
  return { rmsd: Math.sqrt(sum / all.length), most }
}

function pairsOf(mapping: Mapping): readonly (readonly [number, number])[] {
  return mapping.flatMap((to, from) => (to < 0 ? [] : [[from, to] as const]))
}

/** The hydrogens of each atom, each with the nearest that is left once the rest is superposed. */
function withHydrogens(
  { graph }: Constitution,
  a: Geometry,
  b: Geometry,
  mapping: Mapping,
  rough: Superposition,
): readonly (readonly [number, number])[] {
  const pairs = [...pairsOf(mapping)]
  const images = new Set(mapping)
  for (const [from, to] of pairsOf(mapping)) {
    const mine = (graph.neighbours[from] ?? []).filter(atom => mapping[atom] === -1)
    const theirs = (graph.neighbours[to] ?? []).filter(atom => !images.has(atom))
    const options = mine
      .flatMap(i => theirs.map(j => ({ i, j, off: distance(at(a, i), rough.move(at(b, j))) })))
      .sort((x, y) => x.off - y.off)
    const used = new Set<number>()
    for (const { i, j } of options) {
      if (used.has(i) || used.has(-1 - j)) continue
      used.add(i).add(-1 - j)
      pairs.push([i, j])
    }
  }
  return pairs
}
