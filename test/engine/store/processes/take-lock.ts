/** Tries to take the lock of HOME when a line comes in, says `got` or why not, and keeps it until it is killed. */
import { createInterface } from 'node:readline'
import { takeLock } from '../../../../electron/engine/store/lock.ts'
import { FaultError } from '../../../../shared/result.ts'
import { AT } from '../sample.ts'

const [, , home = ''] = process.argv
console.log('ready')
for await (const _ of createInterface({ input: process.stdin })) {
  try {
    await takeLock(home, { version: '0.0.0', started: AT, socket: null, url: null })
    console.log('got')
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    console.log(`refused: ${error.fault.message}`)
  }
}
