import { programOf } from '../../shared/programs/index.ts'
import { plural } from '../../shared/show/number.ts'
import { outcomeLook } from '../runs/looks.ts'
import { Badge } from '../ui/badge.tsx'
import { Dialog } from '../ui/dialog.tsx'
import type { FoundOutputs } from './import-outputs.ts'

/** More lines than a person reads. */
const MOST_SHOWN = 200

interface ImportReviewProps {
  readonly outputs: FoundOutputs
  /** Structures and inputs that stand among them. */
  readonly others: number
  /** Why nothing can be kept now, or null. */
  readonly offline: string | null
  onImport(): void
  onClose(): void
}

/** What was found in dropped files, before any of it is taken: program, how it ended, how many. */
export function ImportReview({ outputs: { found, skipped }, others, offline, onImport, onClose }: ImportReviewProps) {
  const shown = found.slice(0, MOST_SHOWN)
  return (
    <Dialog
      title={`Import ${plural(found.length, 'finished output')}?`}
      wide
      focus=".primary"
      onClose={onClose}
      onSubmit={() => offline === null && onImport()}
    >
      <p data-import-summary="">{summaryOf(found)}</p>
      <div className="import-list">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and is scrolled by keys, too */}
        <div className="scroll" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">Program</th>
                <th scope="col">State and reason</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ path, finished }) => (
                <tr key={path}>
                  <th scope="row">
                    <bdi className="machine-text" title={path}>
                      {path}
                    </bdi>
                  </th>
                  <td>
                    {programOf(finished.program).label} {finished.result.version ?? ''}
                  </td>
                  <td>
                    <Badge look={outcomeLook(finished.outcome)} /> <span className="reason">{finished.reason}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {found.length > shown.length ? <p className="hint">{found.length - shown.length} more</p> : null}
      </div>
      <LeftOut skipped={skipped} open={false} />
      <p className="hint">
        Each dropped folder becomes a run of the library; what is in it already is not taken twice. The files stay where
        they are. {others > 0 ? `Structures and inputs among them are left alone: ${others}.` : ''}
      </p>
      <div className="row end">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="primary" aria-disabled={offline !== null} title={offline ?? ''}>
          Import {plural(found.length, 'output')}
        </button>
      </div>
    </Dialog>
  )
}

/** Files that look like outputs and are not taken, each with its reason. */
export function LeftOut({ skipped, open }: { readonly skipped: FoundOutputs['skipped']; readonly open: boolean }) {
  if (skipped.length === 0) return null
  return (
    <details open={open}>
      <summary>{plural(skipped.length, 'file')} left out</summary>
      <ul className="left-out">
        {skipped.slice(0, MOST_SHOWN).map(({ path, reason }) => (
          <li key={path}>
            <bdi className="machine-text">{path}</bdi>: {reason}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** `NWChem: 12 finished, 3 failed. xtb: 1 finished.` */
function summaryOf(found: FoundOutputs['found']): string {
  const programs = [...new Set(found.map(({ finished }) => finished.program))]
  return programs
    .map(program => {
      const words = found
        .filter(({ finished }) => finished.program === program)
        .map(({ finished }) => outcomeLook(finished.outcome).word.toLowerCase())
      const counts = [...new Set(words)].map(word => `${words.filter(each => each === word).length} ${word}`)
      return `${programOf(program).label}: ${counts.join(', ')}.`
    })
    .join(' ')
}
