import type { ArchiveEntry } from '../../shared/model/archive.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { Run, RunOutcome } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { jobsOf, runsByStart } from '../../shared/show/status.ts'

/** A closed run in the list, wherever it is kept. */
export interface Result {
  readonly id: string
  readonly name: string
  readonly workflow: string
  readonly machine: string
  readonly outcome: RunOutcome
  readonly ended: string
  readonly completed: number
  readonly failed: number
  readonly jobs: number
}

/** The closed runs of the state and of the archive, the one that ended last first. */
export function resultsOf(state: State, archive: readonly ArchiveEntry[]): readonly Result[] {
  const here = runsByStart(state).flatMap(run => {
    const outcomes = jobsOf(state, run).map(job => lastAttempt(job).outcome ?? 'none')
    const of = (...wanted: readonly string[]) => outcomes.filter(each => wanted.includes(each)).length
    return resultOf(run, of('completed'), of('failed', 'timeout'), outcomes.length)
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

type Listed = Pick<Run, 'id' | 'name' | 'workflow' | 'machine' | 'phase'>

function resultOf(run: Listed, completed: number, failed: number, jobs: number): readonly Result[] {
  const { id, name, workflow, machine, phase } = run
  if (phase.is !== 'ended') return []
  return [{ id, name, workflow, machine, outcome: phase.outcome, ended: phase.at, completed, failed, jobs }]
}

/** The fields that a search may name: `kind:nmr machine:helix state:failed after:2026-11-01`. */
export const FIELDS = ['kind', 'machine', 'state', 'after', 'before'] as const

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
