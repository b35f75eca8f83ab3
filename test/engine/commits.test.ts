import { expect, test } from 'vitest'
import { createCommits, type Decision } from '../../electron/engine/commits.ts'
import { decide } from '../../shared/model/decide.ts'
import type { Event, EventBody } from '../../shared/model/events.ts'
import { reduce } from '../../shared/model/reduce.ts'
import type { State } from '../../shared/model/state.ts'
import { fail, ok } from '../../shared/result.ts'
import { AT, attemptOf, fact, job, jobOf, number, RUN, ref, started } from '../shared/model/facts.ts'

/** A journal in memory, each of whose flushes ends when the test says so. */
function journal(from: number) {
  const events: Event[] = []
  const flushes: { readonly bodies: readonly EventBody[]; readonly end: (error?: Error) => void }[] = []
  return {
    events,
    flushes,
    append: (bodies: readonly EventBody[]) =>
      new Promise<readonly Event[]>((resolve, reject) => {
        flushes.push({
          bodies,
          end(error) {
            if (error) return reject(error)
            const numbered = number(bodies, from + events.length)
            events.push(...numbered)
            resolve(numbered)
          },
        })
      }),
  }
}

function setUp(state: State = started('a')) {
  const disk = journal(state.seq)
  const told: (readonly Event[])[] = []
  const commits = createCommits({
    state,
    append: disk.append,
    now: () => AT,
    committed: events => void told.push(events),
  })
  /** Ends the flush that is under way; a new one is then under way if more waits. */
  async function flushed(error?: Error): Promise<void> {
    await turn()
    const flush = disk.flushes.shift()
    if (!flush) throw new Error('nothing is being written')
    flush.end(error)
    await turn()
  }
  return { disk, told, commits, flushed }
}

const turn = () => new Promise(resolve => setImmediate(resolve))
const seen =
  (...facts: readonly EventBody[]): Decision =>
  () =>
    ok(facts)

test('nothing is seen before it is on disk', async () => {
  const { commits, flushed, told } = setUp()
  const before = commits.state
  const committed = commits.commit(seen(fact.staged()))
  await turn()
  expect(commits.state).toBe(before)
  expect(told).toEqual([])
  await flushed()
  expect(await committed).toMatchObject({ ok: true, value: [{ type: 'jobs.staged', seq: before.seq + 1 }] })
  expect(attemptOf(commits.state).phase.is).toBe('staged')
  expect(told).toHaveLength(1)
})

test('decisions that wait are written together, and each sees what the ones before it decided', async () => {
  const { commits, disk, flushed, told } = setUp()
  const first = commits.commit(seen(fact.staged()))
  const saw: string[] = []
  const watching =
    (name: string, ...facts: readonly EventBody[]): Decision =>
    state => {
      saw.push(`${name} saw ${attemptOf(state).phase.is}`)
      return ok(facts)
    }
  const others = [
    commits.commit(watching('second', fact.intended())),
    commits.commit(watching('third', fact.submitted())),
    commits.commit(watching('fourth', fact.submitted(), fact.running())),
  ]
  await flushed()
  await first
  expect(saw).toEqual(['second saw staged', 'third saw submitting', 'fourth saw queued'])
  expect(disk.flushes).toHaveLength(1)
  await flushed()
  expect(await Promise.all(others)).toMatchObject([
    { ok: true, value: [{ type: 'submit.intended' }] },
    { ok: true, value: [{ type: 'jobs.submitted' }] },
    { ok: true, value: [{ type: 'jobs.running' }] },
  ])
  expect(told.map(events => events.length)).toEqual([1, 3])
  expect(reduce(started('a'), disk.events)).toEqual(commits.state)
})

test('two clients that cancel and resubmit at once get one attempt', async () => {
  const { commits, flushed } = setUp()
  const cancel = () => commits.commit(state => decide(state, { type: 'jobs.cancel', jobs: [job()] }))
  const resubmit = () => commits.commit(state => decide(state, { type: 'jobs.resubmit', jobs: [job()], fix: null }))
  const sent = [cancel(), resubmit(), resubmit(), cancel(), resubmit()]
  await flushed()
  while (true) {
    const done = await Promise.race([Promise.all(sent), turn().then(() => null)])
    if (done) break
    await flushed()
  }
  expect(jobOf(commits.state).attempts.map(({ n, outcome }) => [n, outcome])).toEqual([
    [1, 'cancelled'],
    [2, 'cancelled'],
    [3, null],
  ])
})

test('a decision that is refused, throws or says nothing costs no flush and stops nobody', async () => {
  const { commits, disk, flushed } = setUp()
  const refused = commits.commit(() => fail({ code: 'not-now', message: 'no' }))
  const thrown = commits.commit(() => {
    throw new Error('a defect')
  })
  const nothing = commits.commit(seen())
  const known = commits.commit(seen(fact.running(ref(9))))
  expect(await refused).toEqual({ ok: false, fault: { code: 'not-now', message: 'no' } })
  await expect(thrown).rejects.toThrow('a defect')
  expect(await nothing).toEqual({ ok: true, value: [] })
  expect(await known).toEqual({ ok: true, value: [] })
  expect(disk.flushes).toEqual([])
  const later = commits.commit(seen(fact.staged()))
  await flushed()
  expect((await later).ok).toBe(true)
})

test('when the disk refuses, all that was in the batch is rejected, nothing changed, and the next is tried', async () => {
  const { commits, disk, flushed, told } = setUp()
  const before = commits.state
  const first = commits.commit(seen(fact.staged()))
  await turn()
  const second = commits.commit(seen(fact.intended()))
  const third = commits.commit(seen({ type: 'run.paused', run: RUN }))
  for (const waiting of [first, second, third]) waiting.catch(() => {})
  await flushed(new Error('no space'))
  await expect(first).rejects.toThrow('no space')
  expect(commits.state).toBe(before)
  // What was decided afterwards never saw what is not on disk: the intent came to nothing.
  expect(disk.flushes[0]?.bodies.map(({ type }) => type)).toEqual(['fact.ignored', 'run.paused'])
  await flushed(new Error('no space'))
  await expect(second).rejects.toThrow('no space')
  await expect(third).rejects.toThrow('no space')
  expect(commits.state).toBe(before)
  expect(told).toEqual([])
  const again = commits.commit(seen(fact.staged()))
  await flushed()
  expect(await again).toMatchObject({ ok: true, value: [{ seq: before.seq + 1 }] })
})
