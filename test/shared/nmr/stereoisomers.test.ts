import { expect, test } from 'vitest'
import { stereoisomers } from '../../../shared/nmr/stereoisomers.ts'
import { orThrow } from '../../../shared/result.ts'

test.each([
  // One centre: mirror images, of which one is enough.
  ['CCC(C)O', 1, 1, 1],
  // Like or unlike, and the meso form is its own mirror image.
  ['CC(O)C(C)O', 2, 2, 1],
  ['CC(F)C(Cl)C', 2, 2, 2],
  // What is written stays: the two choices are diastereomers.
  ['C[C@H](O)C(F)Cl', 1, 2, 0],
  ['FC=CCl', 1, 2, 0],
  ['CC=CC(C)O', 2, 2, 2],
  ['C[C@H](O)CC', 0, 1, 0],
  // cis and trans, which CIP has no letter for.
  ['CC1CCC(C)CC1', 2, 2, 0],
  // Setting the outer centres opens the middle one: two meso forms and one pair of mirror images.
  ['CC(O)C(O)C(O)C', 2, 3, 1],
])('%s leaves %i open: %i candidates, %i mirror images', (smiles, open, candidates, mirrors) => {
  const found = orThrow(stereoisomers(smiles))
  expect([found.open.length, found.candidates.length, found.mirrors.length]).toEqual([open, candidates, mirrors])
  const all = [...found.candidates, ...found.mirrors].map(each => each.smiles)
  expect(new Set(all).size).toBe(all.length)
  // Each is settled: asked again it is its own only candidate.
  if (open > 0) for (const each of all) expect(orThrow(stereoisomers(each)).open).toEqual([])
})

test('centres and double bonds are named as CIP has them', () => {
  const labels = (smiles: string) =>
    orThrow(stereoisomers(smiles))
      .candidates.map(each => each.label)
      .sort()
  expect(labels('C[C@H](O)C(F)Cl')).toEqual(['C4 R', 'C4 S'])
  expect(labels('FC=CCl')).toEqual(['C2=C3 E', 'C2=C3 Z'])
})

test('a sugar of many centres is cut, and says so', () => {
  const found = orThrow(stereoisomers(`C(O)${'C(O)(F)C(Cl)(O)'.repeat(4)}CBr`))
  expect(found.isCut).toBe(true)
  expect(found.candidates.length + found.mirrors.length).toBeLessThanOrEqual(32)
})

test('what does not parse is refused', () => {
  expect(stereoisomers('CC(').ok).toBe(false)
})
