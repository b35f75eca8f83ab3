import { expect, test } from 'vitest'
import { checkApart } from '../../../shared/nmr/apart.ts'

const SIDE = 40

/** A crystal of more pairs (2 x 10^9) than anybody would wait for. */
const crystal = Array.from(
  { length: SIDE ** 3 },
  (_, i) => [1.5 * (i % SIDE), 1.5 * (Math.floor(i / SIDE) % SIDE), 1.5 * Math.floor(i / SIDE ** 2)] as const,
)

test('two atoms in one place are found among very many', () => {
  const found = checkApart([...crystal.map(() => 'C'), 'H'], [...crystal, [1.5, 1.5, 1.7]], 'input')
  expect(found).toMatchObject({ fault: { message: expect.stringContaining('and 64001 (H)') } })
})

test.each([0, 0.2, -0.2, 0.39, -0.39])('an atom %f away is in the same place, whatever the cell', near => {
  expect(
    checkApart(
      ['C', 'H'],
      [
        [-0.1, 1.5, 0.4],
        [-0.1, 1.5 + near, 0.4],
      ],
      'input',
    ).ok,
  ).toBe(false)
})

test.each([0.41, -0.41])('an atom %f away is not', far => {
  expect(
    checkApart(
      ['C', 'H'],
      [
        [-0.1, 1.5, 0.4],
        [-0.1, 1.5 + far, 0.4],
      ],
      'input',
    ).ok,
  ).toBe(true)
})
