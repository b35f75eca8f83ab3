import { useEffect, useMemo, useRef, useState } from 'react'
import type { Experiment, MeasuredShift } from '../../shared/nmr/experiment.ts'
import { pasteShifts } from '../../shared/nmr/paste-shifts.ts'
import { superscript } from '../../shared/show/names.ts'
import { fixed } from '../../shared/show/number.ts'
import type { ShownShift } from '../../shared/workflows/index.ts'
import { decimalsOf, shiftName } from './shift-name.ts'

interface PasteDialogProps {
  readonly nucleus: string
  readonly shifts: readonly ShownShift[]
  readonly experiment: Experiment | null
  onKeep(experiment: Experiment): void
  onClose(): void
}

/** Measured shifts from a text; what goes where is seen before it is kept. */
export function PasteDialog({ nucleus, shifts, experiment, onKeep, onClose }: PasteDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [source, setSource] = useState(experiment?.source ?? '')
  useEffect(() => dialog.current?.showModal(), [])
  const signals = useMemo(() => shifts.filter(shift => shift.nucleus === nucleus), [shifts, nucleus])
  const read = useMemo(() => (text.trim() === '' ? null : pasteShifts(text, signals)), [text, signals])
  const pairs = read?.ok ? read.value.shifts : []
  return (
    <dialog ref={dialog} className="confirm paste" aria-labelledby="paste-title" onClose={onClose}>
      <h2 id="paste-title">Measured {superscript(nucleus)} shifts</h2>
      <p className="hint">
        One line for each signal with its atoms (“H-3 4.19”), or the shifts alone, as they stand in an experimental
        part: they are then given to the signals by size.
      </p>
      <label htmlFor="paste-text">Shifts</label>
      <textarea
        id="paste-text"
        className="machine-text"
        rows={6}
        value={text}
        spellCheck={false}
        onChange={event => setText(event.target.value)}
        placeholder={signals
          .slice(0, 3)
          .map(shift => `${shiftName(shift)} ${fixed(shift.delta_ppm, decimalsOf(shift.element))}`)
          .join('\n')}
      />
      <label htmlFor="paste-source">Where they are from</label>
      <input
        id="paste-source"
        value={source}
        maxLength={500}
        placeholder="CDCl3, 400 MHz, notebook 12-3"
        onChange={event => setSource(event.target.value)}
      />
      {read && !read.ok ? (
        <p className="error" role="alert">
          {read.fault.message} {read.fault.hint ?? ''}
        </p>
      ) : null}
      {read?.ok ? (
        <div className="paste-pairs" role="status">
          {read.value.by === 'order' ? <p>Assigned by size; check it, and change single values in the table.</p> : null}
          <ul>
            {pairs.map(pair => (
              <li key={pair.atoms.join()}>
                {shiftName({ element: signals[0]?.element ?? '', atoms: pair.atoms })} ← {pair.delta_ppm}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <div className="row end">
        <button type="button" onClick={() => dialog.current?.close()}>
          Back
        </button>
        <button
          type="button"
          className="primary"
          aria-disabled={pairs.length === 0}
          onClick={() => {
            if (pairs.length === 0) return
            onKeep(joined(experiment, pairs, source))
            dialog.current?.close()
          }}
        >
          Keep {pairs.length > 0 ? `${pairs.length} shifts` : ''}
        </button>
      </div>
    </dialog>
  )
}

/** New values replace those of the same atoms; those of other atoms and nuclei stay. */
function joined(before: Experiment | null, pairs: readonly MeasuredShift[], source: string): Experiment {
  const given = new Set(pairs.flatMap(({ atoms }) => atoms))
  const others = (before?.shifts ?? []).flatMap(shift => {
    const left = shift.atoms.filter(atom => !given.has(atom))
    return left.length > 0 ? [{ ...shift, atoms: left }] : []
  })
  return { source: source.trim(), shifts: [...others, ...pairs] }
}
