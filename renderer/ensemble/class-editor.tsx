import { type AtomGroups, merged, split } from '../../shared/nmr/atom-classes.ts'
import type { AtomClass } from '../../shared/nmr/molecule-info.ts'
import { groupKey } from './selection.ts'
import { shiftName } from './shift-name.ts'

interface ClassEditorProps {
  readonly classes: readonly AtomClass[]
  readonly from: 'symmetry' | 'person'
  /** The selected group, as the selection names it. */
  readonly selected: string | null
  /** Keeps the groups (null: as the symmetry has them), and says what was done. */
  onGroup(groups: AtomGroups | null, said: string): void
}

/** Which atoms one signal stands for: a class is split into its atoms, or taken together with another. */
export function ClassEditor({ classes, from, selected, onGroup }: ClassEditorProps) {
  const mine = classes.find(({ atoms }) => groupKey(atoms) === selected)
  const others = mine ? classes.filter(each => each !== mine && each.element === mine.element) : []
  return (
    <fieldset className="class-editor">
      <legend className="only-read">Equivalent atoms</legend>
      {mine ? (
        <>
          <button
            type="button"
            aria-disabled={mine.atoms.length < 2}
            title={mine.atoms.length < 2 ? 'It is one atom.' : 'Each of its atoms becomes a signal of its own.'}
            onClick={() => {
              if (mine.atoms.length > 1) onGroup(split(classes, mine.atoms[0] ?? 0), `${shiftName(mine)} split`)
            }}
          >
            Split {shiftName(mine)}
          </button>
          <select
            aria-label={`Merge ${shiftName(mine)} with`}
            value=""
            disabled={others.length === 0}
            onChange={event => {
              const other = others.find(each => groupKey(each.atoms) === event.target.value)
              if (other)
                onGroup(
                  merged(classes, [...mine.atoms, ...other.atoms]),
                  `${shiftName(mine)} and ${shiftName(other)} merged`,
                )
            }}
          >
            <option value="">Merge with…</option>
            {others.map(each => (
              <option key={groupKey(each.atoms)} value={groupKey(each.atoms)}>
                {shiftName(each)}
              </option>
            ))}
          </select>
        </>
      ) : (
        <span className="hint">Select a signal to split it or merge it with another.</span>
      )}
      {from === 'person' ? (
        <button type="button" className="link" onClick={() => onGroup(null, 'Signals as the symmetry has them')}>
          As the symmetry has it
        </button>
      ) : null}
    </fieldset>
  )
}
