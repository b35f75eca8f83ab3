import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** For how long tests wait for one thing (vitest.config.ts). */
export const PATIENCE_S = Number(process.env.LARMOR_PATIENCE_S ?? 600)

const LOOK_AGAIN_MS = 50

interface How<T> {
  /** Whether what is seen is what was waited for; by default, whether it is true. */
  readonly is?: (seen: T) => unknown
  readonly limit_s?: number
  /** A log whose end helps to find out why it did not come about. */
  readonly log?: string
}

/** What `look` sees once it is as wanted. Throws, after a long time, with what was waited for and what was seen last. */
export async function until<T>(what: string, look: () => T | Promise<T>, how: How<T> = {}): Promise<T> {
  const { is = Boolean, limit_s = PATIENCE_S, log } = how
  const limit = performance.now() + 1000 * limit_s
  for (;;) {
    const seen = await look()
    if (is(seen)) return seen
    if (performance.now() > limit) throw inVain(what, limit_s, `${JSON.stringify(seen)}${endOf(log)}`)
    await sleep(LOOK_AGAIN_MS)
  }
}

/** What is thrown by whoever has waited long enough. */
export function inVain(what: string, limit_s: number, seen: string): Error {
  return new Error(`waited ${limit_s} s in vain for this: ${what}. Seen last: ${seen}`)
}

function endOf(log: string | undefined): string {
  return log !== undefined && existsSync(log) ? `\n${readFileSync(log, 'utf8').slice(-2000)}` : ''
}
