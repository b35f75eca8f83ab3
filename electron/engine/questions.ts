import { randomUUID } from 'node:crypto'
import type { Question, Unsubscribe } from '../../shared/contract.ts'
import type { Instant, MachineName } from '../../shared/ids.ts'
import { printable } from '../../shared/printable.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Ask } from './machines/transports/index.ts'

export interface Questions {
  /** Whether anybody is there who could answer. */
  readonly heard: boolean
  /** How a login of this machine asks; null comes back for a refusal, and where nobody answers. */
  asker(machine: MachineName): Ask
  listen(listener: (open: readonly Question[]) => void): Unsubscribe
  answer(id: string, answer: string | null): Result<void>
  /** Closes what is open, as if it had been declined. */
  stop(): void
}

/** For a question without a time of its own: nobody is there any more. */
const LONGEST_MS = 10 * 60_000
/** Servers' own words are shown; a book of them is not. */
const LONGEST_TEXT = 4000

interface Open {
  readonly question: Question
  settle(answer: string | null): void
}

/** What a person is asked now. Answers are handed on and forgotten: they are never written anywhere. */
export function createQuestions(now: () => Instant): Questions {
  const listeners = new Set<(open: readonly Question[]) => void>()
  let open: readonly Open[] = []

  function change(next: readonly Open[]): void {
    open = next
    for (const listener of listeners) listener(open.map(({ question }) => question))
  }

  return {
    get heard() {
      return listeners.size > 0
    },
    asker: machine => (asked, signal) => {
      if (listeners.size === 0 || signal.aborted) return Promise.resolve(null)
      return new Promise(resolve => {
        const question: Question = {
          ...asked,
          text: printable(asked.text).slice(0, LONGEST_TEXT),
          id: randomUUID(),
          machine,
          asked: now(),
        }
        const limit = question.until === null ? LONGEST_MS : Date.parse(question.until) - Date.now()
        const decline = () => mine.settle(null)
        const timer = setTimeout(decline, Math.max(0, limit))
        signal.addEventListener('abort', decline, { once: true })
        const mine: Open = {
          question,
          settle(answer) {
            clearTimeout(timer)
            signal.removeEventListener('abort', decline)
            change(open.filter(other => other !== mine))
            resolve(answer)
          },
        }
        change([...open, mine])
      })
    },
    listen(listener) {
      listeners.add(listener)
      listener(open.map(({ question }) => question))
      // A question outlives a page that is hidden for the moment in which its person looks at a telephone.
      return () => listeners.delete(listener)
    },
    answer(id, answer) {
      const asked = open.find(({ question }) => question.id === id)
      if (!asked)
        return fail({ code: 'not-found', message: 'This question is closed: it was answered, or it took too long.' })
      asked.settle(answer)
      return ok(undefined)
    },
    stop() {
      for (const { settle } of open) settle(null)
      listeners.clear()
    },
  }
}
