import { type KeyboardEvent, useState } from 'react'
import { NOT_CALIBRATED } from '../../shared/nmr/references.ts'
import { fixed } from '../../shared/show/number.ts'
import type { ShownAgreement, ShownShift } from '../../shared/workflows/index.ts'
import { Icon } from '../ui/badge.tsx'
import { Scroll } from '../ui/scroll.tsx'
import { groupKey, type Selecting, shownGroup } from './selection.ts'
import { decimalsOf, shiftName } from './shift-name.ts'
import './shifts.css'

/** How a source begins that was fitted at the level itself. */
const EXACT = 'exact: '

const KIND: { readonly [Kind in ShownShift['reference']['kind']]: string } = {
  own: 'own fit',
  published: 'published',
  tms: 'TMS',
  none: 'none',
}

interface ShiftTableProps extends Selecting {
  readonly shifts: readonly ShownShift[]
  readonly nucleus: string
  readonly agreement: ShownAgreement | undefined
  readonly experiment_source: string | null
  /** Null where measured shifts cannot be given now. */
  readonly onMeasured: ((atoms: readonly number[], delta_ppm: number | null) => void) | null
}

/** The numbers of the spectrum, beside what was measured, with where each comes from and how far it can be trusted. */
export function ShiftTable(props: ShiftTableProps) {
  const { shifts, nucleus, selection, change, onMeasured, agreement, experiment_source } = props
  const rows = shifts
    .filter(shift => shift.nucleus === nucleus)
    .sort((a, b) => (b.delta_ppm ?? -b.sigma_ppm) - (a.delta_ppm ?? -a.sigma_ppm))
  const referenced = rows.some(({ delta_ppm }) => delta_ppm !== null)
  const references = [...new Map(rows.map(({ reference }) => [JSON.stringify(reference), reference])).values()]
  const group = shownGroup(selection)
  return (
    <>
      <Scroll label={`Shifts, ${nucleus}`} className="shift-scroll">
        <table className="shift-table">
          <caption className="only-read">Averaged shifts of {nucleus} in ppm, beside measured ones</caption>
          <thead>
            <tr>
              <th scope="col">Atoms</th>
              <th scope="col" className="number" title={referenced ? 'Calculated shift' : 'Shielding'}>
                {referenced ? 'calc' : 'σ'}
              </th>
              <th scope="col" className="number" title="Expected error of the reference">
                ±
              </th>
              <th scope="col" className="number" title="Largest less smallest shift of a single conformer">
                spread
              </th>
              <th scope="col" className="number" title="Measured">
                exp
              </th>
              <th scope="col" className="number" title="Calculated less measured">
                Δ
              </th>
            </tr>
          </thead>
          <tbody onMouseLeave={() => change({ hoveredGroup: null })}>
            {rows.map(shift => (
              <Row
                key={shiftName(shift)}
                shift={shift}
                selected={groupKey(shift.atoms) === selection.group}
                shown={groupKey(shift.atoms) === group}
                onSelect={() => change({ group: groupKey(shift.atoms) })}
                onHover={() => change({ hoveredGroup: groupKey(shift.atoms) })}
                onMeasured={onMeasured}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
      <div className="shift-notes">
        <p>
          {referenced ? 'δ in ppm.' : 'Shieldings in ppm: there is no reference.'} Spread: the largest less the smallest
          shift of a single conformer. ±: expected error of the reference. Pointing at calc tells a third: how far it
          moves if the energy of one conformer is 1 kcal/mol off.
          {experiment_source ? (
            <>
              {' '}
              exp: <bdi>{experiment_source}</bdi>
            </>
          ) : null}
        </p>
        {agreement ? <AgreementLine agreement={agreement} rows={rows} /> : null}
        {references.map(({ kind, source, expected_error_ppm }) => (
          <p key={source + kind}>
            <strong>
              Reference: {KIND[kind]}
              {source.startsWith(EXACT) ? ' at this very level' : ''}.
            </strong>{' '}
            {source.replace(EXACT, '').replace(/\.?$/, '.')}
            {expected_error_ppm !== null
              ? ` Expected error ${fixed(expected_error_ppm, 2)} ppm.`
              : kind === 'none'
                ? ''
                : ` How far its shifts are off is not known: ${NOT_CALIBRATED}.`}
          </p>
        ))}
        {whysOf(rows).map(([why, names]) => (
          <p key={why}>
            <span className="tone-attention">
              <Icon shape="diamond" />
            </span>{' '}
            {names.join('; ')}: not comparable, left out of the statistics. {why}
          </p>
        ))}
      </div>
    </>
  )
}

function AgreementLine({
  agreement,
  rows,
}: {
  readonly agreement: ShownAgreement
  readonly rows: readonly ShownShift[]
}) {
  const { n, mae_ppm, rmsd_ppm, max_ppm, worst, left_out } = agreement
  const element = rows[0]?.element ?? ''
  const decimals = decimalsOf(element) + 1
  return (
    <p data-agreement="">
      <strong>
        MAE {fixed(mae_ppm, decimals)}, RMSD {fixed(rmsd_ppm, decimals)}, max dev {fixed(max_ppm, decimals)} ppm
      </strong>{' '}
      ({shiftName({ element, atoms: worst })}), n = {n}
      {left_out > 0 ? `, without ${left_out} that cannot be compared` : ''}
    </p>
  )
}

interface RowProps {
  readonly shift: ShownShift
  readonly selected: boolean
  readonly shown: boolean
  readonly onMeasured: ShiftTableProps['onMeasured']
  onSelect(): void
  onHover(): void
}

function Row({ shift, selected, shown, onMeasured, onSelect, onHover }: RowProps) {
  const { element, delta_ppm, sigma_ppm, spread_ppm, interval_ppm, experiment_ppm, comparable, reference } = shift
  const decimals = decimalsOf(element)
  const name = shiftName(shift)
  const difference = delta_ppm === null || experiment_ppm === null ? null : delta_ppm - experiment_ppm
  const expected = reference.expected_error_ppm
  const far = difference !== null && (!comparable || (expected !== null && Math.abs(difference) > 2 * expected))
  const interval =
    interval_ppm === null || interval_ppm[0] === interval_ppm[1]
      ? undefined
      : `${fixed(interval_ppm[0], decimals)} to ${fixed(interval_ppm[1], decimals)} when the energy of one conformer is 1 kcal/mol off; σ ${fixed(sigma_ppm, decimals)} ppm`
  return (
    <tr
      data-shift={name}
      className={shown ? 'chosen' : undefined}
      aria-selected={selected}
      onMouseEnter={onHover}
      onClick={onSelect}
    >
      <th scope="row">
        <button type="button" className="row-button" aria-pressed={selected} onClick={onSelect}>
          {name}
        </button>
        {comparable ? null : (
          <span className="tone-attention mark" title={shift.why ?? undefined}>
            <Icon shape="diamond" /> <span className="only-read">not comparable</span>
          </span>
        )}
      </th>
      <td className="number" title={interval}>
        <strong>{fixed(delta_ppm ?? sigma_ppm, decimals)}</strong>
      </td>
      <td className="number">{fixed(expected, decimals)}</td>
      <td className="number">{fixed(spread_ppm, decimals)}</td>
      <td className="number measured">
        {onMeasured ? (
          <Measured
            key={String(experiment_ppm)}
            name={name}
            value={experiment_ppm}
            decimals={decimals}
            onChange={value => onMeasured(shift.atoms, value)}
          />
        ) : (
          fixed(experiment_ppm, decimals)
        )}
      </td>
      <td className={`number${far ? ' tone-attention' : ''}`}>
        {difference !== null && difference > 0 ? '+' : ''}
        {fixed(difference, decimals)}
      </td>
    </tr>
  )
}

interface MeasuredProps {
  readonly name: string
  readonly value: number | null
  readonly decimals: number
  onChange(value: number | null): void
}

/** A cell to type a measured shift into: Enter or leaving it keeps it, Escape forgets it, empty takes it away. */
function Measured({ name, value, decimals, onChange }: MeasuredProps) {
  const kept = value === null ? '' : String(Number(value.toFixed(decimals + 1)))
  const [text, setText] = useState(kept)
  const number = readNumber(text)
  const wrong = number === undefined
  function keep(): void {
    if (wrong || text.trim() === kept) return
    onChange(number)
  }
  function onKey(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === 'Enter') event.currentTarget.blur()
    if (event.key === 'Escape') setText(kept)
  }
  return (
    <input
      className="measured-input"
      aria-label={`Measured shift of ${name}, ppm`}
      aria-invalid={wrong}
      title={wrong ? 'A shift is a number in ppm.' : undefined}
      inputMode="decimal"
      placeholder="–"
      value={text}
      onChange={event => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={onKey}
      onClick={event => event.stopPropagation()}
    />
  )
}

/** Null for an empty field, undefined for what is no number. */
function readNumber(text: string): number | null | undefined {
  const plain = text.trim().replace(',', '.').replace('\u2212', '-')
  if (plain === '') return null
  return /^-?\d+(\.\d*)?$/.test(plain) ? Number(plain) : undefined
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
