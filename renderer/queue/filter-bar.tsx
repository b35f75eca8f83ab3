import { Search } from '@blueprintjs/icons'
import type { Ref } from 'react'
import { type ShownStanding, shownLooks, standings } from '../runs/standing.ts'
import { causeText } from '../runs/words.ts'
import { Icon } from '../ui/badge.tsx'
import type { JobIndex } from './job-index.ts'
import type { QueueView } from './rows.ts'
import { changeView } from './selection.ts'

/** Shown with 0 as well: what a person looks for first. */
const ALWAYS: ReadonlySet<ShownStanding> = new Set<ShownStanding>(['running', 'waiting', 'failed', 'finished'])
/** So many states fill a line beside the inspector: then the rare ones are told by shape and number alone. */
const MANY = 7
const ORDER: readonly ShownStanding[] = [
  'running',
  'waiting',
  'failed',
  'stalled',
  'check',
  'unknown',
  'held',
  'sending',
  'finished',
]

interface FilterBarProps {
  readonly index: JobIndex
  /** So many of the running jobs; each is counted once. */
  readonly stalled: number
  readonly view: QueueView
  readonly jobs: number
  readonly chips: Ref<HTMLFieldSetElement>
  readonly search: Ref<HTMLInputElement>
}

/** How many jobs stand where, each a filter; of the failed also by cause. */
export function FilterBar({ index, stalled, view, jobs, chips, search }: FilterBarProps) {
  const count = (each: ShownStanding) =>
    each === 'stalled' ? stalled : index.all[each] - (each === 'running' ? stalled : 0)
  const shown = [...ORDER, ...standings.filter(each => !ORDER.includes(each))].filter(
    each => ALWAYS.has(each) || count(each) > 0 || view.standing === each,
  )
  const categories = [...index.categories].filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1])
  return (
    <>
      <div className="filter-bar">
        <fieldset className={shown.length > MANY ? 'chips many' : 'chips'} ref={chips}>
          <legend className="only-read">Show jobs</legend>
          <button
            type="button"
            className="filter-chip"
            aria-pressed={view.standing === null}
            onClick={() => changeView({ standing: null, category: null })}
          >
            All <strong>{jobs}</strong>
          </button>
          {shown.map(each => {
            const { word, shape, tone } = shownLooks[each]
            return (
              <button
                key={each}
                type="button"
                className={ALWAYS.has(each) ? 'filter-chip' : 'filter-chip rare'}
                title={word}
                aria-pressed={view.standing === each}
                data-filter={each}
                onClick={() => changeView({ standing: view.standing === each ? null : each, category: null })}
              >
                <span className={`tone-${tone}`}>
                  <Icon shape={shape} />
                </span>
                <span className="filter-word">{word}</span> <strong>{count(each)}</strong>
              </button>
            )
          })}
        </fieldset>
        <label className="filter-search">
          <Search size={14} title={false} />
          <span className="only-read">Search in the queue</span>
          <input
            ref={search}
            type="search"
            placeholder="Search in the queue"
            value={view.search}
            onChange={event => changeView({ search: event.target.value })}
            spellCheck={false}
            autoComplete="off"
          />
        </label>
      </div>
      {view.standing === 'failed' && categories.length > 0 ? (
        <fieldset className="chips causes">
          <legend className="only-read">Cause</legend>
          {categories.map(([category, n]) => (
            <button
              key={category}
              type="button"
              className="filter-chip"
              aria-pressed={view.category === category}
              data-category={category}
              onClick={() => changeView({ category: view.category === category ? null : category })}
            >
              {causeText(category)} <strong>{n}</strong>
            </button>
          ))}
        </fieldset>
      ) : null}
    </>
  )
}

/** The filter in words, for where nothing passes it. */
export function filterText({ standing, category, search }: QueueView): string {
  const parts = [
    standing === null ? 'All jobs' : `Jobs that are ${shownLooks[standing].word.toLowerCase()}`,
    category === null ? null : `by ${causeText(category)}`,
    search.trim() === '' ? null : `with “${search.trim()}”`,
  ]
  return parts.filter(part => part !== null).join(' ')
}
