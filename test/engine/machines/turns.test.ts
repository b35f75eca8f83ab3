import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pack } from 'tar-stream'
import { afterEach, expect, test, vi } from 'vitest'
import type { Connected, Connection } from '../../../electron/engine/machines/connection.ts'
import { createTroubles } from '../../../electron/engine/machines/trouble.ts'
import { createTurns } from '../../../electron/engine/machines/turns.ts'
import { openBlobs } from '../../../electron/engine/store/blobs.ts'
import type { Store } from '../../../electron/engine/store/store.ts'
import type { EventBody } from '../../../shared/model/events.ts'
import { LOCAL, localMachine } from '../../../shared/model/machine.ts'
import type { State } from '../../../shared/model/state.ts'
import { programOf } from '../../../shared/programs/index.ts'
import type { ShLine } from '../../../shared/sh.ts'
import { sha256 } from '../../resources/remote/box.ts'
import { AT, apply, attemptOf, begun, fact, RUN, ref, started } from '../../shared/model/facts.ts'

afterEach(() => void vi.useRealTimers())

/** What a machine sends of the job that has ended: its output, and a sum of it. */
function stream(text: string, sum: string): Readable {
  const tar = pack()
  const { label } = ref()
  tar.entry({ name: `${label}/fetch.sha256` }, `${sum}  ./output.txt\n`)
  tar.entry({ name: `${label}/output.txt` }, text)
  tar.finalize()
  return tar.pipe(new PassThrough())
}

/** Turns of this computer with an agent that does what the test says, and the state that they make. */
function turnsWith(agent: object, from: State) {
  const home = mkdtempSync(join(tmpdir(), 'larmor-'))
  const blobs = openBlobs(join(home, 'blobs'))
  let state = from
  const connected = { agent, session: {}, jobBody: '' } as unknown as Connected
  const connection = {
    counted: { bytes_fetched: 0, questions: 0 },
    open: async () => connected,
    reached: async () => {},
  } as unknown as Connection
  const log: string[] = []
  const troubles = createTroubles(
    home,
    () => AT,
    line => void log.push(line),
  )
  const turns = createTurns({
    name: localMachine.name,
    home,
    store: { blobs } as unknown as Store<State>,
    state: () => state,
    commit: async facts => {
      state = apply(state, ...facts)
    },
    now: () => AT,
    connection,
    troubles,
    wake: () => {},
  })
  return {
    turns,
    troubles,
    log,
    blobs,
    machine: () => state.machines[localMachine.name],
    attempt: () => attemptOf(state),
    happens(fact: EventBody) {
      state = apply(state, fact)
    },
  }
}

/** A machine whose file grows each time that it is asked for, until it is whole. */
function growing() {
  vi.useFakeTimers({ toFake: ['performance'] })
  let asked = 0
  let isWhole = false
  const agent = {
    probe: { lacks: [] },
    pack() {
      asked += 1
      const text = `as far as it is ${asked}`
      return {
        out: stream(text, sha256(isWhole ? text : `${text} and more`)),
        done: Promise.resolve({ exit: 0, out: '', err: '' }),
      }
    },
    rest: () => ({ out: Readable.from([]), done: Promise.resolve({ exit: 1, out: '', err: '' }) }),
  }
  const { turns, attempt } = turnsWith(
    agent,
    apply(started('a'), fact.staged(), fact.intended(), fact.submitted(), fact.ended()),
  )
  return {
    turns,
    attempt,
    becomesWhole() {
      isWhole = true
    },
    async turn(seconds: number) {
      vi.advanceTimersByTime(seconds * 1000)
      await turns.take(localMachine)
      // What took longer than a moment is left to the turn after its end.
      await turns.settled()
      await turns.take(localMachine)
      return asked
    },
  }
}

test('what is still being written is fetched again later and later, and once it is whole at once', async () => {
  const { turns, turn, attempt, becomesWhole } = growing()
  expect(await turn(0)).toBe(1)
  expect(await turn(0.9)).toBe(1)
  expect(await turn(0.2)).toBe(2)
  expect(await turn(1.9)).toBe(2)
  expect(await turn(0.2)).toBe(3)
  for (let times = 4; times <= 8; times++) expect(await turn(60)).toBe(times)
  expect(attempt().phase.is).toBe('ended')
  expect(turns.hasWork()).toBe(true)
  becomesWhole()
  expect(await turn(59.9)).toBe(8)
  expect(await turn(0.2)).toBe(9)
  expect(attempt().phase).toMatchObject({ is: 'parsed' })
  expect(attempt().phase).not.toHaveProperty('unsettled')
})

test('what is written for ever is kept as it is read after ten tries', async () => {
  const { turn, attempt } = growing()
  for (let times = 1; times <= 9; times++) expect(await turn(60)).toBe(times)
  expect(attempt().phase.is).toBe('ended')
  expect(await turn(60)).toBe(10)
  expect(attempt().phase).toMatchObject({ is: 'parsed', unsettled: ['output.txt'] })
  expect(await turn(600)).toBe(10)
})

test('what is to be cancelled is cancelled at once, however seldom its machine is looked at', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const lines: string[] = []
  const agent = {
    look: async () => [],
    run: async ({ sh }: ShLine) => {
      lines.push(sh)
      return { exit: 0, out: '', err: '' }
    },
  }
  const { turns, happens } = turnsWith(
    agent,
    apply(started('a'), fact.staged(), fact.intended(), fact.submitted(undefined, '7:1:x')),
  )
  const seldom = { ...localMachine, settings: { ...localMachine.settings, spool_s: 600, poll_s: 600 } }
  const asked = () => lines.filter(line => line.includes('" end ')).length
  await turns.take(seldom)
  vi.advanceTimersByTime(1000)
  happens(fact.wished())
  await turns.take(seldom)
  expect(asked()).toBe(1)
  await turns.take(seldom)
  expect(asked()).toBe(1) // whether it helped is seen by the next look
  vi.advanceTimersByTime(600_000)
  await turns.take(seldom)
  expect(asked()).toBe(2)
})

test('what was found submitted while it is to be cancelled is cancelled at once, too', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const lines: string[] = []
  const agent = {
    look: async () => [],
    cancel: async () => [{ word: 'taken', fields: [ref().label], text: '', complaint: '' }],
    submit: async () => [{ word: 'answered', fields: [ref().label, '0'], text: '7:1:x', complaint: '' }],
    run: async ({ sh }: ShLine) => {
      lines.push(sh)
      return { exit: 0, out: '', err: '' }
    },
  }
  const cut = apply(started('a'), fact.staged(), fact.intended(), fact.wished())
  const { turns, attempt } = turnsWith(agent, cut)
  const seldom = { ...localMachine, settings: { ...localMachine.settings, spool_s: 600, poll_s: 600 } }
  await turns.take(seldom)
  expect(attempt().phase.is).toBe('queued')
  await turns.take(seldom)
  expect(lines.filter(line => line.includes('" end '))).toHaveLength(1)
})

test.each([
  ['held', { type: 'run.paused', run: RUN }],
  ['taken back', { type: 'run.stopping', run: RUN }],
] as const)(
  'that what waits could not be %s is told, with what the machine says, and is tried again',
  async (what, wish) => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const lines: string[] = []
    let exit = 1
    const agent = {
      look: async () => [],
      run: async ({ sh }: ShLine) => {
        lines.push(sh)
        return { exit, out: '', err: 'cannot create run.lock.turn: Disk quota exceeded\n' }
      },
    }
    const queued = apply(
      started('a', 'b'),
      ...['a', 'b'].flatMap(key => [
        fact.staged(ref(1, key)),
        fact.intended(ref(1, key)),
        fact.submitted(ref(1, key), `7:1${key}:x`),
      ]),
      wish,
    )
    const { turns, troubles, log, attempt } = turnsWith(agent, queued)
    await turns.take(localMachine)
    expect(troubles.shown).toMatchObject({
      text: `The waiting jobs could not be ${what}. cannot create run.lock.turn: Disk quota exceeded.`,
      hint: 'It is tried again by itself.',
      runs: [RUN],
    })
    expect(log).toHaveLength(1)
    // One call for all of them: it was not about one.
    const calls = lines.filter(line => !line.includes('" queue'))
    expect(calls).toHaveLength(1)
    // From the back: others behind would begin in the place of what is taken out before them.
    if (what === 'taken back') expect(calls[0]).toMatch(/b\.1.*a\.1/)
    expect(attempt().phase).toMatchObject({ is: 'queued' })
    exit = 0
    vi.advanceTimersByTime(2000)
    await turns.take(localMachine)
    expect(troubles.shown).toBeNull()
  },
)

test('what is set of a machine while outputs are read stays, beside the version that they tell', async () => {
  const found = { xtb: { path: '/usr/bin/xtb', version: null } }
  const job = { ...ref(), key: 'a', machine: LOCAL, program: 'xtb', input: null }
  const { turns, happens, machine, blobs, attempt } = turnsWith(
    { look: async () => [] },
    apply(
      begun('a'),
      { type: 'machine.changed', machine: { ...localMachine, found } },
      { type: 'jobs.planned', run: RUN, jobs: [{ ...job, resources: { ranks: 1, memory_mb: 100, seconds: 60 } }] },
      ...[fact.staged(), fact.intended(), fact.submitted(), fact.ended(ref(), 1)],
    ),
  )
  const output = await blobs.put(readFileSync(new URL('../../fixtures/xtb/crash.out.gz', import.meta.url)))
  happens({
    type: 'jobs.fetched',
    run: RUN,
    jobs: [{ ...ref(), files: [{ name: programOf('xtb').output, ...output }] }],
  })
  const taken = turns.take(machine() ?? localMachine)
  happens({
    type: 'machine.changed',
    machine: { ...localMachine, found, settings: { ...localMachine.settings, cores: 7 } },
  })
  await taken
  expect(attempt().phase.is).toBe('parsed')
  expect(machine()).toMatchObject({
    settings: { cores: 7 },
    found: { xtb: { version: expect.stringMatching(/^6\./) } },
  })
})
