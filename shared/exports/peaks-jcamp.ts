import { FaultError } from '../result.ts'
import type { RunDocument } from '../show/run.ts'
import type { ShownNmr, ShownShift } from '../workflows/index.ts'

/** In these states a run may still get shifts. */
const MAY_COME: ReadonlySet<string> = new Set(['planned', 'running', 'paused', 'stopped'])

/**
 * The averaged spectrum of an ensemble as JCAMP-DX: a block for each nucleus, a line for each signal, its height the
 * number of atoms; no couplings were computed. A FaultError where there is none.
 * Format: JCAMP-DX for NMR, P. Lampen et al., Appl. Spectrosc. 47 (1993) 1093.
 * jcampconverter 12.5.3 (npm) read an ensemble's two blocks with all their signals, once and by hand; no test does it.
 */
export function peaksJcamp(document: RunDocument): string {
  const {
    shifts = [],
    level,
    solvent,
    temperature_K,
    provisional,
  } = document as unknown as RunDocument & Partial<ShownNmr>
  const lines = shifts.filter(({ delta_ppm }) => delta_ppm !== null)
  if (lines.length === 0) {
    // What has ended gets no shifts any more: its shieldings are in other formats.
    const mayCome = document.workflow === 'nmr' && MAY_COME.has(document.state)
    throw new FaultError({
      code: mayCome ? 'not-now' : 'bad-input',
      field: 'format',
      message: `The run has no shifts${mayCome ? ' yet' : ''}, and so no spectrum.`,
      hint: `larmor show ${document.run} tells why.`,
    })
  }
  const nuclei = [...new Set(lines.map(({ nucleus }) => nucleus))]
  const blocks = nuclei.map(nucleus => {
    const peaks = lines.filter(each => each.nucleus === nucleus).toSorted((a, b) => ppm(b) - ppm(a))
    return record([
      ['TITLE', `${document.name} ${nucleus}, calculated${provisional ? ', PROVISIONAL' : ''}`],
      ['JCAMP-DX', '5.00'],
      ['DATA TYPE', 'NMR PEAK TABLE'],
      ['DATA CLASS', 'PEAK TABLE'],
      ['ORIGIN', `Larmor, run ${document.run}: ${level}`],
      ['OWNER', ''],
      ['.OBSERVE NUCLEUS', `^${nucleus}`],
      ['.SOLVENT NAME', solvent ?? ''],
      ['TEMPERATURE', ((temperature_K ?? 0) - 273.15).toFixed(2)],
      ['XUNITS', 'PPM'],
      ['YUNITS', 'ARBITRARY UNITS'],
      ['NPOINTS', String(peaks.length)],
      ['PEAK TABLE', `(XY..XY)\n${peaks.map(peak).join('\n')}`],
    ])
  })
  if (blocks.length === 1) return blocks.join('')
  const link = record(
    [
      ['TITLE', document.name],
      ['JCAMP-DX', '5.00'],
      ['DATA TYPE', 'LINK'],
      ['BLOCKS', String(blocks.length + 1)],
    ],
    blocks.join(''),
  )
  return link
}

/** A line of the table; what is not comparable with an experiment says so in a comment. */
function peak(shift: ShownShift): string {
  return `${ppm(shift).toFixed(4)}, ${shift.atoms.length}${shift.comparable ? '' : ' $$ not comparable with an experiment'}`
}

function ppm({ delta_ppm }: ShownShift): number {
  return delta_ppm ?? Number.NaN
}

/** One record; what would begin another one, or a comment, cannot stand in a value. */
function record(fields: readonly (readonly [string, string])[], inner = ''): string {
  const lines = fields.map(([label, value]) => {
    const text = label === 'PEAK TABLE' ? value : value.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/##|\$\$/g, '??')
    return `##${label}= ${text}\n`
  })
  return `${lines.join('')}${inner}##END=\n`
}
