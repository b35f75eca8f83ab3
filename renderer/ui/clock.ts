import { useEffect, useState } from 'react'

/** The time now in ms, anew every `every_ms`: for ages and durations, which grow while nothing happens. */
export function useNow(every_ms: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every_ms)
    return () => clearInterval(timer)
  }, [every_ms])
  return now
}
