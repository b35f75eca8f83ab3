import { useRef, useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import { type ExportFormat, exporters, formats, formatsOf } from '../../shared/exports/index.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { orThrow } from '../../shared/result.ts'

interface ExportMenuProps {
  readonly engine: Engine
  readonly state: State
  readonly run: Run
}

/** The run's results as files, the same as `larmor export` writes; works offline. */
export function ExportMenu({ engine, state, run }: ExportMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null)
  const [fault, setFault] = useState<string | null>(null)
  async function save(format: ExportFormat): Promise<void> {
    if (menu.current) menu.current.open = false
    try {
      const text = await exporters[format](state, run, async ref => orThrow(await engine.read(ref)))
      download(`${run.id}.${formats[format].ending}`, text)
      setFault(null)
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <details
        ref={menu}
        className="menu"
        onKeyDown={event => {
          if (event.key === 'Escape' && menu.current) menu.current.open = false
        }}
        onBlur={event => {
          if (menu.current && !menu.current.contains(event.relatedTarget)) menu.current.open = false
        }}
      >
        <summary className="button">Export</summary>
        <div className="menu-items">
          {formatsOf(run).map(format => (
            <button key={format} type="button" onClick={() => save(format)} data-export={format}>
              <span>{formats[format].label}</span>
              <span className="hint">.{formats[format].ending}</span>
            </button>
          ))}
        </div>
      </details>
      {fault ? (
        <p className="error" role="alert">
          {fault}
        </p>
      ) : null}
    </>
  )
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
