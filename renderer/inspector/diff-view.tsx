import { useEffect, useState } from 'react'
import type { Job } from '../../shared/model/job.ts'
import type { Offer } from '../../shared/remedies/index.ts'
import type { ChangeDiff } from '../../shared/show/change-diff.ts'
import { useLarmor } from '../larmor.ts'
import { diffOf } from '../runs/fixes.ts'

/** What a remedy changes, line by line: what goes, what comes, and a little around. */
export function DiffView({ job, offer }: { readonly job: Job; readonly offer: Offer }) {
  const { engine } = useLarmor()
  const [diff, setDiff] = useState<ChangeDiff | string | null>(null)
  useEffect(() => {
    let gone = false
    diffOf(engine, job, offer).then(found => {
      if (!gone) setDiff(found)
    })
    return () => {
      gone = true
    }
  }, [engine, job, offer])
  if (diff === null) return <p className="hint">Comparing…</p>
  if (typeof diff === 'string') return <p className="hint">It cannot be shown: {diff}</p>
  if (diff.input === '' && diff.resources === '') return <p className="hint">The same input and resources again.</p>
  return (
    <div className="diff" data-diff={offer.id}>
      <DiffLines text={diff.input} />
      <DiffLines text={diff.resources} />
    </div>
  )
}

const SIGNS: Readonly<Record<string, string>> = { '+': 'came', '-': 'went' }

function DiffLines({ text }: { readonly text: string }) {
  if (text === '') return null
  return (
    <pre>
      {text.split('\n').map((line, i) => (
        // Lines of a text have no names.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <span key={i} className={SIGNS[line[0] ?? ''] ?? 'stays'}>
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}
