import type { Json } from '../ids.ts'
import { badInput, ok, type Result } from '../result.ts'
import type { AtomClass, MoleculeInfo } from './molecule-info.ts'

/** Groups of atoms, counted from 1: a person's word on which of them one signal stands for. */
export type AtomGroups = readonly (readonly number[])[]

/**
 * The molecule's classes as a person grouped them. Atoms that no group names keep together as the symmetry has them.
 * A group is comparable when all of its atoms are. In the order of their first atom.
 */
export function classesOf({ classes }: Pick<MoleculeInfo, 'classes'>, groups: AtomGroups | null): readonly AtomClass[] {
  if (groups === null) return classes
  const taken = new Set(groups.flat())
  const left = classes.flatMap(({ atoms, ...rest }) => {
    const own = atoms.filter(atom => !taken.has(atom))
    return own.length > 0 ? [{ ...rest, atoms: own }] : []
  })
  const grouped = groups.flatMap((group): AtomClass[] => {
    const homes = group.flatMap(atom => classes.find(({ atoms }) => atoms.includes(atom)) ?? [])
    const [first] = homes
    if (!first) return []
    const why = homes.find(home => !home.comparable)?.why ?? null
    return [{ element: first.element, atoms: [...group].sort(rising), comparable: homes.every(h => h.comparable), why }]
  })
  return [...left, ...grouped].sort((a, b) => (a.atoms[0] ?? 0) - (b.atoms[0] ?? 0))
}

/** Groups as they came from outside: disjoint, each of one element, of atoms that the molecule has. */
export function readGroups(value: Json, { elements }: Pick<MoleculeInfo, 'elements'>): Result<AtomGroups | null> {
  if (value === null) return ok(null)
  if (!Array.isArray(value)) return badInput('classes', 'The groups of atoms are a list of lists.')
  const groups: number[][] = []
  const seen = new Set<number>()
  for (const group of value as readonly Json[]) {
    if (!Array.isArray(group) || group.length === 0)
      return badInput('classes', 'A group of atoms is a list of numbers.')
    const atoms: number[] = []
    for (const atom of group as readonly Json[]) {
      const element = typeof atom === 'number' ? elements[atom - 1] : undefined
      if (typeof atom !== 'number' || element === undefined)
        return badInput('classes', `The molecule has no atom ${JSON.stringify(atom)}.`)
      if (seen.has(atom)) return badInput('classes', `Atom ${element}${atom} is in two groups.`)
      const first = elements[(atoms[0] ?? atom) - 1]
      if (element !== first)
        return badInput('classes', `${first}${atoms[0]} and ${element}${atom} are not one element.`)
      seen.add(atom)
      atoms.push(atom)
    }
    groups.push(atoms)
  }
  return ok(groups)
}

/** The groups after the atoms were taken for equivalent, with all that was equivalent to any of them. */
export function merged(classes: readonly AtomClass[], atoms: readonly number[]): AtomGroups {
  const together = classes.filter(group => group.atoms.some(atom => atoms.includes(atom)))
  const others = classes.filter(group => !together.includes(group))
  return [...others.map(group => group.atoms), together.flatMap(group => group.atoms)]
}

/** The groups after the class of this atom was taken apart, each atom for itself. */
export function split(classes: readonly AtomClass[], atom: number): AtomGroups {
  return classes.flatMap(({ atoms }) => (atoms.includes(atom) ? atoms.map(each => [each]) : [atoms]))
}

function rising(a: number, b: number): number {
  return a - b
}
