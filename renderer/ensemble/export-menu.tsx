import { useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import { type ExportFormat, exporters, formats } from '../../shared/exports/index.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { orThrow } from '../../shared/result.ts'
import { useLarmor } from '../larmor.ts'
import { FormatMenu } from '../runs/format-menu.tsx'

interface ExportMenuProps {
  readonly engine: Engine
  readonly state: State
  readonly run: Run
}

/** The run's results as files, the same as `larmor export` writes; works offline. */
export function ExportMenu({ engine, state, run }: ExportMenuProps) {
  const { host } = useLarmor()
  const [fault, setFault] = useState<string | null>(null)
  async function save(format: ExportFormat): Promise<void> {
    try {
      const text = await exporters[format](state, run, async ref => orThrow(await engine.read(ref)))
      await host.saveFile(`${run.id}.${formats[format].ending}`, text)
      setFault(null)
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <FormatMenu run={run} onChoose={save} />
      {fault ? (
        <p className="error" role="alert">
          {fault}
        </p>
      ) : null}
    </>
  )
}
