import type { Question } from '../shared/contract.ts'
import { fail, type Result } from '../shared/result.ts'
import type { Secrets } from './secrets.ts'
import type { SteadyEngine } from './serve/steady-engine.ts'

export interface RememberedAnswers {
  /** As the engine's own channel, without the questions whose answer is kept: those are answered here. */
  readonly questions: SteadyEngine['questions']
  /** Answers, and keeps the answer for the next time the same is asked. */
  answerAndKeep(id: string, answer: string | null): Promise<Result<void>>
}

/** How soon the same question comes again where the kept answer was wrong. */
const WRONG_WITHIN_MS = 120_000

/**
 * Answers the questions for passphrases and passwords from the keychain, where a person had them kept. A kept answer is
 * given once: where the same question comes again at once it was wrong, is forgotten, and the person is asked.
 */
export function rememberedAnswers(engine: SteadyEngine, secrets: Secrets, now: () => number): RememberedAnswers {
  let open: readonly Question[] = []
  const given = new Map<string, { readonly id: string; readonly at: number }>()
  /** What did not open the door, by name: a full disk may keep it from being forgotten. */
  const wrong = new Map<string, string>()

  /** The questions that are left for a person. */
  async function unanswered(asked: readonly Question[]): Promise<readonly Question[]> {
    const left: Question[] = []
    for (const question of asked) {
      const name = nameOf(question)
      const before = given.get(name)
      const secret = canBeKept(question) ? await secrets.recall(name) : null
      const again = before !== undefined && before.id !== question.id && now() - before.at < WRONG_WITHIN_MS
      if (secret === null) left.push(question)
      else if (again || secret === wrong.get(name)) {
        left.push(question)
        wrong.set(name, secret)
        await secrets.forget(name).catch(() => {})
      } else if (before?.id !== question.id) {
        given.set(name, { id: question.id, at: now() })
        await engine.answer(question.id, secret)
      }
    }
    return left
  }

  return {
    questions(listener) {
      let newest = 0
      return engine.questions(asked => {
        open = asked
        newest += 1
        const mine = newest
        void unanswered(asked).then(left => {
          if (mine === newest) listener(left)
        })
      })
    },
    async answerAndKeep(id, answer) {
      const question = open.find(asked => asked.id === id)
      if (!question) return fail({ code: 'not-found', message: 'This question is closed.' })
      const name = nameOf(question)
      // Typed by the person, it is right until it is refused again.
      wrong.delete(name)
      if (answer !== null && canBeKept(question)) await secrets.keep(name, answer)
      given.set(name, { id, at: now() })
      return engine.answer(id, answer)
    },
  }
}

/** A second factor is another one each time, and a host key is for the known hosts. */
function canBeKept({ kind }: Question): boolean {
  return kind === 'passphrase' || kind === 'password'
}

function nameOf({ machine, kind, text }: Question): string {
  return `${machine} ${kind} ${text}`
}
