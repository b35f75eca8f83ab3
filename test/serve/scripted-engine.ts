import { createHash } from 'node:crypto'
import type { Engine, MachineActivity, Question, Reading, Update } from '../../shared/contract.ts'
import type { ContentRef } from '../../shared/ids.ts'
import type { ShelvedRun } from '../../shared/model/archive.ts'
import { computedWith, outcomesOf } from '../../shared/model/archive.ts'
import { decide } from '../../shared/model/decide.ts'
import type { EventBody } from '../../shared/model/events.ts'
import { reduce } from '../../shared/model/reduce.ts'
import { emptyState, type State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { EVENT_VERSION } from '../../shared/model/upcast.ts'
import { fail, ok } from '../../shared/result.ts'
import { jobsOf } from '../../shared/show/status.ts'

/** An Engine whose facts come from a test instead of machines; commands, reducer and contents are the real ones. */
export interface ScriptedEngine extends Engine {
  /** These things happened, now, as one batch. */
  happen(...bodies: readonly EventBody[]): void
  /** Running jobs show this of themselves. */
  show(...readings: readonly Reading[]): void
  /** A machine asks a person this; resolves with the answer. */
  ask(question: Question): Promise<string | null>
  /** Machines were asked so much. */
  count(...activity: readonly MachineActivity[]): void
  keep(text: string): ContentRef
  /** What happens from now on happens at this time, and a second later each. */
  setClock(at: string): void
  /** The time at which the last thing happened, in ms. */
  now(): number
  state(): State
  /** A run that has ended goes into the archive. */
  shelve(run: string): void
  /** How many listen to facts, and to readings. */
  listeners(): { readonly updates: number; readonly readings: number }
}

export function scriptedEngine(start = '2026-03-02T09:00:00.000Z'): ScriptedEngine {
  let state = emptyState
  let clock = Date.parse(start)
  const updates = new Set<(update: Update) => void>()
  const watchers = new Set<(readings: readonly Reading[]) => void>()
  const newest = new Map<string, Reading>()
  const askers = new Map<string, { readonly question: Question; readonly settle: (answer: string | null) => void }>()
  const asked = new Set<(open: readonly Question[]) => void>()
  let counted: readonly MachineActivity[] = []
  const counting = new Set<(activity: readonly MachineActivity[]) => void>()
  const contents = new Map<string, string>()
  const shelf = new Map<string, ShelvedRun>()

  function happen(...bodies: readonly EventBody[]): void {
    const events = bodies.map((body, i) => {
      const seq = state.seq + 1 + i
      clock += 1000
      return { ...body, seq, at: new Date(clock).toISOString(), v: EVENT_VERSION }
    })
    state = reduce(state, events)
    for (const listener of updates) listener({ is: 'events', events })
  }
  const open = () => [...askers.values()].map(({ question }) => question)
  function keep(text: string): ContentRef {
    const sha256 = createHash('sha256').update(text).digest('hex')
    contents.set(sha256, text)
    return { sha256, bytes: Buffer.byteLength(text) }
  }

  return {
    happen,
    keep,
    now: () => clock,
    setClock(at) {
      clock = Date.parse(at)
    },
    show(...readings) {
      for (const reading of readings) newest.set(reading.job, reading)
      for (const watcher of watchers) watcher(readings)
    },
    ask: question =>
      new Promise(settle => {
        askers.set(question.id, { question, settle })
        for (const listener of asked) listener(open())
      }),
    count(...activity) {
      counted = activity
      for (const listener of counting) listener(counted)
    },
    state: () => state,
    listeners: () => ({ updates: updates.size, readings: watchers.size }),
    subscribe(listener) {
      updates.add(listener)
      listener({ is: 'snapshot', state })
      return () => updates.delete(listener)
    },
    async send(command) {
      const decided = decide(state, command)
      if (!decided.ok) return decided
      if (decided.value.length > 0) happen(...decided.value)
      return ok({ seq: state.seq })
    },
    terminal: async () => fail({ code: 'not-now', message: 'A script has no terminal.' }),
    shelve(id) {
      const run = get(state.runs, id)
      if (!run) throw new Error(`there is no run ${id}`)
      shelf.set(id, { run, jobs: jobsOf(state, run) })
      happen({ type: 'run.archived', run: run.id })
    },
    archivedRuns: async () =>
      ok(
        [...shelf.values()].map(({ run, jobs }) => ({
          ...run,
          ...computedWith(jobs),
          ...outcomesOf(jobs),
        })),
      ),
    async archivedRun(id) {
      const found = shelf.get(id)
      return found ? ok(found) : fail({ code: 'not-found', message: 'There is no such run in the archive.' })
    },
    put: async text => ok(keep(text)),
    async read(ref, range) {
      const text = contents.get(ref.sha256)
      if (text === undefined) return fail({ code: 'not-found', message: 'There is no such content.' })
      const { offset, length } = range ?? { offset: 0, length: ref.bytes }
      return ok(
        Buffer.from(text)
          .subarray(offset, offset + length)
          .toString('utf8'),
      )
    },
    readings(listener) {
      watchers.add(listener)
      if (newest.size > 0) listener([...newest.values()])
      return () => watchers.delete(listener)
    },
    questions(listener) {
      asked.add(listener)
      listener(open())
      return () => asked.delete(listener)
    },
    async answer(id, answer) {
      const asker = askers.get(id)
      if (!asker) return fail({ code: 'not-found', message: 'This question is closed.' })
      askers.delete(id)
      asker.settle(answer)
      for (const listener of asked) listener(open())
      return ok(undefined)
    },
    activity(listener) {
      counting.add(listener)
      listener(counted)
      return () => counting.delete(listener)
    },
  }
}
