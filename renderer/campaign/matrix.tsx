import { shortName, solventText } from '../../shared/show/names.ts'
import type { ShownTask } from '../../shared/workflows/index.ts'
import { address } from '../route.ts'
import { type TaskLook, taskLook, taskLooks } from './task-looks.ts'

/** What tells a cell from another where colours do not. */
const MARKS: { readonly [L in TaskLook]?: string } = { failed: '×', unknown: '?', check: '!' }

interface MatrixProps {
  readonly run: string
  readonly tasks: readonly ShownTask[]
  /** Jobs that compute far longer than was predicted. */
  readonly stalled: ReadonlySet<string>
}

/** Molecule by level: each cell a calculation, its state by pattern and mark; a click opens its job. */
export function Matrix({ run, tasks, stalled }: MatrixProps) {
  const molecules = [...new Map(tasks.map(({ molecule, name }) => [molecule, name]))]
  const rowOf = ({ level, solvent }: ShownTask) => `${level}, ${solventText(solvent)}`
  const rows = [...new Set(tasks.map(rowOf))]
  const byCell = new Map(tasks.map(task => [`${task.molecule}|${rowOf(task)}`, task]))
  const failed = new Set(tasks.filter(({ state }) => state === 'failed').map(({ molecule }) => molecule))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="matrix-wrap" aria-label="Calculations by molecule and level" tabIndex={0}>
      <table className="matrix">
        <thead>
          <tr>
            <td />
            {molecules.map(([id, name]) => (
              <th key={id} scope="col" className={failed.has(id) ? 'bad' : undefined}>
                <span className="matrix-name" title={name}>
                  {shortName(name)}
                </span>
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map(row => {
            const own = molecules.map(([id]) => byCell.get(`${id}|${row}`))
            // What is to be checked is no verified end.
            const done = own.filter(task => task?.state === 'completed' && task.check === null).length
            return (
              <tr key={row}>
                <th scope="row">{row}</th>
                {own.map((task, i) => (
                  <td key={molecules[i]?.[0]}>
                    {task ? <Cell run={run} task={task} look={taskLook(task, stalled)} /> : null}
                  </td>
                ))}
                <td className="matrix-sum">
                  {done}/{own.length}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function whyOf({ reason, check }: ShownTask, look: TaskLook): string | null {
  if (look === 'failed') return reason
  if (look === 'check') return check
  return look === 'stalled' ? 'it computes far longer than predicted' : null
}

interface CellProps {
  readonly run: string
  readonly task: ShownTask
  readonly look: TaskLook
}

function Cell({ run, task, look }: CellProps) {
  const { word } = taskLooks[look]
  const why = whyOf(task, look)
  const label = `${task.name}, ${task.level} in ${solventText(task.solvent)}: ${word}${task.reused ? ', taken from an earlier calculation' : ''}${why ? `, ${why}` : ''}`
  const name = `matrix-cell is-${look}${task.reused && look === 'completed' ? ' is-reused' : ''}`
  if (task.job === null) return <span className={name} role="img" aria-label={label} title={label} />
  return (
    <a className={name} href={address('queue', run, task.job)} aria-label={label} title={label}>
      {MARKS[look]}
    </a>
  )
}
