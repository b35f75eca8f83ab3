import type { Json } from '../../../shared/ids.ts'
import { conformers } from './conformers.ts'
import { ensemble } from './ensemble.ts'
import { select } from './select.ts'
import type { TaskContext, TaskFunction } from './task.ts'

/** The functions that a TaskSpec's `kind` names. */
const tasks = { conformers, ensemble, select } as unknown as Readonly<Record<string, TaskFunction>>

/** Does the task here and now. Throws an Error with a sentence for a person, also for a kind that does not exist. */
export function doTask(kind: string, input: Json, context: TaskContext): Json {
  const task = Object.hasOwn(tasks, kind) ? tasks[kind] : undefined
  if (!task) throw new Error(`no task is called ${kind}`)
  return task(input, context)
}
