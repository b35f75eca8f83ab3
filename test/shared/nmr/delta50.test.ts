import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { perceiveBonds } from '../../../shared/nmr/bonds.ts'
import { describeMolecule } from '../../../shared/nmr/molecule-info.ts'
import { parseXyz } from '../../../shared/nmr/xyz.ts'
import { orThrow } from '../../../shared/result.ts'

const truth = process.env.LARMOR_TRUTH_DATA
const folder = truth === undefined ? '' : join(truth, 'delta50')
const there = existsSync(join(folder, 'environments.csv'))
const why = truth === undefined ? 'LARMOR_TRUTH_DATA is not set' : `${folder} holds no DELTA50`

/** Classes as the 50 molecules of DELTA50 (Cohen et al., Molecules 2023, 28, 2449) have them in the experiment. */
describe.skipIf(!there)(`the environments of DELTA50${there ? '' : ` (skipped: ${why})`}`, () => {
  const names = there ? readdirSync(join(folder, 'xyz')).map(file => file.replace('.xyz', '')) : []
  const environments = there ? table(readFileSync(join(folder, 'environments.csv'), 'utf8')) : []

  test.each(names)('%s', name => {
    const [frame] = orThrow(parseXyz(readFileSync(join(folder, 'xyz', `${name}.xyz`), 'utf8')))
    if (!frame) throw new Error('no frame')
    const { classes } = describeMolecule(perceiveBonds(frame.elements, frame.geometry), frame.geometry, 0)
    const mine = classes.filter(({ element }) => element === 'H' || element === 'C').map(({ atoms }) => atoms.join(' '))
    const theirs = environments
      .filter(([id]) => id === name)
      .map(row =>
        (row[6] ?? '')
          .trim()
          .split(' ')
          .map(Number)
          .sort((a, b) => a - b)
          .join(' '),
      )
    expect(mine.toSorted()).toEqual(theirs.toSorted())
  })
})

/** Rows of a CSV without its head; fields may be quoted. */
function table(text: string): readonly (readonly string[])[] {
  const rows = text.trim().split('\n').slice(1)
  return rows.map(row => [...row.matchAll(/("[^"]*"|[^,]*)(,|$)/g)].map(([, field = '']) => field))
}
