import type { CampaignTaskState, ShownTask } from '../../shared/workflows/index.ts'
import { address } from '../route.ts'
import { solventText } from '../runs/words.ts'

const WORDS: Readonly<Record<CampaignTaskState, { readonly word: string; readonly mark: string }>> = {
  pending: { word: 'Pending', mark: '' },
  optimizing: { word: 'Optimizing', mark: '' },
  waiting: { word: 'Waiting', mark: '' },
  running: { word: 'Running', mark: '' },
  completed: { word: 'Finished', mark: '' },
  failed: { word: 'Failed', mark: '×' },
  cancelled: { word: 'Stopped', mark: '' },
  unknown: { word: 'Unknown', mark: '?' },
}

/** Molecule by level: each cell a calculation, its state by pattern and mark; a click opens its job. */
export function Matrix({ run, tasks }: { readonly run: string; readonly tasks: readonly ShownTask[] }) {
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
                  {name}
                </span>
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map(row => {
            const own = molecules.map(([id]) => byCell.get(`${id}|${row}`))
            const done = own.filter(task => task?.state === 'completed').length
            return (
              <tr key={row}>
                <th scope="row">{row}</th>
                {own.map((task, i) => (
                  <td key={molecules[i]?.[0]}>{task ? <Cell run={run} task={task} /> : null}</td>
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

function Cell({ run, task }: { readonly run: string; readonly task: ShownTask }) {
  const { word, mark } = WORDS[task.state]
  const label = `${task.name}, ${task.level} in ${solventText(task.solvent)}: ${word}${task.reused ? ', taken from an earlier calculation' : ''}${task.reason && task.state === 'failed' ? `, ${task.reason}` : ''}`
  const look = `matrix-cell is-${task.state}${task.reused ? ' is-reused' : ''}`
  if (task.job === null) return <span className={look} role="img" aria-label={label} title={label} />
  return (
    <a className={look} href={address('queue', run, task.job)} aria-label={label} title={label}>
      {mark}
    </a>
  )
}
