import { type ReactNode, useState } from 'react'
import type { Trouble } from '../../shared/contract.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import { printable } from '../../shared/printable.ts'
import { plural } from '../../shared/show/number.ts'
import type { Link } from '../engine-client.ts'
import { LinkBanner } from '../link.tsx'
import { isBlocked } from '../machines/blocked.ts'
import { useTroubles } from '../machines/use-channel.ts'
import { address } from '../route.ts'
import { Banner } from '../ui/banner.tsx'
import { clockTime } from '../ui/time.ts'

const MOST = 2

/** What cuts work off or needs a person, the most severe first, at most two at once. Each leaves with its cause. */
export function Banners({ state, link }: { readonly state: State; readonly link: Link }) {
  const [all, setAll] = useState(false)
  const troubles = useTroubles()
  const silent = Object.values<Machine>(state.machines)
    .filter(({ reach }) => reach.is !== 'ok')
    .sort((a, b) => severity(a) - severity(b))
  const banners: readonly ReactNode[] = [
    ...(link.is === 'live' || link.is === 'connecting'
      ? []
      : [<LinkBanner key="link" link={link} newest={state.as_of} />]),
    ...[...troubles].map(([name, trouble]) => <TroubleBanner key={`${name}-held-up`} name={name} trouble={trouble} />),
    ...silent.map(machine => <MachineBanner key={machine.name} state={state} machine={machine} />),
  ]
  const more = banners.length - MOST
  return (
    <>
      {all ? banners : banners.slice(0, MOST)}
      {more > 0 ? (
        <button type="button" className="more-banners" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${more} more`}
        </button>
      ) : null}
    </>
  )
}

/** This computer keeps its own work from going on: what is shown of the machine's jobs is old by it. */
function TroubleBanner({ name, trouble }: { readonly name: string; readonly trouble: Trouble }) {
  return (
    <Banner
      tone="fail"
      shape="octagon"
      title={`${trouble.runs === null ? 'The' : 'Part of the'} work of this computer for ${name} is held up since ${clockTime(trouble.since)}.`}
    >
      <code>{printable(trouble.text)}</code> {trouble.hint}
    </Banner>
  )
}

function MachineBanner({ state, machine: { name, reach } }: { readonly state: State; readonly machine: Machine }) {
  const since = reach.since === null ? '' : ` since ${clockTime(reach.since)}`
  const { there, here } = unfinishedOn(state, name)
  const jobs = there === 0 ? 'No unfinished job is there.' : `${plural(there, 'unfinished job')} there may go on.`
  const waiting = here === 0 ? '' : ` ${plural(here, 'job')} ${here === 1 ? 'waits' : 'wait'} here to be sent.`
  const login = reach.is === 'wants-login'
  const blocked = isBlocked(reach)
  const severe = !login || blocked
  return (
    <Banner
      tone={severe ? 'fail' : 'attention'}
      shape={severe ? 'octagon' : 'clock'}
      title={`${name} ${blocked ? 'is blocked' : login ? 'wants a login' : 'does not answer'}${since}.`}
      act={
        <a className="button" href={address('machines', name)}>
          {severe ? 'Details' : 'Log in'}
        </a>
      }
    >
      {jobs}
      {waiting} {there > 0 && !login ? 'They are shown as they were seen last. ' : ''}
      {reach.text === null ? null : <code>{printable(reach.text)}</code>}
    </Banner>
  )
}

/** A key that changed first, then what cuts work off, then what wants a person. */
function severity({ reach }: Machine): number {
  return isBlocked(reach) ? 0 : reach.is === 'unreachable' ? 1 : 2
}

/** Jobs of a machine that are not done: those it has, or may have, and those that were not sent yet. */
function unfinishedOn(state: State, machine: string): { readonly there: number; readonly here: number } {
  let [there, here] = [0, 0]
  for (const job of values(state.jobs)) {
    const { phase, outcome } = lastAttempt(job)
    if (job.machine !== machine || outcome !== null) continue
    if (phase.is === 'planned' || phase.is === 'staged') here += 1
    else there += 1
  }
  return { there, here }
}
