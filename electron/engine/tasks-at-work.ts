import { setTimeout as sleep } from 'node:timers/promises'
import type { RunId } from '../../shared/ids.ts'
import type { EventBody } from '../../shared/model/events.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import type { Task } from '../../shared/model/task.ts'
import { FaultError } from '../../shared/result.ts'
import { around } from './points.ts'
import type { TaskPool } from './tasks/pool.ts'

/** How soon a task is done again whose result the disk refused. */
const AGAIN_MS = 2000

export interface TasksAtWork {
  /** Begins every planned task of open, unheld runs that is not at work yet. */
  begin(state: State): void
  isWorking(run: RunId, task: string): boolean
  readonly count: number
  stop(): Promise<void>
}

/**
 * Does planned tasks in worker threads and commits their results; `commit` resolves once they are on disk, however long
 * that takes. After a restart a planned task is simply done again.
 */
export function createTasksAtWork(
  pool: TaskPool,
  commit: (facts: readonly EventBody[]) => Promise<void>,
  /** A task is not at work any more; its run may have waited for that. */
  settled: (run: RunId) => void,
): TasksAtWork {
  const working = new Map<string, AbortController>()
  const keyOf = (run: RunId, task: string) => `${run}/${task}`

  async function work(run: RunId, task: Task, signal: AbortSignal): Promise<void> {
    const done = await outcomeOf(run, task, signal)
    // What was given up is no fact. Until the result is one, the task must not be begun a second time.
    if (!signal.aborted) await commit([done])
    working.delete(keyOf(run, task.key))
    settled(run)
  }

  async function outcomeOf(run: RunId, task: Task, signal: AbortSignal): Promise<EventBody> {
    for (;;) {
      try {
        const result = await around('task.run', () => pool.run(task.kind, task.input, signal))
        return { type: 'task.done', run, task: task.key, result }
      } catch (error) {
        // A full disk says nothing about the task: it is done again when there may be space.
        const refused = error instanceof FaultError && error.fault.code === 'not-now' && !signal.aborted
        const reason = error instanceof Error ? error.message : String(error)
        if (!refused) return { type: 'task.failed', run, task: task.key, reason }
        await sleep(AGAIN_MS, undefined, { ref: false })
      }
    }
  }

  return {
    begin(state) {
      for (const run of values(state.runs)) {
        if (run.phase.is !== 'open') continue
        for (const task of Object.values(run.tasks)) {
          const key = keyOf(run.id, task.key)
          if (run.phase.hold === 'cancelling') working.get(key)?.abort()
          if (run.phase.hold !== null || task.state.is !== 'planned' || working.has(key)) continue
          const controller = new AbortController()
          working.set(key, controller)
          void work(run.id, task, controller.signal)
        }
      }
    },
    isWorking: (run, task) => working.has(keyOf(run, task)),
    get count() {
      return working.size
    },
    async stop() {
      for (const controller of working.values()) controller.abort()
      await pool.close()
    },
  }
}
