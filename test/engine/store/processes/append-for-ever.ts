/** Appends to the store in HOME until it is killed, and prints each seq that was confirmed; several batches at a time. */
import { writeSync } from 'node:fs'
import { openStore } from '../../../../electron/engine/store/store.ts'
import { AT, noFence, paused, seen } from '../sample.ts'

const [, , home = '', segment = ''] = process.argv
const store = await openStore(home, { ...seen, ...noFence, segmentBytes: Number(segment) })

async function appendForEver(writer: number): Promise<void> {
  for (let i = 0; ; i++) {
    const events = await store.append(
      Array.from({ length: 1 + (i % 3) }, () => paused(`w${writer}-${i}`)),
      AT,
    )
    writeSync(1, `${events.at(-1)?.seq}\n`)
  }
}

for (let writer = 0; writer < 5; writer++) void appendForEver(writer)
