import { useRef, useState } from 'react'
import type { Fault } from '../../shared/result.ts'
import { plural } from '../../shared/show/number.ts'
import type { CampaignSet } from '../../shared/workflows/index.ts'
import { FolderInput } from '../intake/folder-input.tsx'
import type { CampaignDraft, OwnFolder } from './campaign-draft.ts'
import { type DroppedFile, droppedFiles } from './dropped-files.ts'
import { Field } from './field.tsx'
import { ownFolderOf } from './own-folder.ts'

interface CampaignSetFieldsProps {
  readonly draft: CampaignDraft
  readonly set: CampaignSet | null
  faultAt(field: string): Fault | null
  edit(part: Partial<CampaignDraft>): void
}

/** Which molecules: DELTA50 or a folder of one's own; a few across the sizes, all, or those that are named. */
export function CampaignSetFields({ draft, set, faultAt, edit }: CampaignSetFieldsProps) {
  const noSet = faultAt('set')
  const radio = <Name extends 'set' | 'which'>(name: Name, value: CampaignDraft[Name], label: string) => (
    <label className="check">
      <input type="radio" name={name} checked={draft[name] === value} onChange={() => edit({ [name]: value })} />
      {label}
    </label>
  )
  const many = set ? plural(set.molecules.length, 'molecule') : 'molecules'
  return (
    <section aria-labelledby="set-title">
      <h2 id="set-title">Molecules</h2>
      <div className="row wrap" role="radiogroup" aria-label="Set">
        {radio('set', 'delta50', 'DELTA50')}
        {radio('set', 'own', 'A folder of my own')}
      </div>
      {draft.set === 'own' ? <FolderChoice folder={draft.folder} onFolder={folder => edit({ folder })} /> : null}
      {noSet ? (
        <p className="error" role="alert" id="set-below">
          {noSet.message} {noSet.hint ?? ''}
        </p>
      ) : null}
      <div className="row wrap" role="radiogroup" aria-label="Which of them">
        {radio('which', 'pilot', 'A pilot across the sizes')}
        {radio('which', 'all', `All ${many}`)}
        {radio('which', 'named', 'Some by name')}
      </div>
      <div className="fields three">
        {draft.which === 'pilot' ? (
          <Field id="pilot" label="Molecules in the pilot" fault={faultAt('pilot')} hint={null}>
            {described => (
              <input
                {...described}
                value={draft.pilot}
                onChange={event => edit({ pilot: event.target.value })}
                inputMode="numeric"
                autoComplete="off"
              />
            )}
          </Field>
        ) : null}
      </div>
      {draft.which === 'named' ? (
        <Field id="molecules" label="Names" fault={faultAt('molecules')} hint="With commas between; names or ids.">
          {described => (
            <input
              {...described}
              value={draft.molecules}
              onChange={event => edit({ molecules: event.target.value })}
              list="known-molecules"
              autoComplete="off"
            />
          )}
        </Field>
      ) : null}
      <datalist id="known-molecules">
        {set?.molecules.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
    </section>
  )
}

interface FolderChoiceProps {
  readonly folder: OwnFolder | null
  onFolder(folder: OwnFolder): void
}

function FolderChoice({ folder, onFolder }: FolderChoiceProps) {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  async function take(given: readonly DroppedFile[]): Promise<void> {
    const read = await ownFolderOf(given)
    if (typeof read === 'string') return setFault(read)
    setFault(null)
    onFolder(read)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same by keyboard
    <div
      className={over ? 'drop-zone over' : 'drop-zone'}
      data-drop="set"
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        event.stopPropagation()
        setOver(false)
        droppedFiles(event.dataTransfer).then(take)
      }}
    >
      <span>
        Drop a folder here, or{' '}
        <button type="button" className="link" onClick={() => input.current?.click()}>
          choose one
        </button>
        : a structure of each molecule (.xyz, .mol, .sdf), and one CSV with the columns molecule, atoms, delta_ppm.
      </span>
      <FolderInput label="Folder" ref={input} take={take} />
      {folder ? (
        <span className="hint">
          <bdi className="machine-text">{folder.name}</bdi>, {plural(folder.files.length, 'file')}
        </span>
      ) : null}
      {fault ? (
        <p className="error" role="alert">
          {fault}
        </p>
      ) : null}
    </div>
  )
}
