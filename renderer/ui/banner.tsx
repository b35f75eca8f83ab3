import type { ReactNode } from 'react'
import { Icon, type Shape, type Tone } from './badge.tsx'

interface BannerProps {
  readonly tone: Extract<Tone, 'neutral' | 'attention' | 'fail'>
  readonly shape: Shape
  readonly title: string
  readonly children: ReactNode
  /** The one way out, where there is one. */
  readonly act?: ReactNode
}

/** A condition of the whole page: what happened, and what it means for the jobs. It leaves with its cause. */
export function Banner({ tone, shape, title, children, act }: BannerProps) {
  return (
    <div className={`banner tone-${tone}`} role={tone === 'fail' ? 'alert' : 'status'}>
      <Icon shape={shape} />
      <p>
        <strong>{title}</strong> {children}
      </p>
      {act}
    </div>
  )
}
