import type { Attempt } from '../../shared/model/job.ts'

/** How long an attempt waited and ran, in ms; null for what has not begun. */
export interface Times {
  readonly waited: number | null
  readonly ran: number | null
  /** When it was sent, as far as is known; for an axis. */
  readonly from: number | null
  /** It still does. */
  readonly open: boolean
}

/** The times of one attempt as its phase has them; while it is alive they grow until `now`. */
export function timesOf({ phase, outcome }: Attempt, now: number): Times {
  const submitted = 'submitted' in phase ? read(phase.submitted) : null
  const started = 'started' in phase ? read(phase.started) : null
  const ended = 'ended' in phase ? read(phase.ended) : null
  const open = outcome === null && ended === null
  const end = ended ?? (open ? now : null)
  const from = submitted ?? started
  return {
    waited: submitted === null ? null : between(submitted, started ?? end),
    ran: started === null ? null : between(started, end),
    from,
    open,
  }
}

function between(from: number, to: number | null): number | null {
  return to === null ? null : Math.max(0, to - from)
}

function read(at: string | null): number | null {
  return at === null ? null : Date.parse(at)
}
