import { expect } from 'vitest'
import { PATIENCE_S } from '../until.ts'

/** expect.poll with patience: a busy machine is slow, not wrong. */
export function eventually<T>(look: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 1000 * PATIENCE_S })
}
