import type { ReactNode } from 'react'

export type Tone = 'neutral' | 'run' | 'done' | 'attention' | 'fail'

export type Shape =
  | 'dashed ring'
  | 'arrow ring'
  | 'clock'
  | 'half disc'
  | 'ring check'
  | 'disc check'
  | 'diamond'
  | 'octagon'
  | 'bars'
  | 'slash'
  | 'funnel'
  | 'question'
  | 'hourglass'

/** How a state looks: word, shape and colour, of which the shape alone is enough. */
export interface Look {
  readonly word: string
  readonly shape: Shape
  readonly tone: Tone
}

/** A state: icon and word. */
export function Badge({ look, soft = false }: { readonly look: Look; readonly soft?: boolean }) {
  return (
    <span className={`badge tone-${look.tone}${soft ? ' soft' : ''}`}>
      <Icon shape={look.shape} />
      {look.word}
    </span>
  )
}

const ring = <circle cx="8" cy="8" r="6.2" fill="none" />
const check = 'M5.2 8.2 7.2 10.2 10.9 6'

const SHAPES: Readonly<Record<Shape, ReactNode>> = {
  hourglass: (
    <>
      <path d="M4 2.2h8M4 13.8h8" fill="none" />
      <path d="M5 2.6c0 3.2 2.4 4 3 5.4-.6 1.4-3 2.2-3 5.4h6c0-3.2-2.4-4-3-5.4.6-1.4 3-2.2 3-5.4z" fill="none" />
      <path d="M6 12.6c.4-1.4 1.4-1.6 2-2.2.6.6 1.6.8 2 2.2z" stroke="none" />
    </>
  ),
  'dashed ring': <circle cx="8" cy="8" r="6.2" fill="none" strokeDasharray="2.4 2.47" />,
  'arrow ring': (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" strokeDasharray="2.4 2.47" />
      <path d="M8 11V5.4M5.8 7.4 8 5.2l2.2 2.2" fill="none" />
    </>
  ),
  clock: (
    <>
      {ring}
      <path d="M8 4.6V8l2.3 1.6" fill="none" />
    </>
  ),
  'half disc': (
    <>
      {ring}
      <path d="M8 3.4a4.6 4.6 0 0 1 0 9.2z" stroke="none" />
    </>
  ),
  'ring check': (
    <>
      {ring}
      <path d={check} fill="none" />
    </>
  ),
  'disc check': (
    <>
      <circle cx="8" cy="8" r="7" stroke="none" />
      <path d={check} fill="none" className="cut" />
    </>
  ),
  diamond: (
    <>
      <path d="M8 .8 15.2 8 8 15.2.8 8z" stroke="none" />
      <path d="M8 4.8v3.8M8 10.9v.2" fill="none" className="cut" />
    </>
  ),
  octagon: (
    <>
      <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" stroke="none" />
      <path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" fill="none" className="cut" />
    </>
  ),
  bars: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="1.5" fill="none" />
      <path d="M6.4 5.4v5.2M9.6 5.4v5.2" fill="none" />
    </>
  ),
  slash: (
    <>
      {ring}
      <path d="M3.7 12.3 12.3 3.7" fill="none" />
    </>
  ),
  funnel: <path d="M2.2 2.8h11.6L9.6 8.2v5l-3.2-1.8V8.2z" fill="none" />,
  question: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" strokeDasharray="2.4 2.47" />
      <path d="M6.2 6.4a1.8 1.8 0 1 1 2.4 1.7c-.4.2-.6.5-.6.9M8 11.1v.2" fill="none" />
    </>
  ),
}

export function Icon({ shape }: { readonly shape: Shape }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  )
}
