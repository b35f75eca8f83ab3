import type { ShownTask } from '../../shared/workflows/index.ts'
import { Badge } from '../ui/badge.tsx'
import { type TaskLook, taskLook, taskLooks } from './task-looks.ts'

interface TaskCountsProps {
  readonly tasks: readonly ShownTask[]
  readonly stalled: ReadonlySet<string>
}

/** How many calculations stand where; each is counted once, so that they sum to all. */
export function TaskCounts({ tasks, stalled }: TaskCountsProps) {
  const all = tasks.map(task => taskLook(task, stalled))
  return (
    <ul className="state-counts">
      {(Object.keys(taskLooks) as TaskLook[]).map(each => {
        const n = all.filter(look => look === each).length
        return n === 0 && each !== 'completed' ? null : (
          <li key={each} data-task-count={each}>
            <Badge look={taskLooks[each]} /> <strong>{n}</strong>
          </li>
        )
      })}
    </ul>
  )
}
