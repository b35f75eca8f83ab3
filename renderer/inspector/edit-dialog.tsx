import { useEffect, useState } from 'react'
import type { Job } from '../../shared/model/job.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { resubmitEdited, type SentFile, sentFiles } from '../runs/edit-input.ts'
import { Dialog } from '../ui/dialog.tsx'

/** What was sent, to be edited; a new attempt is sent with just that. */
export function EditDialog({ job, onClose }: { readonly job: Job; readonly onClose: () => void }) {
  const { engine, store } = useLarmor()
  const jobNamed = jobName(useEngineState(), job)
  const offline = useOffline()
  const [files, setFiles] = useState<readonly SentFile[] | string | null>(null)
  const [name, choose] = useState<string | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a person has begun to edit stays
  useEffect(() => {
    let gone = false
    sentFiles(engine, job).then(found => {
      if (!gone) setFiles(found)
    })
    return () => {
      gone = true
    }
  }, [engine, job.id])
  const all = typeof files === 'string' || files === null ? [] : files
  const texts = all.flatMap(file => ('text' in file ? [file] : []))
  const shown = texts.find(file => file.name === name) ?? texts[0]
  const kept = all.filter(file => 'content' in file)

  async function submit(): Promise<void> {
    if (offline === null && shown && (await resubmitEdited(engine, store, job, all))) onClose()
  }
  return (
    <Dialog title={`Edit ${jobNamed}`} wide onClose={onClose} onSubmit={submit}>
      <div className="edit-input">
        {files === null ? <p className="hint">Reading what was sent…</p> : null}
        {typeof files === 'string' ? <p className="error">It cannot be edited: {files}</p> : null}
        {shown ? (
          <>
            {texts.length > 1 ? (
              <label>
                File{' '}
                <select value={shown.name} onChange={event => choose(event.target.value)}>
                  {texts.map(file => (
                    <option key={file.name}>{file.name}</option>
                  ))}
                </select>
              </label>
            ) : (
              <p className="machine-text">{shown.name}</p>
            )}
            <textarea
              autoFocus
              className="machine-text"
              aria-label={shown.name}
              value={shown.text}
              rows={24}
              spellCheck={false}
              onChange={event => {
                const text = event.target.value
                setFiles(all.map(file => (file.name === shown.name ? { name: file.name, text } : file)))
              }}
            />
          </>
        ) : null}
        <p className="hint">
          The new attempt is sent just these files, with the resources of the last one, which stays as history.
          {kept.length > 0 ? ` Sent again as they are: ${kept.map(file => file.name).join(', ')}.` : ''}
        </p>
      </div>
      <div className="row end">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="primary" aria-disabled={offline !== null || !shown} title={offline ?? ''}>
          Resubmit as edited
        </button>
      </div>
    </Dialog>
  )
}
