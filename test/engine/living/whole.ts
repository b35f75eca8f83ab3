import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { model } from '../../../electron/engine/model.ts'
import type { AttachedEngine } from '../../../electron/engine/socket/client.ts'
import { ifExists } from '../../../electron/engine/store/disk-fault.ts'
import { readStore } from '../../../electron/engine/store/store.ts'
import { follow } from '../../../electron/engine-client.ts'
import { lastAttempt } from '../../../shared/model/job.ts'
import { reduce } from '../../../shared/model/reduce.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { values } from '../../../shared/model/table.ts'
import { PATIENCE_S } from '../../until.ts'
import type { EngineProcess } from './engine-process.ts'
import { processesOf } from './processes.ts'
import { say } from './say.ts'

/** The state once it is as wanted, over deaths and births of engines; throws after `limit_s` with what it was then. */
export async function stateWhen(home: string, wanted: (state: State) => boolean, limit_s = PATIENCE_S): Promise<State> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), 1000 * limit_s)
  let last: State = emptyState
  try {
    for await (const { state } of follow(home, limit.signal)) {
      last = state
      if (wanted(state)) return state
    }
  } finally {
    clearTimeout(timer)
    limit.abort()
  }
  throw new Error(`not within ${limit_s} s; it is still\n${say(last)}`)
}

function stateOf(engine: AttachedEngine): Promise<State> {
  return new Promise(resolve => {
    const unsubscribe = engine.subscribe(update => {
      if (update.is !== 'snapshot') return
      resolve(update.state)
      setTimeout(() => unsubscribe())
    })
  })
}

/**
 * What must hold of a data folder at rest, whatever died before: the living state, the one read from disk, and a replay
 * of the whole journal are the same; no job is in doubt; the engine ends when it is asked to, and leaves no process, no
 * lock and no half-fetched files behind.
 */
export async function expectWhole(home: string, engine: EngineProcess, client: AttachedEngine): Promise<State> {
  const live = await atRest(home, client)
  await expectReplayed(home, live)
  for (const job of values(live.jobs)) {
    const { phase, outcome } = lastAttempt(job)
    expect(outcome === null && phase.is === 'submitting' ? phase.doubt : null, say(live)).toBeNull()
  }
  await client.shutdown()
  expect(await engine.ended, engine.said()).toEqual({ code: 0, signal: null })
  await expectReplayed(home, live)
  expect(processesOf(home)).toEqual([])
  expect(await readdir(home)).not.toContain('engine.json')
  const names = (await ifExists(readdir(join(home, 'runs'), { recursive: true }))) ?? []
  expect(names.filter(name => name.endsWith('.part'))).toEqual([])
  return live
}

/** The living state once nothing more happens. */
async function atRest(home: string, client: AttachedEngine): Promise<State> {
  for (;;) {
    const { seq } = (await readStore(home, model)).state
    await sleep(100)
    const live = await stateOf(client)
    if (live.seq === seq) return live
  }
}

async function expectReplayed(home: string, live: State): Promise<void> {
  const reader = await readStore(home, model)
  expect(reader.state).toEqual(live)
  let replayed = emptyState
  for await (const batch of reader.events(0)) replayed = reduce(replayed, batch)
  expect(replayed).toEqual(live)
}
