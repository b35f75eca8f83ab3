import { expect, test } from 'vitest'
import { classesOf, merged, readGroups, split } from '../../../shared/nmr/atom-classes.ts'

const OH = 'OH: shifts with concentration'
const methanol = {
  elements: ['C', 'O', 'H', 'H', 'H', 'H'],
  classes: [
    { element: 'C', atoms: [1], comparable: true, why: null },
    { element: 'O', atoms: [2], comparable: true, why: null },
    { element: 'H', atoms: [3, 4, 5], comparable: true, why: null },
    { element: 'H', atoms: [6], comparable: false, why: OH },
  ],
}
const atoms = (groups: Parameters<typeof classesOf>[1]) => classesOf(methanol, groups).map(group => group.atoms)

test('without a choice the classes are those of the symmetry', () => {
  expect(classesOf(methanol, null)).toBe(methanol.classes)
})

test('a class is split into its atoms, and merged again', () => {
  const apart = split(methanol.classes, 4)
  expect(atoms(apart)).toEqual([[1], [2], [3], [4], [5], [6]])
  expect(atoms(merged(classesOf(methanol, apart), [3, 5]))).toEqual([[1], [2], [3, 5], [4], [6]])
})

test('what no group names keeps together, less those that were taken out of it', () => {
  expect(atoms([[4]])).toEqual([[1], [2], [3, 5], [4], [6]])
})

test('a group with one atom that cannot be compared is not comparable, and says why', () => {
  const group = classesOf(methanol, merged(methanol.classes, [3, 6])).find(each => each.atoms.includes(3))
  expect(group).toEqual({ element: 'H', atoms: [3, 4, 5, 6], comparable: false, why: OH })
})

test.each([
  [[[3], [3, 4]], 'Atom H3 is in two groups.'],
  [[[3, 1]], 'H3 and C1 are not one element.'],
  [[[7]], 'The molecule has no atom 7.'],
  [[['3']], 'The molecule has no atom "3".'],
  [[[]], 'A group of atoms is a list of numbers.'],
  [{ a: 1 }, 'The groups of atoms are a list of lists.'],
])('groups %j are refused', (groups, message) => {
  expect(readGroups(groups as never, methanol)).toMatchObject({ ok: false, fault: { field: 'classes', message } })
})
