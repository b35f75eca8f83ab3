import { useEffect, useState } from 'react'
import type { Question } from '../../shared/contract.ts'
import { plural } from '../../shared/show/number.ts'
import { useEngineState, useLarmor } from '../larmor.ts'
import { Dialog } from '../ui/dialog.tsx'
import { note } from '../ui/toast.tsx'
import { openWork, workByMachine } from './machine-work.ts'
import { useQuestions } from './use-channel.ts'
import './machines.css'

/** Asks what a login wants of a person, wherever they are in the window. */
export function LoginDialogs() {
  const [question] = useQuestions()
  return question ? <LoginDialog key={question.id} question={question} /> : null
}

function LoginDialog({ question }: { readonly question: Question }) {
  const { engine, host } = useLarmor()
  const [answer, setAnswer] = useState('')
  const [keep, setKeep] = useState(false)
  const [sent, setSent] = useState(false)
  const { id, machine, kind, text, until } = question

  async function give(words: string | null): Promise<void> {
    setSent(true)
    const given = await (keep && typeof host.answerAndKeep !== 'string'
      ? host.answerAndKeep(id, words)
      : engine.answer(id, words))
    if (!given.ok) note(given.fault.message, { shape: 'octagon' })
  }
  const close = () => void give(null)

  if (kind === 'host-key') {
    return (
      <Dialog title={`Is this the key of ${machine}?`} onClose={close} onSubmit={() => void give('yes')}>
        <p>
          Larmor has never talked to this machine. Compare its fingerprint with what those who run it say. Nothing was
          sent yet, no password and no file.
        </p>
        <dl className="host-keys">
          <dt>Offered now</dt>
          <dd>
            <code>{question.fingerprint}</code>
            <span className="hint">{question.keytype}</span>
          </dd>
        </dl>
        <p className="words machine-text">{text}</p>
        <div className="row end">
          <button type="button" aria-disabled={sent} onClick={close}>
            Not now
          </button>
          <button type="submit" className="primary" aria-disabled={sent}>
            It is the same, trust it
          </button>
        </div>
      </Dialog>
    )
  }
  if (kind === 'touch') {
    return (
      <Dialog title="Touch your security key" onClose={close} onSubmit={close}>
        <p className="words machine-text">{text}</p>
        <p className="hint">
          It blinks. This closes by itself. <Meanwhile machine={machine} />
        </p>
        <div className="row end">
          <button type="button" aria-disabled={sent} onClick={close}>
            Later
          </button>
        </div>
      </Dialog>
    )
  }
  const word = kind === 'passphrase' ? 'Passphrase' : kind === 'password' ? 'Password' : 'Code'
  return (
    <Dialog title={`${word} for ${machine}`} onClose={close} onSubmit={() => answer !== '' && void give(answer)}>
      <p>{kind === 'passphrase' ? 'Your key is locked.' : `${machine} asks:`}</p>
      <p className="words machine-text" id="login-words">
        {text}
      </p>
      <label>
        {word}
        <input
          className="machine-text code"
          type={question.echo ? 'text' : 'password'}
          value={answer}
          autoComplete={kind === 'code' ? 'one-time-code' : 'off'}
          spellCheck={false}
          aria-describedby="login-words"
          onChange={event => setAnswer(event.currentTarget.value)}
        />
      </label>
      {kind === 'code' ? (
        <p className="hint">
          It is sent to {machine} only, and never stored. <Meanwhile machine={machine} />
        </p>
      ) : typeof host.answerAndKeep === 'string' ? (
        <p className="hint">
          It is not stored. <Meanwhile machine={machine} />
        </p>
      ) : (
        <label className="check">
          <input type="checkbox" checked={keep} onChange={event => setKeep(event.currentTarget.checked)} />
          Keep it in the keychain of this computer
        </label>
      )}
      <div className="row between">
        <TimeLeft until={until} />
        <div className="row end">
          <button type="button" aria-disabled={sent} onClick={close}>
            Later
          </button>
          <button type="submit" className="primary" aria-disabled={sent || answer === ''}>
            Connect
          </button>
        </div>
      </div>
    </Dialog>
  )
}

function Meanwhile({ machine }: { readonly machine: string }) {
  const open = openWork(workByMachine(useEngineState()).get(machine))
  return open === 0 ? null : <>{plural(open, 'job')} there go on either way.</>
}

/** How long the server will wait; what was typed stays until then. */
function TimeLeft({ until }: { readonly until: string | null }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  if (until === null) return <span />
  const left = Math.max(0, Math.round((Date.parse(until) - now) / 1000))
  return (
    <span className="hint" role="timer">
      The prompt ends in {Math.floor(left / 60)}:{String(left % 60).padStart(2, '0')}
    </span>
  )
}
