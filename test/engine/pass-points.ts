/** Passes one crash point three times and says so, unbuffered. */
import { writeSync } from 'node:fs'
import { around } from '../../electron/engine/points.ts'

for (let i = 1; i <= 3; i++) {
  await around('plan', () => void writeSync(1, `effect ${i}\n`))
  writeSync(1, `after ${i}\n`)
}
