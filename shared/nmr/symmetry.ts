import type { Geometry, Graph } from './molecule.ts'
import { arrangement, renamed, type StereoElement, stereoElements } from './stereo.ts'

/** A renaming of the molecule's atoms by itself: what was atom i is atom `mapping[i]`. */
export type Mapping = readonly number[]

/** A molecule with the classes of its constitution and its stereo elements: what all comparisons start from. */
export interface Constitution {
  readonly graph: Graph
  /** Atoms of the same colour have the same surroundings as far as bonds go, hydrogens included. */
  readonly colours: readonly number[]
  readonly elements: readonly StereoElement[]
}

export function constitutionOf(graph: Graph): Constitution {
  const colours = refine(graph)
  return { graph, colours, elements: stereoElements(graph, (a, b) => colours[a] === colours[b]) }
}

/**
 * Morgan's refinement: an atom's colour is its element and its neighbours' colours, again and again. Bond orders and
 * charges are left out, so that the two oxygens of a nitro group and Kekule forms are alike.
 */
function refine(graph: Graph): readonly number[] {
  let colours = numbered(graph.elements.map((element, i) => `${element}/${graph.neighbours[i]?.length}`))
  for (;;) {
    const around = colours.map((colour, i) => {
      const near = (graph.neighbours[i] ?? []).map(neighbour => colours[neighbour] ?? 0).sort((a, b) => a - b)
      return `${colour}:${near.join(',')}`
    })
    const next = numbered(around)
    if (new Set(next).size === new Set(colours).size) return next
    colours = next
  }
}

function numbered(names: readonly string[]): readonly number[] {
  const order = [...new Set(names)].sort()
  const numbers = new Map(order.map((name, i) => [name, i]))
  return names.map(name => numbers.get(name) ?? 0)
}

export interface MappingSearch {
  /** Only these atoms are mapped, onto each other; all others are left as -1. */
  readonly among?: readonly number[]
  /** Pairs that are given: atom and what it becomes. */
  readonly given?: readonly (readonly [number, number])[]
  /** Called for each mapping; true ends the search. */
  found(mapping: Mapping): boolean
  /** The search gives up after this many steps (a step is one pair tried). */
  readonly steps?: number
}

const STEPS = 2_000_000

/**
 * Every renaming of the atoms that keeps all bonds, and under which the arrangements of `from` are those of `to`:
 * atom i of `from` corresponds to atom mapping[i] of `to`. Two geometries of one compound with the same stereo
 * elements always have one; with the mirror image as `to`, only a compound that is its own mirror image has.
 * Returns false when it gave up.
 */
export function searchMappings(of: Constitution, from: Geometry, to: Geometry, search: MappingSearch): boolean {
  const { graph, colours } = of
  const wanted = new Set(search.among ?? graph.elements.keys())
  const order = searchOrder(graph, colours, wanted, search.given?.map(([atom]) => atom) ?? [])
  const position = new Map(order.map((atom, i) => [atom, i]))
  const mapping: number[] = graph.elements.map(() => -1)
  const taken = new Set<number>()
  const given = new Map(search.given ?? [])
  const byColour = new Map<number, number[]>()
  for (const atom of wanted) {
    const colour = colours[atom] ?? -1
    byColour.set(colour, [...(byColour.get(colour) ?? []), atom])
  }

  // Each element is checked as soon as the last of its atoms is mapped.
  const checks: { readonly element: StereoElement; readonly sign: number }[][] = order.map(() => [])
  for (const element of of.elements) {
    const whole = completed(element)
    if (!whole) continue
    const sign = arrangement(from, element)
    if (sign === 0) continue
    const last = Math.max(
      ...atomsOf(element)
        .filter(atom => wanted.has(atom))
        .map(atom => position.get(atom) ?? -1),
    )
    checks[last]?.push({ element, sign })
  }

  /** Whether the element can be judged: its atoms are searched, save at most one hydrogen, which follows its atom. */
  function completed(element: StereoElement): boolean {
    const missing = atomsOf(element).filter(atom => !wanted.has(atom))
    return missing.length === 0 || (element.is === 'centre' && missing.length === 1 && missing[0] !== element.atom)
  }
  function image(element: StereoElement): StereoElement {
    return renamed(element, atom => {
      const known = mapping[atom] ?? -1
      if (known >= 0 || element.is !== 'centre') return known
      const centre = mapping[element.atom] as number
      return (graph.neighbours[centre] ?? []).find(neighbour => !wanted.has(neighbour)) ?? -1
    })
  }

  let steps = 0
  const limit = search.steps ?? STEPS
  let gaveUp = false

  function extend(depth: number): boolean {
    const atom = order[depth]
    if (atom === undefined) return search.found([...mapping])
    const only = given.get(atom)
    const parent = (graph.neighbours[atom] ?? []).find(neighbour => (position.get(neighbour) ?? order.length) < depth)
    const choices =
      only !== undefined
        ? [only]
        : parent !== undefined
          ? (graph.neighbours[mapping[parent] as number] ?? [])
          : (byColour.get(colours[atom] ?? -1) ?? [])
    for (const choice of choices) {
      if (taken.has(choice) || !wanted.has(choice) || colours[choice] !== colours[atom]) continue
      if (++steps > limit) {
        gaveUp = true
        return true
      }
      const bonds = (graph.neighbours[atom] ?? []).every(neighbour => {
        const mapped = mapping[neighbour] ?? -1
        return mapped < 0 || graph.order(mapped, choice) > 0
      })
      if (!bonds) continue
      mapping[atom] = choice
      taken.add(choice)
      const fits = (checks[depth] ?? []).every(({ element, sign }) => {
        const other = arrangement(to, image(element))
        return other === 0 || other === sign
      })
      if (fits && extend(depth + 1)) return true
      mapping[atom] = -1
      taken.delete(choice)
    }
    return false
  }

  extend(0)
  return !gaveUp
}

function atomsOf(element: StereoElement): readonly number[] {
  return element.is === 'centre'
    ? [element.atom, ...element.neighbours]
    : [element.a, element.b, element.onA, element.onB]
}

/** Along bonds, rare colours first, so that a wrong branch is left early. */
function searchOrder(
  graph: Graph,
  colours: readonly number[],
  wanted: ReadonlySet<number>,
  first: readonly number[],
): readonly number[] {
  const frequency = new Map<number, number>()
  for (const atom of wanted) frequency.set(colours[atom] ?? 0, (frequency.get(colours[atom] ?? 0) ?? 0) + 1)
  const rare = (atom: number) => frequency.get(colours[atom] ?? 0) ?? 0
  const roots = [...first, ...[...wanted].sort((a, b) => rare(a) - rare(b) || a - b)]
  const order: number[] = []
  const seen = new Set<number>()
  for (const root of roots) {
    if (seen.has(root)) continue
    const queue = [root]
    seen.add(root)
    for (const atom of queue) {
      order.push(atom)
      const next = (graph.neighbours[atom] ?? []).filter(neighbour => wanted.has(neighbour) && !seen.has(neighbour))
      for (const neighbour of next.sort((a, b) => rare(a) - rare(b) || a - b)) {
        seen.add(neighbour)
        queue.push(neighbour)
      }
    }
  }
  return order
}

/** The first mapping, or null where there is none (or none was found in the steps allowed). */
export function oneMapping(
  of: Constitution,
  from: Geometry,
  to: Geometry,
  given: readonly (readonly [number, number])[] = [],
  steps = STEPS,
): Mapping | null {
  let answer: Mapping | null = null
  searchMappings(of, from, to, {
    given,
    steps,
    found(mapping) {
      answer = mapping
      return true
    },
  })
  return answer
}
