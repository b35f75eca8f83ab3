import { expect, test } from 'vitest'
import { createStore } from '../../renderer/store.ts'
import type { MachineName, RunId } from '../../shared/ids.ts'
import type { EventBody } from '../../shared/model/events.ts'
import { get } from '../../shared/model/table.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'

function started(name: string): EventBody {
  const machine = 'local' as MachineName
  return { type: 'run.started', run: name as RunId, name, workflow: 'nmr', workflow_version: 1, params: {}, machine }
}

/** Frames that a test paints when it wants. */
function frames() {
  const due: (() => void)[] = []
  return {
    due,
    nextFrame: (paint: () => void) => due.push(paint),
    paint() {
      for (const frame of due.splice(0)) frame()
    },
  }
}

test('nothing is known before the first snapshot, which is not the same as nothing there', () => {
  const { nextFrame, paint } = frames()
  const store = createStore(scriptedEngine(), nextFrame)
  expect(store.get().known).toBe(false)
  paint()
  expect(store.get()).toMatchObject({ known: true, state: { seq: 0 } })
})

test('many batches within one look are one repaint, and the state of the engine', () => {
  const engine = scriptedEngine()
  const { due, nextFrame, paint } = frames()
  const store = createStore(engine, nextFrame)
  let repaints = 0
  store.subscribe(() => {
    repaints += 1
  })
  engine.happen(started('r1'))
  engine.happen({ type: 'run.paused', run: 'r1' as RunId })
  engine.happen({ type: 'run.resumed', run: 'r1' as RunId }, started('r2'))
  expect(get(store.get().state.runs, 'r1')).toBeUndefined()
  expect(due).toHaveLength(1)
  paint()
  expect(repaints).toBe(1)
  expect(store.get().state).toEqual(engine.state())
})

test('a batch that was missed asks for a fresh snapshot', () => {
  const engine = scriptedEngine()
  let drop = false
  const { nextFrame, paint } = frames()
  const store = createStore(
    {
      subscribe: listener =>
        engine.subscribe(update => (drop && update.is === 'events' ? undefined : listener(update))),
    },
    nextFrame,
  )
  engine.happen(started('r1'))
  drop = true
  engine.happen(started('r2'))
  drop = false
  engine.happen(started('r3'))
  paint()
  expect(store.get().state).toEqual(engine.state())
  expect(engine.listeners().updates).toBe(1)
})

test('a closed store listens no more', () => {
  const engine = scriptedEngine()
  const { nextFrame, paint } = frames()
  const store = createStore(engine, nextFrame)
  store.close()
  engine.happen(started('r1'))
  paint()
  expect(engine.listeners().updates).toBe(0)
  expect(store.get().state.seq).toBe(0)
})
