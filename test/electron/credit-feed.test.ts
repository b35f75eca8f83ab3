import { expect, test } from 'vitest'
import { creditFeed } from '../../electron/credit-feed.ts'
import type { Update } from '../../shared/contract.ts'
import { LOCAL, localMachine } from '../../shared/model/machine.ts'
import { reduce } from '../../shared/model/reduce.ts'
import type { State } from '../../shared/model/state.ts'
import { emptyState } from '../../shared/model/state.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'

const change = { type: 'machine.changed', machine: { ...localMachine, name: LOCAL } } as const

test('who takes everything gets every batch; who takes nothing gets a snapshot when it does again', () => {
  const engine = scriptedEngine()
  const got: Update[] = []
  const feed = creditFeed(engine, update => void got.push(update))
  expect(got).toMatchObject([{ is: 'snapshot' }])
  for (let i = 0; i < 500; i++) engine.happen(change)
  expect(got.length).toBe(64)
  expect(engine.listeners().updates).toBe(0)

  for (let i = 0; i < 63; i++) feed.taken()
  expect(got.length).toBe(64)
  feed.taken()
  expect(got.length).toBe(65)
  engine.happen(change)
  let state: State = emptyState
  for (const update of got) state = update.is === 'snapshot' ? update.state : reduce(state, update.events)
  expect(state).toEqual(engine.state())
  expect(got.slice(-2).map(({ is }) => is)).toEqual(['snapshot', 'events'])

  feed.end()
  engine.happen(change)
  expect(got.length).toBe(66)
  expect(engine.listeners().updates).toBe(0)
})
