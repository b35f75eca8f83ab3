import { doubtOf, lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import { plural } from '../../shared/show/number.ts'

/** Larmor's own jobs of one machine that are not at their end. */
export interface MachineWork {
  readonly running: number
  readonly waiting: number
  /** Planned, or on their way. */
  readonly sending: number
  /** Submitted perhaps, or perhaps not. */
  readonly doubtful: number
  readonly ended: number
}

const nothing: MachineWork = { running: 0, waiting: 0, sending: 0, doubtful: 0, ended: 0 }

export function workByMachine(state: State): ReadonlyMap<string, MachineWork> {
  const work = new Map<string, MachineWork>()
  for (const job of values(state.jobs)) {
    const attempt = lastAttempt(job)
    const { phase, outcome } = attempt
    const kind =
      outcome !== null
        ? 'ended'
        : doubtOf(attempt)
          ? 'doubtful'
          : phase.is === 'running'
            ? 'running'
            : phase.is === 'queued'
              ? 'waiting'
              : 'sending'
    const before = work.get(job.machine) ?? nothing
    work.set(job.machine, { ...before, [kind]: before[kind] + 1 })
  }
  return work
}

/** `21 running, 40 waiting, 6 sending`, or what became of them. */
export function workText(work: MachineWork = nothing): string {
  const { running, waiting, sending, doubtful, ended } = work
  const parts = [
    [running, 'running'],
    [waiting, 'waiting'],
    [sending, 'sending'],
    [doubtful, 'not known'],
  ] as const
  const open = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`)
  if (open.length > 0) return open.join(', ')
  return ended === 0 ? 'none' : `none open, ${plural(ended, 'job')} ended`
}

/** Jobs there that are not at their end. */
export function openWork({ running, waiting, sending, doubtful }: MachineWork = nothing): number {
  return running + waiting + sending + doubtful
}
