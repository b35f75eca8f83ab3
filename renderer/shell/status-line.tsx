import type { Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { plural } from '../../shared/show/number.ts'
import { isBlocked } from '../machines/blocked.ts'
import { Icon } from '../ui/badge.tsx'
import { clockTime } from '../ui/time.ts'

const LID = 'Closing the lid stops only jobs on this computer. Cluster jobs go on.'

interface StatusLineProps {
  readonly state: State
  readonly known: boolean
  /** Whether an engine tells what happens. */
  readonly live: boolean
}

/** The foot of the window: do the machines answer, and how old is what is shown. */
export function StatusLine({ state, known, live }: StatusLineProps) {
  if (!known) return <footer className="status-line">Asking Larmor what is known…</footer>
  if (!live) {
    return (
      <footer className="status-line">
        <span>Whether the machines answer is not known now.</span>
        <span>{state.as_of === null ? 'Nothing has happened yet' : `Last change ${clockTime(state.as_of)}`}</span>
        <span className="far">{LID}</span>
      </footer>
    )
  }
  const all = Object.values<Machine>(state.machines)
  const silent = all.filter(({ reach }) => reach.is !== 'ok')
  const answering = all.length - silent.length
  return (
    <footer className="status-line">
      <span className={silent.length > 0 ? 'tone-attention' : 'tone-done'}>
        <Icon shape={silent.length > 0 ? 'diamond' : 'disc check'} />
      </span>
      <span>
        {answering} of {plural(all.length, 'machine')} {all.length === 1 ? 'answers' : 'answer'}
        {silent.map(machine => `. ${silenceOf(machine)}`)}
      </span>
      <span>{state.as_of === null ? 'Nothing has happened yet' : `Last change ${clockTime(state.as_of)}`}</span>
      <span className="far">{LID}</span>
    </footer>
  )
}

/** `helix: unreachable since 14:02`. */
function silenceOf({ name, reach }: Machine): string {
  if (isBlocked(reach)) return `${name}: blocked, another host key`
  const since = reach.since === null ? '' : ` since ${clockTime(reach.since)}`
  return `${name}: ${reach.is === 'wants-login' ? 'wants a login' : 'unreachable'}${since}`
}
