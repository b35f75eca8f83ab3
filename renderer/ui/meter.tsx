export interface Part {
  /** Share of the whole, 0..1. */
  readonly share: number
  readonly tone: 'done' | 'run' | 'fail' | 'ink'
}

/** A bar in parts, from left to right. What it says stands in words beside it, so it is only drawn. */
export function Meter({ parts }: { readonly parts: readonly Part[] }) {
  let x = 0
  return (
    <svg className="meter" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      {parts.map(({ share, tone }) => {
        const width = Math.max(0, Math.min(100 - x, share * 100))
        const part = <rect key={tone} className={`part-${tone}`} x={x} y="0" width={width} height="1" />
        x += width
        return part
      })}
    </svg>
  )
}
