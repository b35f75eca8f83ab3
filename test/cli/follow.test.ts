import { expect, test } from 'vitest'
import { follow } from '../../electron/engine-client.ts'
import { newHome, run } from './larmor.ts'

test('who stops following while it attaches is let go, and so is who stops later', async () => {
  const home = await newHome()
  expect((await run(['engine', 'start'], { home })).exit).toBe(0)
  const early = new AbortController()
  const first = follow(home, early.signal).next()
  early.abort() // it has asked for the engine by now, and not got it yet
  expect(await first).toEqual({ done: true, value: undefined })

  const late = new AbortController()
  const seen = []
  for await (const { engine } of follow(home, late.signal)) {
    seen.push(engine)
    late.abort()
  }
  expect(seen).toEqual(['alive'])
})
