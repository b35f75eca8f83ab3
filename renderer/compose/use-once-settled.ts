import { useEffect, useState } from 'react'

/**
 * What a person wished is done once all that was typed before is `settled`: never by what the form had before it. Returns
 * how to wish.
 */
export function useOnceSettled(settled: boolean, act: () => unknown): () => void {
  const [wished, wish] = useState(false)
  useEffect(() => {
    if (!wished || !settled) return
    wish(false)
    void act()
  })
  return () => wish(true)
}
