import type { ContentRef, Json } from '../../../shared/ids.ts'

/** What a task may do besides thinking: read what its input names, and keep texts that its result names. */
export interface TaskContext {
  /** The content of a reference that stands in the task's input. */
  read(ref: ContentRef): string
  put(text: string): ContentRef
}

/** Work in a worker thread: the same input gives the same result, or throws an Error whose message is for a person. */
export type TaskFunction<Input = Json, Output extends Json = Json> = (input: Input, context: TaskContext) => Output
