import { useEffect, useState } from 'react'
import type { Job } from '../../shared/model/job.ts'
import type { EditPlace } from '../../shared/programs/index.ts'
import { useLarmor } from '../larmor.ts'
import { placesOf } from '../runs/fixes.ts'

/** Where only an edit helps: the lines of the input that the failure is about. */
export function EditPlaces({ job }: { readonly job: Job }) {
  const { engine } = useLarmor()
  const [found, setFound] = useState<{ readonly of: Job; readonly places: readonly EditPlace[] } | null>(null)
  useEffect(() => {
    let isShown = true
    void placesOf(engine, job).then(places => isShown && setFound({ of: job, places }))
    return () => {
      isShown = false
    }
  }, [engine, job])
  if (found?.of !== job || found.places.length === 0) return null
  return (
    <ul aria-label="Places to edit">
      {found.places.map(({ file, line, text }) => (
        <li key={`${file}:${line}`}>
          <span className="hint">
            <bdi>{file ?? 'options'}</bdi>
            {line === null ? '' : `:${line}`}
          </span>{' '}
          <code>{text}</code>
        </li>
      ))}
    </ul>
  )
}
