import { type ArchiveEntry, computedWith, outcomesOf } from '../../shared/model/archive.ts'
import type { RunOutcome } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { solventText } from '../../shared/show/names.ts'
import { jobsOf, runsByStart } from '../../shared/show/status.ts'
import { findSolvent } from '../../shared/solvents.ts'
import { countOutcomes, type OutcomeCounts } from '../runs/outcome-counts.ts'
import { tellApart } from '../runs/tell-apart.ts'
import { programText } from '../runs/words.ts'

/** A closed run in the list, wherever it is kept. */
export interface Result {
  readonly id: string
  readonly name: string
  readonly workflow: string
  readonly machine: string
  readonly outcome: RunOutcome
  readonly started: string
  readonly ended: string
  readonly counts: OutcomeCounts
  readonly programs: readonly string[]
  readonly solvents: readonly string[]
}

/** The closed runs of the state and of the archive, the one that ended last first. */
export function resultsOf(state: State, archive: readonly ArchiveEntry[]): readonly Result[] {
  const here = runsByStart(state).flatMap(run => {
    if (run.phase.is !== 'ended') return []
    const all = jobsOf(state, run)
    return resultOf({ ...run, ...computedWith(all), ...outcomesOf(all) })
  })
  const known = new Set(here.map(({ id }) => id))
  const kept = archive.flatMap(entry => (known.has(entry.id) ? [] : resultOf(entry)))
  return [...here, ...kept].sort((a, b) => (a.ended < b.ended ? 1 : a.ended > b.ended ? -1 : 0))
}

function resultOf(run: Omit<ArchiveEntry, 'updated' | 'progress' | 'plan_version'>): readonly Result[] {
  const { id, name, workflow, machine, started, phase, programs, solvents } = run
  if (phase.is !== 'ended') return []
  const { outcome, at: ended } = phase
  return [{ id, name, workflow, machine, outcome, started, ended, counts: countOutcomes(run), programs, solvents }]
}

/** What tells results of one name apart: as far as the list of the archive knows. */
export function resultsApart(results: readonly Result[]): ReadonlyMap<string, string> {
  const all = (ids: readonly string[], text: (id: string) => string) => ids.map(text).join(', ')
  return tellApart(
    results.map(each => ({ ...each, facts: [all(each.programs, programText), all(each.solvents, solventText)] })),
  )
}

/** The fields that a search may name: `kind:nmr program:orca solvent:chloroform after:2026-11-01`. */
export const FIELDS = ['kind', 'program', 'solvent', 'machine', 'state', 'after', 'before'] as const

/** Whether a result has all words of a search: fields by their value, other words in its name or id. */
export function isFound(result: Result, search: string): boolean {
  return search
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .every(word => hasWord(result, word))
}

function hasWord(result: Result, word: string): boolean {
  const [, field = '', value = ''] = /^([a-z]+):(.*)$/.exec(word) ?? []
  switch (field) {
    case 'kind':
      return result.workflow.includes(value)
    case 'program':
      return result.programs.some(program => program.includes(value))
    case 'solvent': {
      const named = findSolvent(value)
      return result.solvents.some(id => id.includes(value) || (named.ok && named.value.id === id))
    }
    case 'machine':
      return result.machine.toLowerCase().includes(value)
    case 'state':
      return result.outcome.includes(value)
    case 'after':
      return result.ended.slice(0, value.length) >= value
    case 'before':
      return result.ended.slice(0, value.length) < value
    default:
      return result.name.toLowerCase().includes(word) || result.id.includes(word)
  }
}
