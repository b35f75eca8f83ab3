import { parentPort } from 'node:worker_threads'
import type { Json } from '../../../shared/ids.ts'
import { refOf } from '../store/content-ref.ts'
import { doTask } from './index.ts'

/** Asked of a worker: one task, with the texts that its input names, by sha256. */
export interface Question {
  readonly kind: string
  readonly input: Json
  readonly texts: Readonly<Record<string, string>>
}

/** Answered once per question; `texts` are all that the result may name. */
export type Answer =
  | { readonly is: 'done'; readonly result: Json; readonly texts: readonly string[] }
  | { readonly is: 'failed'; readonly reason: string }

function answer({ kind, input, texts }: Question): Answer {
  const kept = new Map<string, string>()
  try {
    const result = doTask(kind, input, {
      read(ref) {
        const text = texts[ref.sha256]
        if (text === undefined) throw new Error(`content ${ref.sha256.slice(0, 12)} is not in the task's input`)
        return text
      },
      put(text) {
        const ref = refOf(text)
        kept.set(ref.sha256, text)
        return ref
      },
    })
    return { is: 'done', result, texts: [...kept.values()] }
  } catch (thrown) {
    return { is: 'failed', reason: reasonOf(thrown) }
  }
}

/** One line: openchemlib's own errors carry the names of its compiled classes. */
function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return (message.replace(/^Class\$\w+:\s*/, '').split('\n')[0] ?? '').slice(0, 500) || 'the task failed without a word'
}

parentPort?.on('message', (question: Question) => parentPort?.postMessage(answer(question)))
