import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readStore } from '../../../electron/engine/store/store.ts'
import { newFolder } from './folders.ts'
import { script } from './processes/index.ts'
import { seen } from './sample.ts'

const appendForEver = script(new URL('processes/append-for-ever.ts', import.meta.url))

test('killed while it appends, every confirmed event is there, in whole batches, and the next one goes on', async () => {
  const home = await newFolder()
  let kept = 0
  const confirmed: number[] = []
  for (let round = 0; round < 8; round++) {
    const writer = appendForEver(home, '5000')
    await writer.nextLine()
    await sleep(20 + 31 * round)
    await writer.kill()
    const last = Math.max(...writer.lines.map(Number))
    const { state, events } = await readStore(home, seen)
    expect(state.seq).toBeGreaterThanOrEqual(last)
    expect(last).toBeGreaterThan(kept)
    expect(state.seen).toHaveLength(state.seq)
    for await (const batch of events(kept)) {
      const names = batch.map(event => ('run' in event ? event.run : ''))
      expect(new Set(names).size).toBe(1)
      expect(batch).toHaveLength(1 + (Number(names[0]?.split('-')[1]) % 3))
    }
    kept = state.seq
    confirmed.push(last)
  }
  console.log(`8 kills; confirmed up to ${confirmed.join(', ')}`)
})
