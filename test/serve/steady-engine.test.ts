import { expect, test } from 'vitest'
import { engineEnded } from '../../electron/engine/socket/client.ts'
import { type MortalEngine, steadyEngine } from '../../electron/serve/steady-engine.ts'
import type { Question, Update } from '../../shared/contract.ts'
import type { MachineName, RunId } from '../../shared/ids.ts'
import { eventually } from './eventually.ts'
import { type ScriptedEngine, scriptedEngine } from './scripted-engine.ts'

/** A scripted engine that can end, as one behind a socket does. */
function mortal(engine: ScriptedEngine): MortalEngine & { end(): void } {
  let end = () => {}
  const closed = new Promise<void>(resolve => {
    end = resolve
  })
  return { ...engine, closed, end, detach: end }
}

function started(engine: ScriptedEngine, name: string): void {
  const machine = 'local' as MachineName
  const run = name as RunId
  engine.happen({ type: 'run.started', run, name, workflow: 'nmr', workflow_version: 1, params: {}, machine })
}

test('when its engine ends the last state stays; the next engine is found and followed', async () => {
  const one = scriptedEngine()
  started(one, 'r1')
  const two = scriptedEngine()
  started(two, 'r1')
  started(two, 'r2')
  const first = mortal(one)
  let lives: MortalEngine | null = null
  const steady = steadyEngine(first, {
    living: async () => lives,
    ensured: () => Promise.reject(new Error('nobody sent a command')),
    stored: async () => one.state(),
    disk: scriptedEngine(),
  })
  const seen: Update[] = []
  const presence: boolean[] = []
  steady.subscribe(update => seen.push(update))
  steady.presence(alive => presence.push(alive))
  expect(seen).toEqual([{ is: 'snapshot', state: one.state() }])

  first.end()
  await eventually(() => presence).toEqual([true, false])
  expect(seen).toHaveLength(1)
  // Who comes only now sees what is on disk.
  const late: Update[] = []
  steady.subscribe(update => late.push(update))
  await eventually(() => late).toEqual([{ is: 'snapshot', state: one.state() }])

  lives = mortal(two)
  await eventually(() => presence).toEqual([true, false, true])
  expect(seen.at(-1)).toEqual({ is: 'snapshot', state: two.state() })
  expect(late.at(-1)).toEqual({ is: 'snapshot', state: two.state() })
  steady.detach()
})

test('questions of an engine that ended are closed; those of the next one come', async () => {
  const one = scriptedEngine()
  const two = scriptedEngine()
  const first = mortal(one)
  let lives: MortalEngine | null = null
  const steady = steadyEngine(first, {
    living: async () => lives,
    ensured: () => Promise.reject(new Error('not wanted')),
    stored: async () => one.state(),
    disk: scriptedEngine(),
  })
  let open: readonly Question[] = []
  steady.questions(now => {
    open = now
  })
  void one.ask(question('a'))
  expect(open.map(({ id }) => id)).toEqual(['a'])
  first.end()
  await eventually(() => open).toEqual([])
  expect(await steady.answer('a', 'late')).toMatchObject({ ok: false, fault: { code: 'not-found' } })
  lives = mortal(two)
  const answered = two.ask(question('b'))
  await eventually(() => open.map(({ id }) => id)).toEqual(['b'])
  expect(await steady.answer('b', null)).toEqual({ ok: true, value: undefined })
  expect(await answered).toBeNull()
  steady.detach()
})

function question(id: string): Question {
  const asked = '2026-03-02T09:00:00.000Z'
  return { id, machine: 'm' as MachineName, kind: 'password', text: 'Password:', echo: false, asked, until: null }
}

test('a command starts an engine; looking does not', async () => {
  const one = scriptedEngine()
  const two = scriptedEngine()
  started(two, 'r1')
  const first = mortal(one)
  const second = mortal(two)
  const disk = scriptedEngine()
  const kept = disk.keep('kept')
  let starts = 0
  const steady = steadyEngine(first, {
    living: async () => null,
    ensured: async () => {
      starts += 1
      return second
    },
    stored: async () => one.state(),
    disk,
  })
  first.end()
  await first.closed
  steady.subscribe(() => {})
  // What is on disk can be read all the same.
  expect(await steady.read(kept)).toEqual({ ok: true, value: 'kept' })
  expect(await steady.archivedRuns()).toEqual({ ok: true, value: [] })
  expect(starts).toBe(0)
  expect((await steady.send({ type: 'run.pause', run: 'r1' as RunId })).ok).toBe(true)
  expect(starts).toBe(1)
  expect(two.listeners().updates).toBe(1)
  steady.detach()
})

test('a command during which the engine ends is answered as not known, not as done', async () => {
  const first = mortal(scriptedEngine())
  const ending = {
    ...first,
    async send(): Promise<never> {
      first.end()
      await first.closed
      throw engineEnded()
    },
  }
  const steady = steadyEngine(ending, {
    living: async () => null,
    ensured: () => Promise.reject(new Error('not wanted')),
    stored: async () => scriptedEngine().state(),
    disk: scriptedEngine(),
  })
  const answer = await steady.send({ type: 'run.pause', run: 'r1' as RunId })
  expect(answer).toMatchObject({ ok: false, fault: { code: 'not-now' } })
  steady.detach()
})
