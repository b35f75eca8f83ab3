import { csvOf } from '../../shared/exports/index.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { pointRows, statisticsRows } from '../../shared/workflows/index.ts'
import { useLarmor } from '../larmor.ts'
import { note } from '../ui/toast.tsx'

const TABLES = [
  ['statistics', 'Export table', statisticsRows, 'n, RMSD, MAE, largest deviation, R2 and line of each level (.csv)'],
  ['environments', 'Export environments', pointRows, 'Each environment, computed beside measured (.csv)'],
] as const

/** What a campaign ends with, as files that others read: the same as in its folder, at any time. */
export function ExportTables({ state, run }: { readonly state: State; readonly run: Run }) {
  const { host } = useLarmor()
  return (
    <p className="row">
      {TABLES.map(([name, label, rows, title]) => (
        <button
          key={name}
          type="button"
          title={title}
          onClick={() =>
            host
              .saveFile(`${run.id}-${name}.csv`, csvOf(rows(knownOf(state, run))))
              .catch((error: unknown) => note(`Not exported: ${error}`, { shape: 'octagon' }))
          }
        >
          {label}
        </button>
      ))}
    </p>
  )
}
