import { Worker } from 'node:worker_threads'
import type { ContentRef, Json } from '../../../shared/ids.ts'
import type { Answer, Question } from './worker.ts'

/** Where a task's texts come from and go to: the blobs of the store. */
export interface TaskContents {
  read(ref: ContentRef): Promise<string>
  put(text: string): Promise<ContentRef>
}

export interface TaskPool {
  /**
   * The task's result, after every text that it names was kept; rejects with an Error whose message is for a person.
   * An aborted signal ends the thread at once.
   */
  run(kind: string, input: Json, signal?: AbortSignal): Promise<Json>
  /** Ends all threads; what runs is rejected. */
  close(): Promise<void>
}

export interface TaskPoolOptions {
  /** Threads at once; further tasks wait. */
  readonly size: number
  readonly contents: TaskContents
  /** The compiled worker; from the sources under a test runner it is not beside this file. */
  readonly worker?: URL
}

interface Waiting {
  readonly question: Question
  settle(answer: Answer): void
  readonly signal: AbortSignal | undefined
}

/** A pool of worker threads, started as they are needed. Chemistry never blocks the engine's loop. */
export function createTaskPool({
  size,
  contents,
  worker: file = new URL('./worker.js', import.meta.url),
}: TaskPoolOptions): TaskPool {
  const idle: Worker[] = []
  const busy = new Map<Worker, Waiting>()
  const queue: Waiting[] = []
  let closed = false

  function next(): void {
    while (queue.length > 0 && busy.size < Math.max(1, size)) {
      const task = queue.shift()
      if (!task) return
      if (task.signal?.aborted) task.settle({ is: 'failed', reason: 'cancelled' })
      else begin(idle.pop() ?? start(), task)
    }
  }

  function start(): Worker {
    const worker = new Worker(file)
    worker.on('message', (answer: Answer) => {
      const task = busy.get(worker)
      if (!task) return // given up: this thread is being ended
      busy.delete(worker)
      // An idle thread does not keep a process alive; a working one does.
      worker.unref()
      idle.push(worker)
      task.settle(answer)
      next()
    })
    worker.on('error', error => end(worker, `the task's thread failed: ${error.message}`))
    worker.on('exit', () => end(worker, "the task's thread ended"))
    return worker
  }

  function begin(worker: Worker, task: Waiting): void {
    busy.set(worker, task)
    worker.ref()
    task.signal?.addEventListener(
      'abort',
      () => {
        if (busy.get(worker) !== task) return
        end(worker, 'cancelled')
        void worker.terminate()
      },
      { once: true },
    )
    worker.postMessage(task.question)
  }

  /** Takes the thread out of the pool, and fails what it was doing. */
  function end(worker: Worker, reason: string): void {
    const task = busy.get(worker)
    busy.delete(worker)
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1)
    task?.settle({ is: 'failed', reason })
    next()
  }

  return {
    async run(kind, input, signal) {
      const texts: Record<string, string> = {}
      for (const ref of refsIn(input)) texts[ref.sha256] ??= await contents.read(ref)
      if (closed) throw new Error('the engine is stopping')
      const answer = await new Promise<Answer>(settle => {
        queue.push({ question: { kind, input, texts }, settle, signal })
        next()
      })
      if (answer.is === 'failed') throw new Error(answer.reason)
      for (const text of answer.texts) await contents.put(text)
      return answer.result
    },
    async close() {
      closed = true
      const all = [...idle, ...busy.keys()]
      for (const task of queue.splice(0)) task.settle({ is: 'failed', reason: 'the engine is stopping' })
      for (const worker of busy.keys()) end(worker, 'the engine is stopping')
      await Promise.all(all.map(worker => worker.terminate()))
    },
  }
}

/** Every content reference in a JSON value. */
export function refsIn(value: Json): readonly ContentRef[] {
  if (typeof value !== 'object' || value === null) return []
  if (isRef(value)) return [value]
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(refsIn)
}

function isRef(value: object): value is ContentRef {
  return (
    'sha256' in value &&
    typeof value.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(value.sha256) &&
    'bytes' in value &&
    typeof value.bytes === 'number'
  )
}
