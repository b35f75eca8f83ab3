import { useState } from 'react'
import type { Machine } from '../../shared/model/machine.ts'
import { useLarmor } from '../larmor.ts'
import { Dialog } from '../ui/dialog.tsx'

/** The two keys of a machine that shows another one than before. */
export interface ChangedKey {
  readonly offered: string
  readonly keytype: string
  /** One, or those of its several types. */
  readonly trusted: readonly string[]
}

interface ChangedKeyDialogProps {
  readonly machine: Machine
  readonly keys: ChangedKey
  onClose(): void
  /** The key was replaced: try again. */
  onReplaced(): void
}

/** Blocked, until somebody who knows says the new fingerprint: it is pasted here, and has to match. */
export function ChangedKeyDialog({ machine, keys, onClose, onReplaced }: ChangedKeyDialogProps) {
  const { engine } = useLarmor()
  const [pasted, setPasted] = useState('')
  const [trouble, setTrouble] = useState<string | null>(null)
  const matches = plain(pasted) === plain(keys.offered)
  const { ssh } = machine.settings

  async function replace(): Promise<void> {
    if (!ssh) return
    if (!matches) {
      setTrouble(
        pasted.trim() === '' ? 'Paste the fingerprint that you were told.' : 'This is not the key that is offered now.',
      )
      return
    }
    const settings = { ...machine.settings, ssh: { ...ssh, host_key: keys.offered } }
    const set = await engine.send({ type: 'machine.set', machine: { ...machine, settings } })
    if (set.ok) onReplaced()
    else setTrouble(set.fault.message)
  }
  return (
    <Dialog
      title={`${machine.name} has a different host key. It is blocked.`}
      onClose={onClose}
      onSubmit={() => void replace()}
    >
      <p>
        The machine that answers at {ssh?.host} is not the one that you trusted. It may have been set up anew, or
        somebody is between you and it. No password and no file was sent.
      </p>
      <dl className="host-keys">
        <dt>Trusted</dt>
        <dd>
          {keys.trusted.map(trusted => (
            <code key={trusted}>{trusted}</code>
          ))}
        </dd>
        <dt>Offered now</dt>
        <dd>
          <code>{keys.offered}</code>
          <span className="hint">{keys.keytype}</span>
        </dd>
      </dl>
      <label>
        Ask those who run it for the new fingerprint, and paste it here. The key is replaced only if it matches.
        <input
          className="machine-text"
          value={pasted}
          placeholder="SHA256:"
          spellCheck={false}
          aria-invalid={trouble !== null}
          aria-describedby="key-trouble"
          onChange={event => {
            setPasted(event.currentTarget.value)
            setTrouble(null)
          }}
        />
      </label>
      <p id="key-trouble" className="error" role="alert">
        {trouble}
      </p>
      <div className="row end">
        <button type="submit" aria-disabled={!matches}>
          Replace key
        </button>
        <button type="button" className="primary" onClick={onClose}>
          Keep it blocked
        </button>
      </div>
    </Dialog>
  )
}

/** Fingerprints are the same with and without their padding. */
function plain(fingerprint: string): string {
  return fingerprint.trim().replace(/=+$/, '')
}
