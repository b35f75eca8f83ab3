import { type ExportFormat, formats, formatsOf, labelOf } from '../../shared/exports/index.ts'
import type { Run } from '../../shared/model/run.ts'
import { Menu } from '../ui/menu.tsx'

interface FormatMenuProps {
  readonly run: Run
  onChoose(format: ExportFormat): void
}

/** The formats that a run may have something for. */
export function FormatMenu({ run, onChoose }: FormatMenuProps) {
  return (
    <Menu label="Export">
      {close =>
        formatsOf(run).map(format => (
          <button
            key={format}
            type="button"
            onClick={() => {
              close()
              onChoose(format)
            }}
            data-export={format}
          >
            <span>{labelOf(format, run)}</span>
            <span className="hint">.{formats[format].ending}</span>
          </button>
        ))
      }
    </Menu>
  )
}
