import { covalentRadius } from './elements.ts'
import type { Bond, Geometry, Molecule } from './molecule.ts'
import { at, distance } from './vectors.ts'

/** Two atoms this close, in units of the sum of their covalent radii, are bound. */
const BOUND = 1.25
/** Beyond this a bond of the input is broken. */
const BROKEN = 1.35

/** Most neighbours that a bond search may give; the longest go first (bicyclopentane's bridgeheads are 1.87 apart). */
const mostNeighbours: Readonly<Record<string, number>> = { H: 1, C: 4, N: 4, O: 3, F: 1 }
const valences: Readonly<Record<string, number>> = { C: 4, N: 3, O: 2, B: 3, S: 2, Se: 2, P: 3, As: 3, Si: 4, Ge: 4 }

/** The bonds of a geometry by its distances, with orders by the usual valences (one Kekule form). */
export function perceiveBonds(elements: readonly string[], geometry: Geometry): Molecule {
  const close: { a: number; b: number; ratio: number }[] = []
  for (let a = 0; a < elements.length; a++) {
    for (let b = a + 1; b < elements.length; b++) {
      const ratio = distanceRatio(elements, geometry, a, b)
      if (ratio < BOUND) close.push({ a, b, ratio })
    }
  }
  const counts = elements.map(() => 0)
  const kept = close
    .sort((x, y) => x.ratio - y.ratio || x.a - y.a || x.b - y.b)
    .filter(({ a, b }) => {
      if ([a, b].some(atom => (counts[atom] ?? 0) >= (mostNeighbours[elements[atom] ?? ''] ?? 12))) return false
      for (const atom of [a, b]) counts[atom] = (counts[atom] ?? 0) + 1
      return true
    })
  const pairs = kept.map(({ a, b }) => ({ a, b })).sort((x, y) => x.a - y.a || x.b - y.b)
  return { elements, bonds: withOrders(elements, geometry, pairs) }
}

/** What happened to the bonds of a molecule between two geometries of it, as sentences; empty when nothing did. */
export function changedBonds(molecule: Molecule, before: Geometry, after: Geometry): readonly string[] {
  const { elements, bonds } = molecule
  const bound = new Set(bonds.map(({ a, b }) => pairName(a, b)))
  const changes: string[] = []
  for (let a = 0; a < elements.length; a++) {
    for (let b = a + 1; b < elements.length; b++) {
      const now = distanceRatio(elements, after, a, b)
      const name = `${elements[a]}${a + 1}-${elements[b]}${b + 1}`
      if (bound.has(pairName(a, b))) {
        if (now > BROKEN)
          changes.push(`bond ${name} broken (${distance(at(after, a), at(after, b)).toFixed(2)} angstrom)`)
      } else if (now < BOUND && distanceRatio(elements, before, a, b) >= BOUND) {
        changes.push(`bond ${name} formed (${distance(at(after, a), at(after, b)).toFixed(2)} angstrom)`)
      }
    }
  }
  return changes
}

function distanceRatio(elements: readonly string[], geometry: Geometry, a: number, b: number): number {
  const radii = covalentRadius(elements[a] ?? '') + covalentRadius(elements[b] ?? '')
  return distance(at(geometry, a), at(geometry, b)) / radii
}

function pairName(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`
}

/**
 * Bond orders: what each atom lacks to its usual valence is shared out among neighbours that lack something too, so
 * that as little as possible is left. Oxygens on S(IV), S(VI), P(V) and nitro nitrogens are double bonds at once.
 */
function withOrders(
  elements: readonly string[],
  geometry: Geometry,
  pairs: readonly { readonly a: number; readonly b: number }[],
): readonly Bond[] {
  const orders = new Map(pairs.map(({ a, b }) => [pairName(a, b), 1]))
  const near: number[][] = elements.map(() => [])
  for (const { a, b } of pairs) {
    near[a]?.push(b)
    near[b]?.push(a)
  }
  const lacking = elements.map((element, atom) => Math.max(0, (valences[element] ?? 0) - (near[atom]?.length ?? 0)))
  const terminal = (atom: number) => near[atom]?.length === 1 && ['O', 'S', 'Se'].includes(elements[atom] ?? '')

  for (const [atom, element] of elements.entries()) {
    const ends = (near[atom] ?? []).filter(terminal)
    const degree = near[atom]?.length ?? 0
    const double =
      element === 'S' || element === 'Se'
        ? ends.slice(0, degree === 3 ? 1 : degree === 4 ? 2 : 0)
        : element === 'P' || element === 'As'
          ? ends.slice(0, degree === 4 ? 1 : 0)
          : element === 'N' && degree === 3 && ends.length >= 2
            ? ends.slice(0, 1)
            : []
    for (const end of double) orders.set(pairName(atom, end), 2)
    if (double.length > 0) for (const end of ends) lacking[end] = 0
  }

  for (let round = 0; round < 2; round++) {
    for (const [a, b] of pairUp(near, lacking, geometry)) {
      orders.set(pairName(a, b), (orders.get(pairName(a, b)) ?? 1) + 1)
      for (const atom of [a, b]) lacking[atom] = (lacking[atom] ?? 0) - 1
    }
  }
  return pairs.map(({ a, b }) => ({ a, b, order: orders.get(pairName(a, b)) ?? 1 }))
}

const TRIES = 50_000

/** Pairs of bound atoms that both lack a bond, each atom at most once, as many as can be; shorter bonds first. */
function pairUp(
  near: readonly (readonly number[])[],
  lacking: readonly number[],
  geometry: Geometry,
): readonly (readonly [number, number])[] {
  const free = new Set(lacking.flatMap((count, atom) => (count > 0 ? [atom] : [])))
  const partners = (atom: number) =>
    (near[atom] ?? [])
      .filter(other => free.has(other))
      .sort((x, y) => distance(at(geometry, atom), at(geometry, x)) - distance(at(geometry, atom), at(geometry, y)))
  let best: (readonly [number, number])[] = []
  let tries = 0

  function extend(chosen: (readonly [number, number])[]): boolean {
    if (chosen.length > best.length) best = [...chosen]
    if (++tries > TRIES) return true
    let atom = -1
    let fewest = Number.POSITIVE_INFINITY
    for (const candidate of free) {
      const count = partners(candidate).length
      if (count > 0 && count < fewest) [atom, fewest] = [candidate, count]
    }
    if (atom < 0) return free.size === 0
    for (const partner of partners(atom)) {
      free.delete(atom)
      free.delete(partner)
      if (extend([...chosen, [atom, partner]])) return true
      free.add(atom)
      free.add(partner)
    }
    free.delete(atom)
    const done = extend(chosen)
    free.add(atom)
    return done
  }

  extend([])
  return best
}
