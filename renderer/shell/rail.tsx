import type { ScreenId } from '../route.ts'
import { address } from '../route.ts'
import { screens } from '../screens.tsx'

interface RailProps {
  readonly current: ScreenId
  /** Failed jobs, at the queue's item. */
  readonly failed: number
}

/** The screens, always in sight. */
export function Rail({ current, failed }: RailProps) {
  return (
    <nav className="rail" aria-label="Screens">
      {(Object.keys(screens) as ScreenId[]).map(id => {
        const { icon: Glyph, label } = screens[id]
        if (!Glyph) return null
        return (
          <a key={id} href={address(id)} aria-current={id === current ? 'page' : undefined} data-screen={id}>
            <Glyph size={16} title={false} />
            {label}
            {id === 'queue' && failed > 0 ? (
              <span className="rail-count">
                {failed > 999 ? '999+' : failed}
                <span className="only-read"> failed</span>
              </span>
            ) : null}
          </a>
        )
      })}
    </nav>
  )
}
