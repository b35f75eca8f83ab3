import { useRef } from 'react'
import type { Json } from '../../shared/ids.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import { clockTime } from '../ui/time.ts'

/** Something in a list that may have the name of another. */
export interface Named {
  readonly id: string
  readonly name: string
  readonly started: string
  /** What may tell it apart, the same place for the same kind of thing; empty where it is not known. */
  readonly facts: readonly string[]
}

/**
 * What tells those of one name apart, by id: the facts that differ; where some have all of them alike, when each was
 * started; where that is alike too, its id. Names that only one has are left out, and one of which no such fact is known.
 */
export function tellApart(all: readonly Named[], now: Date = new Date()): ReadonlyMap<string, string> {
  const byName = new Map<string, Named[]>()
  for (const each of all) {
    const group = byName.get(each.name)
    if (group) group.push(each)
    else byName.set(each.name, [each])
  }
  const apart = new Map<string, string>()
  for (const group of byName.values()) {
    if (group.length < 2) continue
    const places = group.reduce((most, each) => Math.max(most, each.facts.length), 0)
    const differs = Array.from({ length: places }, (_, i) => new Set(group.map(each => each.facts[i])).size > 1)
    const facts = (each: Named) => each.facts.filter((_, i) => differs[i])
    const started = ({ started: at }: Named) => `started ${clockTime(at, now)}`
    const ways = [facts, (each: Named) => [...facts(each), started(each)]]
    const way =
      ways.find(words => new Set(group.map(each => words(each).join())).size === group.length) ??
      ((each: Named) => [...facts(each), started(each), each.id])
    for (const each of group) {
      const text = way(each)
        .filter(word => word !== '')
        .join(' · ')
      if (text !== '') apart.set(each.id, text)
    }
  }
  return apart
}

/** Of all live runs; the same object while none came, went, or was named anew, and until a clock time wants its day. */
export function useApart(state: State): ReadonlyMap<string, string> {
  const made = useRef<{ readonly names: string; readonly apart: ReadonlyMap<string, string> } | null>(null)
  const runs = [...values(state.runs)]
  const now = new Date()
  const names = [now.toDateString(), ...runs.map(({ id, name }) => `${id} ${name}`)].join('\n')
  if (made.current?.names !== names) {
    const apart = tellApart(
      runs.map(({ id, name, started, params, machine }) => ({ id, name, started, facts: factsOf(params, machine) })),
      now,
    )
    made.current = { names, apart }
  }
  return made.current.apart
}

/** Level, solvent and machine of a run, by the params that it was started with. */
function factsOf(params: Json, machine: string): readonly string[] {
  const { level, levels, solvent_label, solvents } = (params ?? {}) as Readonly<Record<string, unknown>>
  return [textOf(level ?? levels), textOf(solvent_label ?? solvents), machine]
}

/** A text, or those of several things that have a label or a name. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  const { label, name } = (value ?? {}) as Readonly<Record<string, unknown>>
  return typeof label === 'string' ? label : typeof name === 'string' ? name : ''
}
