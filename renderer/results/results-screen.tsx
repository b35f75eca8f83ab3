import { Search } from '@blueprintjs/icons'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { get } from '../../shared/model/table.ts'
import { solventText } from '../../shared/show/names.ts'
import { doCommand, useKeys } from '../keys/use-keys.ts'
import { useEngineState } from '../larmor.ts'
import { address } from '../route.ts'
import { Shortfalls } from '../runs/counts.tsx'
import { runLook } from '../runs/looks.ts'
import { programText } from '../runs/words.ts'
import type { ScreenProps } from '../screens.tsx'
import { Badge } from '../ui/badge.tsx'
import { clockTime } from '../ui/time.ts'
import { useArchiveList } from './archive-list.ts'
import { toggleMark, useMarks } from './compare-marks.ts'
import { ComparePage } from './compare-page.tsx'
import { FIELDS, isFound, type Result, resultsApart, resultsOf } from './find-results.ts'
import { ResultPage } from './result-page.tsx'
import './results.css'

const ROW = 28

/** By workflow, in one word. */
const KINDS: Readonly<Record<string, string>> = { nmr: 'Ensemble', campaign: 'Campaign', single: 'Jobs' }

/** Every closed run, those in the archive too: found by words, read and exported, online or not. */
export function ResultsScreen({ path: [wanted] }: ScreenProps) {
  const state = useEngineState()
  const { entries, fault } = useArchiveList()
  const [search, setSearch] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const all = useMemo(() => resultsOf(state, entries ?? []), [state, entries])
  const apart = useMemo(() => resultsApart(all), [all])
  const found = useMemo(() => all.filter(result => isFound(result, search)), [all, search])
  const run = wanted === undefined ? undefined : get(state.runs, wanted)
  const [a, b] = useMarks()
  useKeys({ search: () => field.current?.focus() })

  return (
    <div className={run || b !== undefined ? 'results with-page' : 'results'}>
      <section className="results-list" aria-label="Results">
        <label className="results-search">
          <Search size={14} title={false} />
          <span className="only-read">Search results</span>
          <input
            ref={field}
            type="search"
            value={search}
            placeholder={`Name, or ${FIELDS.map(each => `${each}:`).join(' ')}`}
            title={`Fields: ${FIELDS.map(each => `${each}:`).join(' ')}`}
            onChange={event => setSearch(event.target.value)}
            spellCheck={false}
            autoComplete="off"
          />
          <span className="hint" role="status">
            {found.length} of {all.length}
          </span>
          <button type="button" onClick={() => doCommand('import')} title="A folder of finished outputs">
            Import…
          </button>
        </label>
        {fault ? <p className="error pad">The archive cannot be read: {fault.message}</p> : null}
        {entries === null && fault === null ? <p className="hint pad">Reading older runs from this computer…</p> : null}
        {all.length === 0 && entries !== null ? (
          <p className="empty">
            No run has ended yet.{' '}
            <button type="button" className="link" onClick={() => doCommand('import')}>
              Import finished outputs
            </button>
          </p>
        ) : null}
        {found.length === 0 && all.length > 0 ? (
          <p className="empty">
            Nothing that has ended matches “{search.trim()}”.{' '}
            <button type="button" className="link" onClick={() => setSearch('')}>
              Clear search
            </button>
          </p>
        ) : null}
        {found.length > 0 ? (
          <div className="results-head" aria-hidden="true">
            <span />
            <div className="results-columns">
              <span>Run</span>
              <span className="result-kind">Kind</span>
              <span>Jobs</span>
              <span className="result-method">Program, solvent</span>
              <span className="result-machine">Machine</span>
              <span>State, ended</span>
            </div>
          </div>
        ) : null}
        <Rows found={found} apart={apart} chosen={run?.id ?? null} />
      </section>
      {a !== undefined && b !== undefined ? (
        <ComparePage a={a} b={b} />
      ) : run ? (
        <ResultPage key={run.id} state={state} run={run} />
      ) : null}
    </div>
  )
}

interface RowsProps {
  readonly found: readonly Result[]
  readonly apart: ReadonlyMap<string, string>
  readonly chosen: string | null
}

function Rows({ found, apart, chosen }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  })
  return (
    <div className="results-scroll" ref={scroller}>
      <ul style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const result = found[index]
          if (!result) return null
          const { id, name, workflow, outcome, ended, counts, machine, programs, solvents } = result
          const other = apart.get(id)
          return (
            <li key={id} style={{ transform: `translateY(${start}px)` }}>
              <Mark id={id} name={name} comparable={workflow === 'nmr'} />
              <a href={address('results', id)} aria-current={id === chosen ? 'true' : undefined} data-result-row={id}>
                <span className="result-name" title={[name, other].filter(Boolean).join(', ')}>
                  <strong>
                    <bdi>{name}</bdi>
                  </strong>
                  {other === undefined ? null : <span className="kind"> {other}</span>}
                </span>
                <span className="result-kind">{KINDS[workflow] ?? workflow}</span>
                <span>
                  {counts.complete}/{counts.total}
                  <Shortfalls short={counts.short} />
                </span>
                <span className="result-method">
                  {[...programs.map(programText), ...solvents.map(solventText)].join(', ')}
                </span>
                <span className="result-machine">{machine}</span>
                <span>
                  <Badge look={runLook(outcome, counts.short.length > 0)} />
                  {clockTime(ended)}
                </span>
              </a>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** A, B, or a place for one: two marked ensembles are compared. */
function Mark({ id, name, comparable }: { readonly id: string; readonly name: string; readonly comparable: boolean }) {
  const place = useMarks().indexOf(id)
  const letter = place === 0 ? 'A' : place === 1 ? 'B' : null
  return (
    <button
      type="button"
      className="mark-button"
      aria-pressed={letter !== null}
      aria-disabled={!comparable}
      aria-label={letter === null ? `Compare ${name}` : `${letter}: ${name}, compare no longer`}
      title={comparable ? 'Mark two to compare them' : 'Only ensembles with shifts can be compared.'}
      onClick={() => comparable && toggleMark(id)}
    >
      {letter ?? <span className="mark-place" />}
    </button>
  )
}
