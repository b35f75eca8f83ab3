import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Served, startServe } from '../../electron/serve.ts'
import type { Question, Reading } from '../../shared/contract.ts'
import type { JobId, MachineName, RunId } from '../../shared/ids.ts'
import type { Event, EventBody } from '../../shared/model/events.ts'
import { reduce } from '../../shared/model/reduce.ts'
import type { State } from '../../shared/model/state.ts'
import { eventually } from './eventually.ts'
import { ask, type OpenStream, openStream } from './requests.ts'
import { type ScriptedEngine, scriptedEngine } from './scripted-engine.ts'

let engine: ScriptedEngine
let served: Served
let headers: Readonly<Record<string, string>>

beforeAll(async () => {
  engine = scriptedEngine()
  served = await startServe({ engine, port: 0, staticFolder: tmpdir() })
  headers = { authorization: `Bearer ${served.token}` }
})
afterAll(() => served.close())

function started(n: number, params = ''): EventBody {
  const run = `r${n}` as RunId
  const machine = 'local' as MachineName
  return { type: 'run.started', run, name: `run ${n}`, workflow: 'nmr', workflow_version: 1, params, machine }
}

/** Applies what a stream has said until the state is at `seq`. */
async function stateAt(stream: OpenStream, seq: number): Promise<State> {
  let state = (await stream.next('snapshot')).data as State
  for (let read = 0; state.seq < seq; ) {
    const events = stream.seen.filter(event => event.event !== 'beat')
    const last = events.findLastIndex(event => event.event === 'snapshot')
    for (read = Math.max(read, last); read < events.length; read++) {
      const { event, data } = events[read] as { event: string; data: unknown }
      state = event === 'snapshot' ? (data as State) : reduce(state, data as Event[])
    }
    if (state.seq < seq) await new Promise(resolve => setTimeout(resolve, 5))
  }
  return state
}

test('a snapshot, then every batch, without a gap', async () => {
  engine.happen(started(1))
  const stream = await openStream(served.port, '/api/events', headers)
  await stream.next('snapshot')
  for (let n = 2; n <= 50; n++) {
    engine.happen(started(n))
    if (n % 7 === 0) await new Promise(resolve => setTimeout(resolve, 1))
  }
  const batches: Event[][] = []
  while (batches.flat().length < 49) batches.push((await stream.next('events')).data as Event[])
  expect(batches.flat().map(event => event.seq)).toEqual(Array.from({ length: 49 }, (_, i) => i + 2))
  // 49 facts in seven turns: paced into batches, not one write each.
  expect(batches.length).toBeLessThan(49)
  stream.close()
})

test('who is far behind gets a snapshot instead of the backlog, and the same state in the end', async () => {
  const stream = await openStream(served.port, '/api/events', headers)
  await stream.next('snapshot')
  stream.pause()
  const from = engine.state().seq
  const params = 'x'.repeat(40_000)
  // 80 MB of facts about runs that are archived at once: the state stays small.
  for (let n = 0; n < 2000; n++) {
    engine.happen(started(from + n, params), { type: 'run.archived', run: `r${from + n}` as RunId })
    if (n % 50 === 0) await new Promise(resolve => setTimeout(resolve, 1))
  }
  stream.resume()
  const { seq } = engine.state()
  await stateAt(stream, seq).then(state => expect(state).toEqual(engine.state()))
  const events = stream.seen.filter(event => event.event === 'events').flatMap(event => event.data as Event[])
  expect(stream.seen.filter(event => event.event === 'snapshot').length).toBeGreaterThan(1)
  expect(events.length).toBeLessThan(seq - from)
  stream.close()
})

test('a browser that leaves is forgotten', async () => {
  const stream = await openStream(served.port, '/api/events', headers)
  const tails = await openStream(served.port, '/api/readings', headers)
  await stream.next('snapshot')
  await eventually(() => engine.listeners()).toEqual({ updates: 1, readings: 1 })
  stream.close()
  tails.close()
  await eventually(() => engine.listeners()).toEqual({ updates: 0, readings: 0 })
})

test('of the readings of a job the newest counts', async () => {
  const reading = (job: string, n: number): Reading => ({
    job: job as JobId,
    attempt: 1,
    n,
    at: '2026-03-02T09:00:00.000Z',
    energy_hartree: null,
    scf_cycle: n,
    opt_cycle: null,
    max_gradient: null,
    course: [],
    tail: `line ${n}`,
  })
  const tails = await openStream(served.port, '/api/readings', headers)
  await eventually(() => engine.listeners().readings).toBe(1)
  engine.show(reading('a', 1), reading('b', 1))
  engine.show(reading('a', 2))
  expect((await tails.next('readings')).data).toMatchObject([
    { job: 'a', n: 2 },
    { job: 'b', n: 1 },
  ])
  tails.close()
})

test('a question reaches the browser and its answer the machine; what machines were asked comes beside it', async () => {
  const stream = await openStream(served.port, '/api/machines', headers)
  expect((await stream.next('questions')).data).toEqual([])
  const question: Question = {
    id: 'q1',
    machine: 'cluster' as MachineName,
    kind: 'code',
    text: 'Verification code: ',
    echo: false,
    asked: '2026-03-02T09:00:00.000Z',
    until: null,
  }
  const told = engine.ask(question)
  expect((await stream.next('questions')).data).toEqual([question])
  const reply = (body: unknown) =>
    ask(served.port, '/api/answer', { method: 'POST', headers, body: JSON.stringify(body) })
  for (const wrong of [{ id: 'q1' }, { id: 1, answer: 'x' }, { id: 'q1', answer: 5 }, 'q1']) {
    expect((await reply(wrong)).status).toBe(400)
  }
  expect((await reply({ id: 'q2', answer: '123456' })).status).toBe(404)
  expect((await reply({ id: 'q1', answer: '123456' })).status).toBe(200)
  expect(await told).toBe('123456')
  expect((await stream.next('questions')).data).toEqual([])

  const count = {
    trouble: null,
    connections: 1,
    login_tries: 1,
    prompts: 1,
    questions: 0,
    questions_last_hour: 0,
    round_trips: 3,
    bytes_fetched: 0,
  }
  engine.count({ machine: question.machine, ...count, since: question.asked, last_data: null })
  await eventually(() => stream.seen.at(-1)?.data).toMatchObject([{ machine: 'cluster', ...count }])
  stream.close()
})

test('closing ends the open streams', async () => {
  const other = await startServe({ engine, port: 0, staticFolder: tmpdir() })
  const stream = await openStream(other.port, '/api/events', { authorization: `Bearer ${other.token}` })
  await stream.next('snapshot')
  await other.close()
  await eventually(() => engine.listeners().updates).toBe(0)
})
