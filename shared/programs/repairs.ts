import type { Json } from '../ids.ts'
import type { LastAttempt } from './program.ts'

/** What the inputs of programs with repairs have in common. */
interface Repairable {
  readonly kind: 'calculation' | 'deck'
  readonly task: string
  readonly max_cycles: number
  readonly geometry: { readonly sha256: string }
  /** What is to be changed in a person's deck. */
  readonly repairs?: { readonly max_cycles?: number }
}

/** The input with these repairs beside those it has; null where it has them already. */
export function withRepairs(json: Json, change: object): Json | null {
  const input = json as unknown as Repairable
  const repairs = { ...input.repairs, ...change }
  return JSON.stringify(repairs) === JSON.stringify(input.repairs) ? null : ({ ...input, repairs } as unknown as Json)
}

/** Twice as many cycles, 200 at least. */
export function moreCycles(json: Json): Json | null {
  const input = json as unknown as Repairable
  if (input.kind === 'deck')
    return withRepairs(json, { max_cycles: Math.max(200, 2 * (input.repairs?.max_cycles ?? 0)) })
  return { ...input, max_cycles: Math.max(200, 2 * input.max_cycles) } as unknown as Json
}

/** Begins where the last attempt stopped; null where it left no geometry, or where that one is not this job's to change. */
export function lastGeometry(json: Json, { result }: LastAttempt): Json | null {
  const input = json as unknown as Repairable
  if (!result?.geometry) return null
  const { sha256, bytes } = result.geometry
  if (input.kind === 'deck') return withRepairs(json, { geometry: { sha256, bytes } })
  // Anything else is about the very geometry that it was given.
  if (!input.task.startsWith('opt') || input.geometry.sha256 === sha256) return null
  return { ...input, geometry: { sha256, bytes } } as unknown as Json
}
