import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type LocalEngine, listen } from '../../../electron/engine/socket/server.ts'
import { type EngineFunctions, type HostFunctions, overSocket } from '../../../electron/engine/socket/wire.ts'
import type { Update } from '../../../shared/contract.ts'
import type { Event } from '../../../shared/model/events.ts'
import { emptyState } from '../../../shared/model/state.ts'
import { fail, ok } from '../../../shared/result.ts'
import { until } from '../../until.ts'

const BATCH = 100_000
const BATCHES = 400

/** An engine of which only the stream of events is asked for. */
function busyEngine() {
  const listeners = new Set<(update: Update) => void>()
  let seq = 0
  const engine: LocalEngine = {
    subscribe(listener) {
      listeners.add(listener)
      listener({ is: 'snapshot', state: { ...emptyState, seq } })
      return () => listeners.delete(listener)
    },
    send: async () => ok({ seq }),
    put: async () => ok({ sha256: '', bytes: 0 }),
    keep: async () => ok({ sha256: '', bytes: 0 }),
    read: async () => ok(''),
    archivedRuns: async () => ok([]),
    archivedRun: async () => fail({ code: 'not-found', message: 'there is none' }),
    readings: () => () => {},
    questions: () => () => {},
    answer: async () => ok(undefined),
    terminal: async () => ({ ok: true, value: { terminal: '', data: '', ended: null } }),
    activity: () => () => {},
  }
  return {
    engine,
    listeners,
    get seq() {
      return seq
    },
    happen(text: string) {
      seq += 1
      const event = { type: 'run.paused', run: text, seq, at: '', v: 1 } as unknown as Event
      for (const listener of listeners) listener({ is: 'events', events: [event] })
    },
  }
}

test('a host that does not read costs little memory, gets the state once it reads again, and never holds the engine', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-slow-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const busy = busyEngine()
  const server = await listen(join(folder, 'socket'), busy.engine, () => {})

  const socket = connect(join(folder, 'socket'))
  await once(socket, 'connect')
  let received = 0
  let seen = 0
  const snapshots: number[] = []
  const engine = overSocket<EngineFunctions, HostFunctions>(socket, {
    update(update) {
      received += JSON.stringify(update).length
      if (update.is === 'snapshot') snapshots.push(update.state.seq)
      else expect(update.events[0]?.seq).toBe(seen + 1)
      seen = update.is === 'snapshot' ? update.state.seq : (update.events.at(-1)?.seq ?? seen)
    },
    readings: () => {},
    questions: () => {},
    activity: () => {},
  })
  await engine.hello(null)
  void engine.subscribe.asEvent()
  await until('it listens', () => busy.listeners.size === 1)
  socket.pause()

  const text = 'x'.repeat(BATCH)
  for (let i = 0; i < BATCHES; i++) {
    busy.happen(text)
    await sleep(2)
  }
  await until('it is behind, and nothing more is kept for it', () => busy.listeners.size === 0)
  expect(server.hosts).toBe(1)

  socket.resume()
  await until('it has seen all', () => seen, { is: seq => seq === busy.seq })
  expect(snapshots).toHaveLength(2)
  expect(snapshots[1]).toBe(BATCHES)
  expect(received).toBeLessThan((BATCH * BATCHES) / 4)
  // From then on it follows again.
  busy.happen('later')
  await until('it has seen all', () => seen, { is: seq => seq === busy.seq })
  expect(snapshots).toHaveLength(2)

  socket.pause()
  for (let i = 0; i < 20; i++) busy.happen(text)
  await sleep(100)
  await server.close()
})
