import { useState } from 'react'
import type { Reading } from '../../shared/contract.ts'
import type { ShownNmr } from '../../shared/workflows/index.ts'
import { Spectrum, superscript } from '../spectrum/spectrum.tsx'
import { Icon } from '../ui/badge.tsx'
import { plural } from '../ui/number.ts'
import { ConformerTable } from './conformer-table.tsx'
import { ShiftTable } from './shift-table.tsx'

interface EnsembleProps {
  readonly ensemble: ShownNmr
  readonly ended: boolean
  reading(conformer: string): Reading | undefined
}

/** A conformer ensemble: its warnings, its conformers, and the spectrum averaged over those that are in. */
export function Ensemble({ ensemble, ended, reading }: EnsembleProps) {
  const { conformers, shifts, warnings } = ensemble
  const nuclei = [...new Set(shifts.map(shift => shift.nucleus))].sort(byCustom)
  const [chosen, choose] = useState('1H')
  const nucleus = nuclei.includes(chosen) ? chosen : nuclei[0]
  const complete = conformers.filter(each => each.state === 'nmr_complete')
  const kept = conformers.filter(each => each.state !== 'filtered')

  return (
    <>
      {warnings.length > 0 ? (
        <section className="warnings" aria-label="Warnings">
          <ul>
            {warnings.map(warning => (
              <li key={warning}>
                <span className="tone-attention">
                  <Icon shape="diamond" />
                </span>
                <span className="sentence">{warning}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}

      <section className="card" aria-labelledby="conformers-title">
        <h2 id="conformers-title">
          Conformers <span className="count">{conformers.length}</span>
        </h2>
        {conformers.length > 0 ? (
          <ConformerTable
            conformers={conformers}
            temperature_K={ensemble.temperature_K}
            weights_from={ensemble.weights_from}
            provisional={!ended}
            reading={reading}
          />
        ) : (
          <p className="hint">{ended ? 'There are none.' : 'They are being generated.'}</p>
        )}
        {ensemble.dropped.length > 0 ? (
          <p className="hint below">
            Made and not kept: {ensemble.dropped.map(({ reason, count }) => `${count} ${reason}`).join('; ')}.
          </p>
        ) : null}
      </section>

      <section className="card spectrum-card" aria-labelledby="spectrum-title">
        <header className="row between">
          <h2 id="spectrum-title">
            Averaged {nucleus ? superscript(nucleus) : ''} spectrum{ensemble.provisional ? ', provisional' : ''}
          </h2>
          {nuclei.length > 1 ? (
            <fieldset className="segmented">
              <legend className="only-read">Nucleus</legend>
              {nuclei.map(each => (
                <button key={each} type="button" aria-pressed={each === nucleus} onClick={() => choose(each)}>
                  {superscript(each)}
                </button>
              ))}
            </fieldset>
          ) : null}
        </header>
        {nucleus ? (
          <>
            <p className="hint">
              Calculated, average of {complete.length} of {plural(kept.length, 'conformer')}. Signals as Lorentzians of
              one width, their areas by number of nuclei; no couplings.
            </p>
            <div className="spectrum-and-shifts">
              <div>
                <Spectrum shifts={shifts} nucleus={nucleus} />
              </div>
              <div>
                <ShiftTable shifts={shifts} nucleus={nucleus} />
              </div>
            </div>
          </>
        ) : (
          <p className="hint">
            {ensemble.program === 'none'
              ? 'There is none: shieldings need NWChem. Energies and populations are those of the force field.'
              : ended
                ? 'There is none: no shielding was computed.'
                : `None yet: shieldings of ${complete.length}/${kept.length} conformers are in.`}
          </p>
        )}
      </section>
    </>
  )
}

/** Protons first, then carbon, as they are measured. */
function byCustom(a: string, b: string): number {
  const place = (nucleus: string) => ['1H', '13C'].indexOf(nucleus) + 1 || 9
  return place(a) - place(b) || a.localeCompare(b)
}
