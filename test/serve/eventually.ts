import { expect } from 'vitest'

/** expect.poll with patience: a busy machine is slow, not wrong. */
export function eventually<T>(look: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 45_000 })
}
