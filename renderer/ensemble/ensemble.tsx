import { useMemo, useRef, useState } from 'react'
import type { Engine, Reading } from '../../shared/contract.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import type { AtomGroups } from '../../shared/nmr/atom-classes.ts'
import { type Experiment, withShift } from '../../shared/nmr/experiment.ts'
import type { CoursePoint } from '../../shared/progress/course.ts'
import { superscript } from '../../shared/show/names.ts'
import { plural } from '../../shared/show/number.ts'
import { outlookOf, type ShownNmr } from '../../shared/workflows/index.ts'
import { useKeys } from '../keys/use-keys.ts'
import { depict, moleculeFrom } from '../molecule/depiction.ts'
import { hasWebgl } from '../molecule/webgl.ts'
import { Spectrum } from '../spectrum/spectrum.tsx'
import { Icon } from '../ui/badge.tsx'
import { note } from '../ui/toast.tsx'
import { Cards } from './cards.tsx'
import { cardsOf, inCardNames } from './cards-of.ts'
import { ClassEditor } from './class-editor.tsx'
import { completenessText } from './completeness.tsx'
import { ConformerView } from './conformer-view.tsx'
import { Ladder } from './ladder.tsx'
import { PasteDialog } from './paste-dialog.tsx'
import { PopulationTable } from './population-table.tsx'
import { groupKey, shownConformer, shownGroup, useSelection } from './selection.ts'
import { ShiftTable } from './shift-table.tsx'
import { StateCounts } from './state-counts.tsx'

interface EnsembleProps {
  readonly engine: Engine
  readonly state: State
  readonly run: Run
  readonly ensemble: ShownNmr
  /** Null while commands can be sent; else why not. */
  readonly offline: string | null
  reading(conformer: string): Reading | undefined
  /** Of its optimisation, as far as it has come. */
  course(conformer: string): readonly CoursePoint[]
}

/** A conformer ensemble: cards, levels and the live picture; below them spectrum and shifts. All share one selection. */
export function Ensemble({ engine, state, run, ensemble, offline, reading, course }: EnsembleProps) {
  const ended = run.phase.is === 'ended'
  const selecting = useSelection(run.id)
  const { selection, change } = selecting
  const list = useRef<HTMLDivElement>(null)
  const [wished, wish] = useState('1H')
  const [pasting, setPasting] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: every event about the run makes a new Run
  const outlook = useMemo(() => outlookOf(knownOf(state, run)), [run])
  const cards = cardsOf(ensemble, { ended, outlook, reading, course })
  const molecule = outlook?.molecule
  const depiction = useMemo(() => (molecule ? depict(moleculeFrom(molecule)) : null), [molecule])

  const shifts = ensemble.shifts.length > 0 ? ensemble.shifts : (outlook?.shifts ?? [])
  const nuclei = [...new Set(shifts.map(shift => shift.nucleus))].sort(byCustom)
  const nucleus = nuclei.includes(wished) ? wished : nuclei[0]
  const shown = shownConformer(selection)
  const current = cards.find(({ key }) => key === shown) ?? cards[0]
  const group = shownGroup(selection)
  const single = current ? (outlook?.single.get(current.key) ?? null) : null
  const complete = outlook?.completeness
  const provisional = ensemble.provisional || ensemble.shifts.length === 0

  const move = (by: (columns: number) => number) => {
    const place = cards.findIndex(({ key }) => key === selection.conformer)
    const next = cards[place < 0 ? 0 : Math.max(0, Math.min(cards.length - 1, place + by(columnsOf(list.current))))]
    if (next) change({ conformer: next.key, hoveredConformer: null })
  }
  const inCards = () => list.current?.contains(document.activeElement) === true
  useKeys({
    // The arrows are the cards' only while these have the focus: elsewhere they scroll.
    get cardNext() {
      return inCards() ? () => move(() => 1) : undefined
    },
    get cardPrevious() {
      return inCards() ? () => move(() => -1) : undefined
    },
    get cardDown() {
      return inCards() ? () => move(columns => columns) : undefined
    },
    get cardUp() {
      return inCards() ? () => move(columns => -columns) : undefined
    },
    get cardPin() {
      return inCards() && selection.conformer !== null ? () => change({ pinned: !selection.pinned }) : undefined
    },
  })

  /** Done at once, and taken back by setting what was before. */
  async function regroup(groups: AtomGroups | null, said: string): Promise<void> {
    const before = run.analysis?.classes ?? null
    const set = (classes: AtomGroups | null) => engine.send({ type: 'classes.set', run: run.id, classes })
    const sent = await set(groups)
    if (!sent.ok) return note(sent.fault.message, { shape: 'octagon' })
    note(said, { undo: () => set(before) })
  }
  async function measure(experiment: Experiment | null, said: string): Promise<void> {
    const before = run.analysis?.experiment ?? null
    const set = (next: Experiment | null) => engine.send({ type: 'experiment.set', run: run.id, experiment: next })
    const sent = await set(experiment)
    if (!sent.ok) return note(sent.fault.message, { shape: 'octagon' })
    note(said, { undo: () => set(before) })
  }
  const experiment = run.analysis?.experiment ?? null

  return (
    <>
      {ensemble.warnings.length > 0 ? (
        <section className="warnings" aria-label="Warnings">
          <ul>
            {ensemble.warnings.map(warning => (
              <li key={warning}>
                <span className="tone-attention">
                  <Icon shape="diamond" />
                </span>
                <span className="sentence">{inCardNames(warning, cards)}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}

      <div className="ensemble-top">
        <section className="ensemble-cards" aria-labelledby="conformers-title">
          <header className="row between">
            <h2 id="conformers-title" className="only-read">
              Conformers
            </h2>
            <StateCounts cards={cards} />
            {cards.some(card => card.relative_kcal_mol !== null) ? <span className="hint">Sorted by ΔE</span> : null}
          </header>
          {cards.length > 0 ? (
            <Cards engine={engine} cards={cards} depiction={depiction} listRef={list} {...selecting} />
          ) : (
            <p className="hint">{ended ? 'There are none.' : 'They are being generated.'}</p>
          )}
          {ensemble.dropped.length > 0 ? (
            <p className="hint">
              Made and not kept: {ensemble.dropped.map(({ reason, count }) => `${count} ${reason}`).join('; ')}.
            </p>
          ) : null}
          {!hasWebgl() && cards.length > 0 ? (
            <p className="hint" data-no-webgl="">
              This browser has no WebGL: the molecule is drawn flat, and conformers look alike.
            </p>
          ) : null}
        </section>
        <section className="ensemble-levels" aria-labelledby="levels-title">
          <h2 id="levels-title">Energy levels</h2>
          <Ladder cards={cards} temperature_K={ensemble.temperature_K} {...selecting} />
        </section>
        <section className="ensemble-view" aria-label="Selected conformer">
          {current && molecule ? (
            <ConformerView
              engine={engine}
              card={current}
              molecule={molecule}
              depiction={depiction}
              group={group}
              onPick={atoms => {
                const home = outlook.classes.find(each => each.atoms.some(atom => atoms.includes(atom)))
                if (!home) return
                change({ group: groupKey(home.atoms) })
                const found = shifts.find(shift => groupKey(shift.atoms) === groupKey(home.atoms))
                if (found) wish(found.nucleus)
              }}
            />
          ) : (
            <p className="hint pad">No geometry yet.</p>
          )}
        </section>
      </div>

      <div className="ensemble-bottom">
        <section className="ensemble-spectrum" aria-labelledby="spectrum-title">
          <header className="row">
            <h2 id="spectrum-title">
              Averaged {nucleus ? superscript(nucleus) : ''} spectrum
              {shifts.length > 0 && provisional ? ', provisional' : ''}
            </h2>
            {nucleus ? (
              <span className="hint" data-completeness="">
                {completenessText(outlook, nucleus)}
              </span>
            ) : null}
          </header>
          {nucleus ? (
            <>
              <Spectrum
                shifts={shifts}
                nucleus={nucleus}
                single={current && single ? { name: current.short, shifts: single } : null}
                selected={group}
                onPick={key => change({ group: key })}
              />
              <p className="hint">
                Calculated, average of {complete?.in ?? 0} of {plural(complete?.of ?? 0, 'conformer')}. Signals as
                Lorentzians of one width, their areas by number of nuclei; no couplings.
              </p>
            </>
          ) : (
            <p className="hint">
              {ensemble.program === 'none'
                ? 'There is none: shieldings need a quantum chemistry program. Energies and populations are those of the force field.'
                : ended
                  ? 'There is none: no shielding was computed.'
                  : cards.length === 0
                    ? 'None yet: conformers come first.'
                    : `None yet: shieldings of ${complete?.in ?? 0}/${complete?.of ?? cards.length} conformers are in.`}
            </p>
          )}
        </section>
        <section className="ensemble-shifts" aria-labelledby="shifts-title">
          <header className="row between">
            <h2 id="shifts-title">Shifts</h2>
            {nuclei.length > 1 ? (
              <fieldset className="segmented">
                <legend className="only-read">Nucleus</legend>
                {nuclei.map(each => (
                  <button key={each} type="button" aria-pressed={each === nucleus} onClick={() => wish(each)}>
                    {superscript(each)}
                  </button>
                ))}
              </fieldset>
            ) : null}
          </header>
          {nucleus && outlook ? (
            <>
              <ShiftTable
                shifts={shifts}
                nucleus={nucleus}
                agreement={ensemble.agreement.find(each => each.nucleus === nucleus)}
                experiment_source={ensemble.experiment_source}
                onMeasured={
                  offline === null
                    ? (atoms, delta_ppm) =>
                        measure(
                          withShift(experiment, atoms, delta_ppm),
                          delta_ppm === null ? 'Measured shift taken away' : 'Measured shift kept',
                        )
                    : null
                }
                {...selecting}
              />
              <div className="row shift-actions">
                {offline === null ? (
                  <>
                    <ClassEditor
                      classes={outlook.classes}
                      from={ensemble.classes_from}
                      selected={selection.group}
                      onGroup={(groups, said) => {
                        change({ group: null, hoveredGroup: null })
                        regroup(groups, said)
                      }}
                    />
                    <button type="button" onClick={() => setPasting(true)}>
                      Paste measured…
                    </button>
                  </>
                ) : (
                  <span className="hint">
                    Signals and measured shifts can be changed when commands can be sent again.
                  </span>
                )}
              </div>
            </>
          ) : (
            <p className="hint">The table follows with the spectrum.</p>
          )}
        </section>
      </div>

      {cards.length > 0 ? (
        <section className="card" aria-labelledby="populations-title">
          <h2 id="populations-title">Populations</h2>
          <PopulationTable
            cards={cards}
            temperature_K={ensemble.temperature_K}
            weights_from={ensemble.weights_from}
            cutoffs={cutoffsOf(run)}
            provisional={!ended && ensemble.program !== 'none'}
            {...selecting}
          />
        </section>
      ) : null}

      {pasting && nucleus ? (
        <PasteDialog
          nucleus={nucleus}
          shifts={shifts}
          experiment={experiment}
          onKeep={next => measure(next, 'Measured shifts kept')}
          onClose={() => setPasting(false)}
        />
      ) : null}
    </>
  )
}

/** How many cards stand in a row, as they are laid out now. */
function columnsOf(list: HTMLElement | null): number {
  const cards = [...(list?.children ?? [])] as HTMLElement[]
  const top = cards[0]?.offsetTop
  return Math.max(1, cards.filter(card => card.offsetTop === top).length)
}

function cutoffsOf({ params }: Run): string {
  const { ff_window_kcal, dft_window_kcal, max_conformers } = params as Readonly<Record<string, unknown>>
  return `Kept: at most ${String(max_conformers)} conformers, within ${String(ff_window_kcal)} kcal/mol by force field and ${String(dft_window_kcal)} kcal/mol after the optimisation.`
}

/** Protons first, then carbon, as they are measured. */
function byCustom(a: string, b: string): number {
  const place = (nucleus: string) => ['1H', '13C'].indexOf(nucleus) + 1 || 9
  return place(a) - place(b) || a.localeCompare(b)
}
