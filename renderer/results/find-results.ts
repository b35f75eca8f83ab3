import { type ArchiveEntry, computedWith } from '../../shared/model/archive.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { RunOutcome } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { solventText } from '../../shared/show/names.ts'
import { jobsOf, runsByStart } from '../../shared/show/status.ts'
import { findSolvent } from '../../shared/solvents.ts'
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
  readonly completed: number
  readonly failed: number
  readonly jobs: number
  readonly programs: readonly string[]
  readonly solvents: readonly string[]
}

/** The closed runs of the state and of the archive, the one that ended last first. */
export function resultsOf(state: State, archive: readonly ArchiveEntry[]): readonly Result[] {
  const here = runsByStart(state).flatMap(run => {
    if (run.phase.is !== 'ended') return []
    const all = jobsOf(state, run)
    const outcomes = all.map(job => lastAttempt(job).outcome ?? 'none')
    const of = (...wanted: readonly string[]) => outcomes.filter(each => wanted.includes(each)).length
    return resultOf({ ...run, ...computedWith(all) }, of('completed'), of('failed', 'timeout'), outcomes.length)
  })
  const known = new Set(here.map(({ id }) => id))
  const kept = archive.flatMap(entry => {
    if (known.has(entry.id)) return []
    const { completed = 0, failed = 0, timeout = 0 } = entry.counts
    const jobs = Object.values(entry.counts).reduce((sum, n) => sum + n, 0)
    return resultOf(entry, completed, failed + timeout, jobs)
  })
  return [...here, ...kept].sort((a, b) => (a.ended < b.ended ? 1 : a.ended > b.ended ? -1 : 0))
}

type Listed = Pick<ArchiveEntry, 'id' | 'name' | 'workflow' | 'machine' | 'started' | 'phase' | 'programs' | 'solvents'>

function resultOf(run: Listed, completed: number, failed: number, jobs: number): readonly Result[] {
  const { id, name, workflow, machine, started, phase, programs, solvents } = run
  if (phase.is !== 'ended') return []
  const { outcome, at: ended } = phase
  return [{ id, name, workflow, machine, outcome, started, ended, completed, failed, jobs, programs, solvents }]
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
