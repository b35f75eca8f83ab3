import type { Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import type { Link } from '../engine-client.ts'
import { age, clockTime } from '../ui/time.ts'

/** How old what is shown of a machine can be, and whether that is older than it should be. */
export interface DataAge {
  readonly text: string
  readonly old: boolean
}

/** The ages of all machines as they are asked for; the same object while the text is the same: its rows are not drawn again. */
export function rememberAges(machines: State['machines'], as_of: State['as_of'], link: Link) {
  const known = new Map<string, DataAge>()
  return (name: string, now: number): DataAge => {
    const age = dataAge({ machines, as_of }, link, name, now)
    const before = known.get(name)
    if (before?.text === age.text && before.old === age.old) return before
    known.set(name, age)
    return age
  }
}

/**
 * While all is reachable, what is shown of a machine is at most one interval of its questions old; while it is not, as
 * old as the silence.
 */
function dataAge(state: Pick<State, 'machines' | 'as_of'>, link: Link, name: string, now: number): DataAge {
  if (link.is === 'connecting') return { text: '–', old: false }
  if (link.is !== 'live') return since(link.as_of ?? state.as_of, now)
  const machine = (state.machines as Record<string, Machine>)[name]
  if (!machine) return { text: '–', old: false }
  if (machine.reach.is !== 'ok') return since(machine.reach.since, now)
  const { poll_s, spool_s, report } = machine.settings
  return { text: `≤ ${report ? Math.min(spool_s, poll_s) : poll_s} s`, old: false }
}

function since(at: string | null, now: number): DataAge {
  if (at === null) return { text: 'never', old: true }
  return { text: now - Date.parse(at) > 3_600_000 ? clockTime(at, new Date(now)) : age(at, now), old: true }
}
