import { describe, expect, test, vi } from 'vitest'
import type { ContentRef } from '../../../shared/ids.ts'
import { formatXyz, parseXyz } from '../../../shared/nmr/xyz.ts'
import { orThrow } from '../../../shared/result.ts'
import { KCAL_PER_HARTREE } from '../../../shared/units.ts'
import { taskBench } from './doing.ts'

vi.setConfig({ testTimeout: 300_000 })

const bench = taskBench()
const pentane = bench.conformers('CCCCC')
const [tt, gt] = pentane.conformers
if (!tt || !gt) throw new Error('pentane has conformers')

function geometryOf(ref: ContentRef) {
  const frame = orThrow(parseXyz(bench.read(ref)))[0]
  if (!frame) throw new Error('no frame')
  return frame
}

/** The geometry after a change of its positions. */
function changed(
  ref: ContentRef,
  change: (position: readonly [number, number, number], atom: number) => readonly number[],
) {
  const { elements, geometry } = geometryOf(ref)
  return bench.put(
    formatXyz(
      elements,
      geometry.map((position, atom) => change(position, atom) as [number, number, number]),
    ),
  )
}

const mirror = (ref: ContentRef) => changed(ref, ([x, y, z]) => [x, y, -z])
const turned = (ref: ContentRef) => changed(ref, ([x, y, z]) => [-y + 3, x - 1, z + 2])
const above = (kcal: number) => -100 + kcal / KCAL_PER_HARTREE

function chosen(
  conformers: readonly { id: string; start?: ContentRef; geometry: ContentRef; kcal: number }[],
  window_kcal = 3,
  molecule = pentane.molecule,
) {
  return bench.select({
    molecule,
    window_kcal,
    conformers: conformers.map(({ id, start, geometry, kcal }) => ({
      id,
      start: start ?? geometry,
      geometry,
      energy_hartree: above(kcal),
    })),
  })
}

describe('after the optimisation', () => {
  test('different conformers stay, lowest first, with their degeneracies', () => {
    const { kept, filtered } = chosen([
      { id: 'c-gt', geometry: gt.geometry, kcal: 0.8 },
      { id: 'c-tt', geometry: tt.geometry, kcal: 0 },
    ])
    expect(kept).toEqual([
      { id: 'c-tt', degeneracy: 1 },
      { id: 'c-gt', degeneracy: 4 },
    ])
    expect(filtered).toEqual([])
  })

  test('two that became one: the higher is filtered as a duplicate, however it lies in space', () => {
    const { kept, filtered } = chosen([
      { id: 'c-a', geometry: gt.geometry, kcal: 0 },
      { id: 'c-b', geometry: turned(gt.geometry), kcal: 0.01 },
    ])
    expect(kept.map(({ id }) => id)).toEqual(['c-a'])
    expect(filtered).toEqual([{ id: 'c-b', reason: 'duplicate of c-a' }])
  })

  test('a chain read from its other end is a duplicate too; a turned methyl group is', () => {
    const { elements, geometry } = geometryOf(gt.geometry)
    const [a, b, c, ...rest] = geometry.slice(5)
    const methyl = [...geometry.slice(0, 5), b, c, a, ...rest] as typeof geometry
    const { kept } = chosen([
      { id: 'c-a', geometry: gt.geometry, kcal: 0 },
      { id: 'c-b', geometry: bench.put(formatXyz(elements, methyl)), kcal: 0 },
    ])
    expect(kept).toHaveLength(1)
  })

  test('a mirror image is merged, and its weight kept: butane-like g = 2 whether one or both are there', () => {
    const both = chosen([
      { id: 'c-tt', geometry: tt.geometry, kcal: 0 },
      { id: 'c-a', geometry: gt.geometry, kcal: 0.8 },
      { id: 'c-b', geometry: mirror(gt.geometry), kcal: 0.8 },
    ])
    expect(both.filtered).toEqual([{ id: 'c-b', reason: 'mirror image of c-a, whose weight stands for both' }])
    const one = chosen([
      { id: 'c-tt', geometry: tt.geometry, kcal: 0 },
      { id: 'c-a', geometry: gt.geometry, kcal: 0.8 },
    ])
    expect(both.kept).toEqual(one.kept)
  })

  test('the window', () => {
    const { filtered } = chosen([
      { id: 'c-tt', geometry: tt.geometry, kcal: 0 },
      { id: 'c-gt', geometry: gt.geometry, kcal: 3.4 },
    ])
    expect(filtered).toEqual([{ id: 'c-gt', reason: '3.4 kcal/mol above the lowest, window 3 kcal/mol' }])
  })
})

describe('another compound', () => {
  test('a bond that opened, or a hydrogen that moved, is filtered with that reason, and is no lowest', () => {
    // The first hydrogen goes from C1 to the other side of C5.
    const moved = changed(tt.geometry, (position, atom) => {
      if (atom !== 5) return position
      const [x, y, z] = geometryOf(tt.geometry).geometry[4] ?? [0, 0, 0]
      return [x + 0.3, y + 0.3, z + 0.95]
    })
    const { kept, filtered } = chosen([
      { id: 'c-tt', geometry: tt.geometry, kcal: 0 },
      { id: 'c-odd', start: tt.geometry, geometry: moved, kcal: -40 },
    ])
    expect(kept.map(({ id }) => id)).toEqual(['c-tt'])
    expect(filtered[0]?.reason).toMatch(/^changed in the optimisation: bond C1-H6 broken/)
  })

  test('an inverted stereocentre is filtered', () => {
    const butanol = bench.conformers('C[C@H](O)CC', { max: 2 })
    const [first, second] = butanol.conformers
    if (!first || !second) throw new Error('2-butanol has conformers')
    const { kept, filtered } = chosen(
      [
        { id: 'c-a', geometry: first.geometry, kcal: 0 },
        { id: 'c-b', start: second.geometry, geometry: mirror(second.geometry), kcal: 0.2 },
      ],
      3,
      butanol.molecule,
    )
    expect(kept.map(({ id }) => id)).toEqual(['c-a'])
    expect(filtered).toEqual([{ id: 'c-b', reason: 'changed in the optimisation: stereocentre C2 inverted' }])
  })
})
