import { useEffect, useState } from 'react'

/** After so long a person wants to know why. */
const LATE_MS = 10_000

interface LoadingProps {
  /** What is being done. */
  readonly what: string
  /** Why it takes long, and whether anything is to be done. */
  readonly late: string
}

/** In the place of a screen whose content is on its way: what is waited for, and bars where the rows will stand. */
export function Loading({ what, late }: LoadingProps) {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="loading pad">
      <p className="hint" role="status">
        {what}
        {isLate ? ` ${late}` : ''}
      </p>
      <div aria-hidden="true">
        {ROWS.map(width => (
          <div key={width} className="loading-row">
            <i style={{ width: `${width}%` }} />
            <i />
          </div>
        ))}
      </div>
    </div>
  )
}

/** Per cent of the width, each once. */
const ROWS = [34, 27, 41, 30, 37, 24] as const
