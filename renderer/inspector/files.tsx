import { useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import type { RunId } from '../../shared/ids.ts'
import type { Attempt, FetchedFile } from '../../shared/model/job.ts'
import { printable } from '../../shared/printable.ts'
import { bytes } from '../../shared/show/number.ts'
import { useLarmor } from '../larmor.ts'
import { Sheet } from '../ui/sheet.tsx'

const MOST_SHOWN = 200_000

/** What was fetched of the attempt; each can be read here, offline too. */
export function Files({ engine, attempt }: { readonly engine: Engine; readonly attempt: Attempt }) {
  const { host } = useLarmor()
  const { phase } = attempt
  const [open, setOpen] = useState<{ readonly name: string; readonly text: string } | null>(null)
  if (phase.is !== 'fetched' && phase.is !== 'parsed') return null
  if (phase.files.length === 0) return null

  async function show(file: FetchedFile): Promise<void> {
    const text = await engine.read(file, { offset: 0, length: Math.min(file.bytes, MOST_SHOWN) })
    const cut = file.bytes > MOST_SHOWN ? `\n… (the first ${bytes(MOST_SHOWN)} of ${bytes(file.bytes)})` : ''
    setOpen({ name: file.name, text: text.ok ? printable(text.value) + cut : text.fault.message })
  }
  return (
    <section aria-labelledby="files-title">
      <h3 id="files-title">Files</h3>
      <ul className="files">
        {phase.files.map(file => (
          <li key={file.name}>
            <button
              type="button"
              className="link machine-text"
              draggable={typeof host.dragOut !== 'string'}
              onDragStart={event => {
                event.preventDefault() // the desktop's own drag, of the file itself
                if (typeof host.dragOut !== 'string') host.dragOut(...placeOf(attempt, file))
              }}
              onClick={() => show(file)}
            >
              <bdi>{file.name}</bdi>
            </button>
            <span className="hint">{bytes(file.bytes)}</span>
          </li>
        ))}
      </ul>
      {open ? (
        <Sheet title={open.name} className="output-view" focus=".output-lines" onClose={() => setOpen(null)}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and holds no control */}
          <section className="output-lines" tabIndex={0} aria-label={open.name}>
            <pre>{open.text}</pre>
          </section>
        </Sheet>
      ) : null}
    </section>
  )
}

/** The run, and where in its readable folder the file lies: `JOB/ATTEMPT/FILE`. */
function placeOf({ label, n }: Attempt, { name }: FetchedFile): readonly [run: RunId, file: string] {
  const run = label.slice(0, label.indexOf('.')) as RunId
  return [run, `${label.slice(run.length + 1, label.lastIndexOf('.'))}/${n}/${name}`]
}
