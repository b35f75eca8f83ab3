import type { Instant } from '../shared/ids.ts'
import type { Link } from './engine-client.ts'
import { Icon } from './ui/badge.tsx'
import { Banner } from './ui/banner.tsx'
import { clockTime } from './ui/time.ts'

/** Why no command can be sent now, or null. */
export function whyOffline(link: Link): string | null {
  switch (link.is) {
    case 'live':
    case 'no-engine': // a command starts one
      return null
    case 'connecting':
      return 'Larmor has not answered yet.'
    case 'offline':
      return 'Larmor does not answer.'
    case 'refused':
      return 'This page is no longer let in.'
  }
}

/** In the title bar: whether what is on the screen is what is. */
interface LinkProps {
  readonly link: Link
  /** When the newest known fact happened: the age of the data where no engine was ever heard. */
  readonly newest: Instant | null
}

export function LinkChip({ link, newest }: LinkProps) {
  switch (link.is) {
    case 'live':
      return (
        <span className="chip">
          <span className="dot" aria-hidden="true" /> Live
        </span>
      )
    case 'connecting':
      return <span className="chip">Connecting…</span>
    default: {
      const as_of = link.as_of ?? newest
      return (
        <span className="chip offline">
          <Icon shape="slash" /> {link.is === 'no-engine' ? 'No engine' : 'Offline'}
          {as_of === null ? '' : `, data as of ${clockTime(as_of)}`}
        </span>
      )
    }
  }
}

export function LinkBanner({ link, newest }: LinkProps) {
  if (link.is === 'live' || link.is === 'connecting') return null
  const as_of = link.as_of ?? newest
  const seen = as_of === null ? '' : `You see the state of ${clockTime(as_of)}. `
  if (link.is === 'no-engine') {
    return (
      <Banner tone="neutral" shape="slash" title="No engine runs.">
        {seen}Submitted jobs go on; the next step of each run waits. Any command starts an engine, as does{' '}
        <code>larmor engine start</code>.
      </Banner>
    )
  }
  if (link.is === 'refused') {
    return (
      <Banner tone="attention" shape="diamond" title="This page's key is no longer valid.">
        {seen}Open the address that <code>larmor serve</code> printed last. {link.why}
      </Banner>
    )
  }
  return (
    <Banner tone="neutral" shape="slash" title="Larmor does not answer.">
      {seen}Reading works; commands need it back. Submitted jobs go on. Start it with <code>larmor serve</code>.
    </Banner>
  )
}
