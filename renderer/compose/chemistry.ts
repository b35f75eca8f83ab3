import { useEffect, useState } from 'react'
import type { Answers, Question } from './chemistry.worker.ts'

let worker: Worker | null = null
let last = 0
const open = new Map<number, (answer: never) => void>()

/** Asks the worker; answers come in the order of the questions. */
function ask<Is extends Question['is']>(question: Extract<Question, { readonly is: Is }>): Promise<Answers[Is]> {
  if (!worker) {
    worker = new Worker(new URL('./chemistry.worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', (event: MessageEvent<{ readonly id: number; readonly answer: never }>) => {
      open.get(event.data.id)?.(event.data.answer)
      open.delete(event.data.id)
    })
  }
  last += 1
  const id = last
  return new Promise(resolve => {
    open.set(id, resolve)
    worker?.postMessage({ id, question })
  })
}

/** The newest answers are kept: the same question is asked again with every key that is typed elsewhere. */
const kept = new Map<string, unknown>()
const MOST_KEPT = 50

/** The worker's answer; undefined until it has come, and where nothing is asked. */
export function useChemistry<Is extends Question['is']>(
  question: Extract<Question, { readonly is: Is }> | null,
): Answers[Is] | undefined {
  const key = question === null ? null : JSON.stringify(question)
  const [, answered] = useState(0)
  useEffect(() => {
    if (key === null || kept.has(key)) return
    let wanted = true
    ask(JSON.parse(key) as Extract<Question, { readonly is: Is }>).then(answer => {
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '')
      kept.set(key, answer)
      if (wanted) answered(n => n + 1)
    })
    return () => {
      wanted = false
    }
  }, [key])
  return key === null ? undefined : (kept.get(key) as Answers[Is] | undefined)
}
