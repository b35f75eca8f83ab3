import { useRef } from 'react'
import type { DraftFile } from './draft.ts'
import { chosenFiles } from './dropped-files.ts'
import { takeFiles } from './take-files.ts'

interface DropZoneProps {
  readonly files: readonly DraftFile[]
  onFiles(files: readonly DraftFile[]): void
}

/** Files by choosing, or by dropping them anywhere on the window. */
export function DropZone({ files, onFiles }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="drop-zone" data-drop="">
      <span>
        Drop .xyz, .mol, .sdf, inputs (.nw, .inp, .sh) or folders, or{' '}
        <button type="button" className="link" onClick={() => input.current?.click()}>
          choose files
        </button>
      </span>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={event => {
          void takeFiles(chosenFiles(event.target.files))
          event.target.value = ''
        }}
      />
      {files.length > 0 ? (
        <ul className="dropped">
          {files.map(({ name, beside }) => (
            <li key={name}>
              <bdi className="machine-text">{name}</bdi>
              {beside ? <span className="hint"> with {beside.map(each => each.name).join(', ')}</span> : null}
              <button
                type="button"
                className="link"
                aria-label={`Leave out ${name}`}
                onClick={() => onFiles(files.filter(each => each.name !== name))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}
