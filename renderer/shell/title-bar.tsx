import { ChevronRight, Plus, Search } from '@blueprintjs/icons'
import type { Instant } from '../../shared/ids.ts'
import type { Link } from '../engine-client.ts'
import { Keys } from '../keys/keys-text.tsx'
import { doCommand } from '../keys/use-keys.ts'
import { LinkChip } from '../link.tsx'
import { address, type Route } from '../route.ts'
import { screens } from '../screens.tsx'

interface TitleBarProps {
  readonly route: Route
  /** What of the screen is shown, by name; null for its start. */
  readonly part: string | null
  readonly link: Link
  readonly newest: Instant | null
  /** Nothing was ever run here: the one thing to do is on the page itself. */
  readonly first: boolean
}

export function TitleBar({ route, part, link, newest, first }: TitleBarProps) {
  const { label } = screens[route.screen]
  return (
    <header className="title-bar">
      <a className="brand" href={address('queue')}>
        <span className="only-read">Larmor, to the queue</span>
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <ellipse cx="12" cy="5.5" rx="8" ry="3" />
          <path d="M18.6 7.5 11 21" />
        </svg>
      </a>
      <div className="crumbs">
        {part === null ? (
          <strong>{label}</strong>
        ) : (
          <>
            <a href={address(route.screen)}>{label}</a>
            <ChevronRight size={12} title={false} />
            <strong title={part}>
              <bdi>{part}</bdi>
            </strong>
          </>
        )}
      </div>
      <button type="button" className="search-button" onClick={() => doCommand('palette')}>
        <Search size={14} title={false} />
        <span className="search-words">Search runs, molecules, commands</span>
        <Keys keys="Ctrl+K" />
      </button>
      <div className="row end">
        <LinkChip link={link} newest={newest} />
        {first || route.screen === 'new' ? null : (
          <a className="button" href={address('new')}>
            <Plus size={14} title={false} /> New run
          </a>
        )}
      </div>
    </header>
  )
}
