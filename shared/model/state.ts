import type { Instant, MachineName } from '../ids.ts'
import type { ForeignReport } from './foreign.ts'
import type { Job } from './job.ts'
import { LOCAL, localMachine, type Machine } from './machine.ts'
import type { Run } from './run.ts'
import { emptyTable, type Table } from './table.ts'
import type { Times } from './times.ts'

/** Everything that is known and small. It changes by events alone (reduce). */
export interface State {
  /** The last event applied. Two states with the same seq are the same state. */
  readonly seq: number
  /** When that event happened; null before the first. */
  readonly as_of: Instant | null
  readonly runs: Table<Run>
  readonly jobs: Table<Job>
  readonly machines: Readonly<Record<MachineName, Machine>>
  /** What the last jobs took, by machine; absent: none was seen to end. */
  readonly times?: Times
  /** Reports of jobs that Larmor did not submit, by foreignKey; absent: none ever came. */
  readonly foreign?: Readonly<Record<string, ForeignReport>>
}

/** The machine of this name, which may be any text that a person typed: `constructor` is none. */
export function machineNamed({ machines }: Pick<State, 'machines'>, name: string): Machine | undefined {
  return Object.hasOwn(machines, name) ? machines[name as MachineName] : undefined
}

export const emptyState: State = {
  seq: 0,
  as_of: null,
  runs: emptyTable,
  jobs: emptyTable,
  machines: { [LOCAL]: localMachine },
}
