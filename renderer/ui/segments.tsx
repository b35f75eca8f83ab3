import type { ReactNode } from 'react'

export interface Segment {
  readonly name: string
  readonly n: number
  readonly fill: 'done' | 'run' | 'attention' | 'fail' | 'held' | 'stopped' | 'thin'
}

const WIDTH = 48
/** A few among many still show. */
const LEAST = 3

/** A bar of counts in a fixed order, told apart by pattern as well as by colour; the numbers stand beside it in words. */
export function Segments({ segments }: { readonly segments: readonly Segment[] }) {
  const present = segments.filter(({ n }) => n > 0)
  const total = present.reduce((sum, { n }) => sum + n, 0)
  const raised = present.map(({ n }) => Math.max(LEAST, (n / total) * WIDTH))
  const over = raised.reduce((sum, width) => sum + width, 0) / WIDTH
  let x = 0
  return (
    <svg className="segments" viewBox={`0 0 ${WIDTH} 8`} width={WIDTH} height="8" aria-hidden="true">
      {total === 0 ? <rect className="seg-thin" x="0" y="3" width={WIDTH} height="2" /> : null}
      {present.map(({ name, fill }, i) => {
        const width = (raised[i] ?? 0) / over
        const at = x
        x += width
        const thin = fill === 'thin'
        const end = i === present.length - 1 ? 0 : 0.8
        return (
          <rect
            key={name}
            className={`seg-${fill}`}
            fill={fill === 'run' ? 'url(#hatch-run)' : fill === 'held' ? 'url(#stripes-held)' : undefined}
            x={at}
            y={thin ? 3 : 0.5}
            width={Math.max(1, width - end)}
            height={thin ? 2 : 7}
          />
        )
      })}
    </svg>
  )
}

/** The patterns that Segments refers to; once in the window. */
export function SegmentPatterns(): ReactNode {
  return (
    <svg className="only-read" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern id="hatch-run" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <rect className="seg-run-light" width="4" height="4" />
          <rect className="seg-run-line" width="4" height="2.6" />
        </pattern>
        <pattern id="stripes-held" width="3" height="8" patternUnits="userSpaceOnUse">
          <rect className="seg-held-line" width="1.6" height="8" />
        </pattern>
      </defs>
    </svg>
  )
}
