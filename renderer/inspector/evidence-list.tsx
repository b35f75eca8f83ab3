import type { Attempt, Evidence } from '../../shared/model/job.ts'
import { Icon } from '../ui/badge.tsx'

const SOURCES: readonly { readonly id: Evidence['source']; readonly label: string; readonly missing: string }[] = [
  { id: 'output', label: 'Output', missing: 'No line of it proves anything.' },
  { id: 'report', label: 'Report', missing: 'The job has not reported.' },
  { id: 'scheduler', label: 'Scheduler', missing: 'Not asked, or it knows nothing.' },
  { id: 'user', label: 'You', missing: '' },
]

/** The witnesses side by side: the very line of the output, the job's own report, the scheduler's record. */
export function EvidenceList({ attempt }: { readonly attempt: Attempt }) {
  const { evidence, outcome, phase, ignored } = attempt
  // Without both nobody has reported: it was imported, or taken from another calculation.
  const reported = 'exit' in phase && (phase.exit ?? phase.signal) !== null ? reportText(phase) : null
  if (evidence.length === 0 && outcome === null && reported === null) return null
  return (
    <section aria-labelledby="evidence-title">
      <h3 id="evidence-title">Evidence</h3>
      <dl className="evidence">
        {SOURCES.map(({ id, label, missing }) => {
          const said = evidence.filter(({ source }) => source === id)
          const words = said.length === 0 && id === 'report' ? reported : null
          if (said.length === 0 && words === null && missing === '') return null
          return (
            <div key={id} data-witness={id}>
              <dt>
                <span className={toneOf(attempt, id, said.length)}>
                  <Icon shape={shapeOf(attempt, id, said.length)} />
                </span>
                {label}
              </dt>
              <dd>
                {said.map((each, i) => (
                  // Evidence has no name; its order is that of the verdict and never changes.
                  // biome-ignore lint/suspicious/noArrayIndexKey: see above
                  <figure key={i}>
                    <pre>{each.text}</pre>
                    {each.file === null ? null : (
                      <figcaption>
                        {each.file}
                        {each.line === null ? '' : `, line ${each.line.toLocaleString('en').replaceAll(',', ' ')}`}
                      </figcaption>
                    )}
                  </figure>
                ))}
                {words === null ? null : <pre>{words}</pre>}
                {said.length === 0 && words === null ? <span className="hint">{missing}</span> : null}
              </dd>
            </div>
          )
        })}
      </dl>
      {ignored.length > 0 ? (
        <details className="hint">
          <summary>
            {ignored.length} {ignored.length === 1 ? 'fact' : 'facts'} came that could not be true
          </summary>
          <ul>
            {ignored.map(({ fact, why }) => (
              <li key={fact + why}>
                {fact}: {why}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  )
}

interface Reported {
  readonly ended: string
  readonly exit: number | null
  readonly signal: string | null
}

function reportText({ exit, signal, ended }: Reported): string {
  const how = signal !== null ? `signal ${signal}` : `exit ${exit}`
  return `${how}, ${ended.replace('T', ' ').slice(0, 19)} UTC`
}

/** The octagon proves a failure, the check a success; the diamond contradicts; a ring with a question is silence. */
function shapeOf({ outcome, warning }: Attempt, source: Evidence['source'], said: number) {
  if (said === 0 && source !== 'report') return 'question'
  if (warning !== null && source !== 'output') return 'diamond'
  if (outcome === 'completed') return 'disc check'
  if (outcome === null) return 'clock'
  return source === 'output' || said > 0 ? 'octagon' : 'diamond'
}

function toneOf(attempt: Attempt, source: Evidence['source'], said: number): string {
  const shape = shapeOf(attempt, source, said)
  if (shape === 'disc check') return 'tone-done'
  if (shape === 'octagon') return 'tone-fail'
  return shape === 'diamond' ? 'tone-attention' : 'tone-neutral'
}
