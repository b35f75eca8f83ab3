import { useEffect, useRef, useState } from 'react'

const EVERY_MS = 30_000

/** Says changes to a screen reader, politely and at most every 30 s; the last word is always said. */
export function Announcer({ text }: { readonly text: string }) {
  const [said, say] = useState(text)
  const last = useRef(0)
  useEffect(() => {
    const wait = Math.max(0, last.current + EVERY_MS - Date.now())
    const timer = setTimeout(() => {
      last.current = Date.now()
      say(text)
    }, wait)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <div className="only-read" role="status">
      {said}
    </div>
  )
}
