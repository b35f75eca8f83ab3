import { describe, expect, test } from 'vitest'
import { agreementOf } from '../../../shared/nmr/agreement.ts'
import { measuredShift, readExperiment, withShift } from '../../../shared/nmr/experiment.ts'
import { pasteShifts } from '../../../shared/nmr/paste-shifts.ts'

const elements = ['C', 'O', 'H', 'H', 'H', 'H']
const methyl = { source: 'mine', shifts: [{ atoms: [3, 4, 5], delta_ppm: 3.49 }] }

describe('measured shifts', () => {
  test('follow when a class is split or merged', () => {
    expect(measuredShift(methyl, [3, 4, 5])).toBe(3.49)
    expect(measuredShift(methyl, [4])).toBe(3.49)
    expect(measuredShift(methyl, [3, 6])).toBeNull()
    const both = withShift(methyl, [6], 1.49)
    expect(measuredShift(both, [3, 6])).toBeCloseTo(2.49, 10)
    expect(measuredShift(null, [3])).toBeNull()
  })
  test('one is changed or taken away; the last takes the experiment with it', () => {
    expect(withShift(methyl, [4], 3.6)?.shifts).toEqual([
      { atoms: [3, 5], delta_ppm: 3.49 },
      { atoms: [4], delta_ppm: 3.6 },
    ])
    expect(withShift(methyl, [3, 4, 5], null)).toBeNull()
  })
  test.each([
    [{ source: '', shifts: [{ atoms: [9], delta_ppm: 1 }] }, 'The molecule has no atom 9.'],
    [{ source: '', shifts: [{ atoms: [3], delta_ppm: 1e9 }] }, '1000000000 is no shift in ppm.'],
    [{ source: '', shifts: [{ atoms: [3], delta_ppm: '1' }] }, '"1" is no shift in ppm.'],
    [{ source: '', shifts: [{ atoms: [3, 3], delta_ppm: 1 }] }, 'Atom H3 has two shifts.'],
    [{ source: 3, shifts: [] }, 'An experiment is a source and a list of shifts.'],
    ['x', 'An experiment is a source and a list of shifts.'],
  ])('%j is refused', (experiment, message) => {
    expect(readExperiment(experiment as never, { elements })).toMatchObject({ ok: false, fault: { message } })
  })
})

describe('pasted shifts', () => {
  const signals = [
    { element: 'H', atoms: [3, 4, 5], delta_ppm: 3.3, comparable: true },
    { element: 'H', atoms: [6], delta_ppm: 0.5, comparable: false },
    { element: 'H', atoms: [7], delta_ppm: 7.1, comparable: true },
  ]
  test.each(['H-3, 4, 5 3.49\nH-7 7.26', '3,4,5\t3.49\r\n7\t7.26 ppm', 'H3: 3.49\nH7 = 7.26'])('by atoms: %j', text => {
    expect(pasteShifts(text, signals)).toMatchObject({ ok: true, value: { by: 'atoms' } })
    const read = pasteShifts(text, signals)
    expect(read.ok && read.value.shifts.map(each => each.delta_ppm)).toEqual([3.49, 7.26])
  })
  test.each([
    '3.49 7.26',
    '¹H NMR: δ 7.26 (d, J = 8.1 Hz, 1H), 3.49 (s, 3H) ppm.'.replace('¹H NMR: ', ''),
    '1H NMR δ 7.26 (d, 1H), 3.49 (s, 3H).',
  ])('by order, for those that can be compared: %j', text => {
    expect(pasteShifts(text, signals)).toEqual({
      ok: true,
      value: {
        by: 'order',
        shifts: [
          { atoms: [7], delta_ppm: 7.26 },
          { atoms: [3, 4, 5], delta_ppm: 3.49 },
        ],
      },
    })
  })
  test('as many as there are signals: the one that cannot be compared gets one, too', () => {
    const read = pasteShifts('7.26, 3.49, 1.2', signals)
    expect(read.ok && read.value.shifts.at(-1)).toEqual({ atoms: [6], delta_ppm: 1.2 })
  })
  test.each([
    ['', 'There is nothing to read.'],
    ['7.26', '1 shifts were read, 3 or 2 are wanted.'],
    ['H-99 7.26', 'No signal here holds atom 99 ("H-99 7.26").'],
    ['<script>alert(1)</script>', '"<script>alert" is no shift.'],
  ])('%j is refused', (text, message) => {
    expect(pasteShifts(text, signals)).toMatchObject({ ok: false, fault: { field: 'experiment', message } })
  })
})

test('mean, root mean square and largest deviation', () => {
  const pairs = [
    { calculated_ppm: 1, measured_ppm: 1.3 },
    { calculated_ppm: 2, measured_ppm: 1.6 },
  ]
  expect(agreementOf(pairs)).toEqual({
    n: 2,
    mae_ppm: expect.closeTo(0.35, 10),
    rmsd_ppm: expect.closeTo(Math.sqrt((0.09 + 0.16) / 2), 10),
    max_ppm: expect.closeTo(0.4, 10),
    worst: 1,
  })
  expect(agreementOf([])).toBeNull()
})
