import { type DragEvent, useRef, useState } from 'react'
import type { DraftFile } from './draft.ts'
import { textOf } from './dropped-files.ts'

interface DropZoneProps {
  readonly files: readonly DraftFile[]
  onFiles(files: readonly DraftFile[]): void
  onFault(text: string | null): void
}

const MOST_BYTES = 16_000_000
const MOST_FILES = 200

/** Files by dropping or by choosing; what is no text, or too large, is refused by its name. */
export function DropZone({ files, onFiles, onFault }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  async function take(list: FileList | null): Promise<void> {
    const read: DraftFile[] = []
    const wrong: string[] = []
    for (const file of [...(list ?? [])].slice(0, MOST_FILES)) {
      const text = file.size > MOST_BYTES ? null : await textOf(file)
      if (text === null)
        wrong.push(`${file.name}: ${file.size > MOST_BYTES ? 'larger than 16 MB' : 'no text in UTF-8'}`)
      else read.push({ name: file.name, text })
    }
    onFault(wrong.length > 0 ? wrong.join('; ') : null)
    if (read.length > 0) onFiles([...files.filter(old => !read.some(({ name }) => name === old.name)), ...read])
  }
  const drag = (on: boolean) => (event: DragEvent) => {
    event.preventDefault()
    setOver(on)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same by keyboard
    <div
      className={over ? 'drop-zone over' : 'drop-zone'}
      data-drop=""
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer.files)
      }}
    >
      <span>
        Drop .xyz, .mol, .sdf, or inputs (.nw, .inp, .sh) here, or{' '}
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
          take(event.target.files)
          event.target.value = ''
        }}
      />
      {files.length > 0 ? (
        <ul className="dropped">
          {files.map(({ name }) => (
            <li key={name}>
              <bdi className="machine-text">{name}</bdi>
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
