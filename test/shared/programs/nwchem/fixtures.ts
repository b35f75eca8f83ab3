import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { NwchemCalculation } from '../../../../shared/programs/index.ts'

const folder = join(import.meta.dirname, '../../../fixtures/nwchem')

/** Positions from which the calculations of the fixtures started. */
export const geometries = {
  methanol: `6
methanol
C  -0.046520  0.663600  0.000000
O  -0.046520 -0.758600  0.000000
H  -1.086600  0.976000  0.000000
H   0.438000  1.070000  0.889000
H   0.438000  1.070000 -0.889000
H   0.861000 -1.057000  0.000000
`,
  water: '3\nwater\nO 0 0 0.1173\nH 0 0.7572 -0.4692\nH 0 -0.7572 -0.4692\n',
}

export interface Fixture {
  readonly deck: string
  readonly output: string
  readonly stderr: string
  /** What Larmor's own deck was made from; null for a deck written by hand. */
  readonly input: NwchemCalculation | null
}

/** One run of NWChem 7.0.2: see README.md beside the files. */
export function fixture(name: string): Fixture {
  const path = (ending: string) => join(folder, `${name}.${ending}`)
  const textOf = (ending: string) => (existsSync(path(ending)) ? readFileSync(path(ending), 'utf8') : '')
  return {
    deck: textOf('nw'),
    output: gunzipSync(readFileSync(path('out.gz'))).toString('utf8'),
    stderr: textOf('stderr'),
    input: existsSync(path('json')) ? (JSON.parse(textOf('json')) as NwchemCalculation) : null,
  }
}
