import { atomicNumber } from '../nmr/elements.ts'
import type { Category } from './categories.ts'
import type { Evidence, GeometryAtom } from './program.ts'

/**
 * What a line says about a failure. `weight`: 3 names the cause with its figures, 2 names the cause, 1 a consequence,
 * 0 that it failed, for a reason that is not known or often wrongly named.
 */
export interface Cause {
  readonly category: Category
  readonly weight: 0 | 1 | 2 | 3
}

/** A line that tells of a failure, as long as nothing later proved it wrong. */
export interface Complaint extends Cause {
  readonly evidence: Evidence
  /** In place of the category's own sentence. */
  readonly reason?: string
}

/** What an output complained of and nothing later proved wrong, in its order. */
export interface Complaints {
  /** Nothing where there are too many already. */
  add(cause: Cause, evidence: Evidence): void
  /** However many there are. */
  keep(complaint: Complaint): void
  /** What was complained of has turned out well after all. */
  forget(category: Category): void
  clear(): void
  all(): readonly Complaint[]
}

/** Keeps that many: a failing parallel run says the same once for each of its processes. */
export function createComplaints(most: number): Complaints {
  let all: Complaint[] = []
  return {
    add(cause, evidence) {
      if (all.length < most) all.push({ ...cause, evidence })
    },
    keep(complaint) {
      all.push(complaint)
    },
    forget(category) {
      if (all.length > 0) all = all.filter(each => each.category !== category)
    },
    clear() {
      all = []
    },
    all: () => all,
  }
}

/** Words -> category; the first match counts. */
export type CauseTable = readonly (readonly [RegExp, category: Category, weight: Cause['weight']])[]

/** The cause that a message names; null where it is not known. Only for messages, never for text that may be echoed. */
export function findCause(table: CauseTable, message: string): Cause | null {
  const row = table.find(([words]) => words.test(message))
  return row ? { category: row[1], weight: row[2] } : null
}

/** The first of the heaviest: what came later is a consequence. */
export function strongest(complaints: readonly Complaint[]): Complaint | null {
  return complaints.reduce<Complaint | null>((best, each) => (best && best.weight >= each.weight ? best : each), null)
}

/** The cause first, then up to three other lines about the same end. */
export function evidenceOf(complaints: readonly Complaint[], cause: Complaint): readonly Evidence[] {
  const others = complaints.filter(each => each !== cause).map(each => each.evidence)
  return [cause.evidence, ...others].slice(0, 4)
}

/** A line as evidence, at most 200 characters of it. */
export function evidenceAt(file: string, line: number, text: string): Evidence {
  return { source: 'output', file, line, text: text.trim().slice(0, 200) }
}

/**
 * No molecule binds its electrons more strongly than twice the Thomas-Fermi energy of its atoms, -0.7687 Z^(7/3)
 * hartree each (Lieb & Simon, Adv. Math. 1977, 23, 22); 1000 hartree are left for point charges around it.
 */
export function isNonsense(hartree: number, geometry: readonly GeometryAtom[] | null): boolean {
  const bound = geometry
    ? geometry.reduce((sum, [element]) => sum + 2 * 0.7687 * atomicNumber(element) ** (7 / 3), 1000)
    : 1e6
  return !(hartree > -bound && hartree < 1000)
}
