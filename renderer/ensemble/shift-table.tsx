import type { ShownShift } from '../../shared/workflows/index.ts'
import { Icon } from '../ui/badge.tsx'
import { fixed } from '../ui/number.ts'
import { Scroll } from '../ui/scroll.tsx'

const KIND: { readonly [Kind in ShownShift['reference']['kind']]: string } = {
  own: 'own fit',
  published: 'published',
  tms: 'TMS',
  none: 'none',
}

/** `C-2` or `H-5, 6, 7`: the atoms as numbered in the input. */
export function shiftName({ element, atoms }: ShownShift): string {
  return `${element}-${atoms.join(', ')}`
}

/** Decimals that mean something: carbon is known to a tenth, hydrogen to a hundredth. */
export function decimalsOf(element: string): number {
  return element === 'H' ? 2 : 1
}

/** The numbers of the spectrum, with where each comes from and how far it can be trusted. */
export function ShiftTable({ shifts, nucleus }: { readonly shifts: readonly ShownShift[]; readonly nucleus: string }) {
  const rows = shifts
    .filter(shift => shift.nucleus === nucleus)
    .sort((a, b) => (b.delta_ppm ?? -b.sigma_ppm) - (a.delta_ppm ?? -a.sigma_ppm))
  const ranged = rows.some(({ interval_ppm }) => interval_ppm !== null && interval_ppm[0] !== interval_ppm[1])
  const doubts = whysOf(rows)
  const references = [...new Map(rows.map(({ reference }) => [JSON.stringify(reference), reference])).values()]
  return (
    <>
      <Scroll label={`Shifts, ${nucleus}`}>
        <table>
          <caption className="only-read">Averaged shifts of {nucleus} in ppm</caption>
          <thead>
            <tr>
              <th scope="col">Atoms</th>
              <th scope="col" className="number">
                δ / ppm
              </th>
              <th scope="col" className="number">
                ±
              </th>
              {ranged ? (
                <th scope="col" className="number">
                  range
                </th>
              ) : null}
              <th scope="col" className="number">
                σ / ppm
              </th>
              <th scope="col">Reference</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(shift => {
              const decimals = decimalsOf(shift.element)
              return (
                <tr key={shiftName(shift)} data-shift={shiftName(shift)}>
                  <th scope="row">
                    {shiftName(shift)}
                    {shift.comparable ? null : (
                      <span className="tone-attention mark">
                        <Icon shape="diamond" /> not comparable
                      </span>
                    )}
                  </th>
                  <td className="number">
                    <strong>{fixed(shift.delta_ppm, decimals)}</strong>
                  </td>
                  <td className="number">{fixed(shift.reference.expected_error_ppm, decimals)}</td>
                  {ranged ? <td className="number">{rangeText(shift.interval_ppm, decimals)}</td> : null}
                  <td className="number">{fixed(shift.sigma_ppm, decimals)}</td>
                  <td>{KIND[shift.reference.kind]}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Scroll>
      <ul className="notes">
        {references.map(({ kind, source, expected_error_ppm }) => (
          <li key={source + kind}>
            <strong>Reference: {KIND[kind]}.</strong> {source.replace(/\.?$/, '.')}
            {expected_error_ppm === null ? '' : ` Expected error ${fixed(expected_error_ppm, 2)} ppm.`}
          </li>
        ))}
        {ranged ? <li>Range: where the shift moves when the energy of one conformer is 1 kcal/mol off.</li> : null}
        {doubts.map(([why, names]) => (
          <li key={why}>
            <span className="tone-attention">
              <Icon shape="diamond" />
            </span>{' '}
            {names.join('; ')}: not comparable. {why}
          </li>
        ))}
      </ul>
    </>
  )
}

function rangeText(interval: ShownShift['interval_ppm'], decimals: number): string {
  return interval === null ? '–' : `${fixed(interval[0], decimals)} to ${fixed(interval[1], decimals)}`
}

/** Each reason against a comparison once, with the signals that it holds for. */
function whysOf(shifts: readonly ShownShift[]): readonly (readonly [why: string, names: readonly string[]])[] {
  const whys = new Map<string, string[]>()
  for (const shift of shifts.filter(each => !each.comparable)) {
    const why = shift.why ?? ''
    whys.set(why, [...(whys.get(why) ?? []), shiftName(shift)])
  }
  return [...whys]
}
