import { type KeyboardEvent, useState } from 'react'
import { flushSync } from 'react-dom'
import type { State } from '../../shared/model/state.ts'
import { type KeyCommand, type KeyCommandId, keyCommands } from '../keys/commands.ts'
import { Keys } from '../keys/keys-text.tsx'
import { doableNow, doCommand } from '../keys/use-keys.ts'
import { Modal } from '../ui/modal.tsx'
import { type Find, findAll } from './find.ts'
import './palette.css'

interface PaletteProps {
  readonly state: State
  readonly open: boolean
  readonly onClose: () => void
}

interface Choice {
  readonly id: string
  readonly kind: string
  readonly text: string
  readonly beside: string
  readonly keys: string | null
  act(): void
}

/** Ctrl K: runs, jobs, molecules, machines, and every command that can be given now. */
export function Palette({ state, open, onClose }: PaletteProps) {
  if (!open) return null
  return (
    <Modal title="palette-title" className="palette" onClose={onClose}>
      <Search state={state} onClose={onClose} />
    </Modal>
  )
}

function Search({ state, onClose }: Omit<PaletteProps, 'open'>) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  // What can be done is asked before the dialog takes the focus from the screen.
  const [doable] = useState(doableNow)
  const choices = [...commandsFor(text, doable), ...findAll(state, text).map(choiceOf)].slice(0, 40)
  const chosen = Math.min(at, choices.length - 1)

  function choose(choice: Choice | undefined): void {
    if (!choice) return
    flushSync(onClose) // it gives the focus back first
    choice.act()
  }
  function press(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setAt((chosen + step + choices.length) % Math.max(1, choices.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choose(choices[chosen])
    }
  }
  return (
    <>
      <h2 id="palette-title" className="only-read">
        Search runs, jobs, machines and commands
      </h2>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-choices"
        aria-activedescendant={choices[chosen] ? `palette-${chosen}` : undefined}
        aria-label="Search"
        placeholder="Run, molecule, job, queue id, machine, command"
        value={text}
        onChange={event => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={press}
        spellCheck={false}
        autoComplete="off"
      />
      <div id="palette-choices" role="listbox" aria-label="Found" tabIndex={-1}>
        {choices.map((choice, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's
          <div
            key={choice.id}
            id={`palette-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            ref={element => {
              if (i === chosen) element?.scrollIntoView({ block: 'nearest' })
            }}
            onClick={() => choose(choice)}
          >
            <span className="palette-kind">{choice.kind}</span>
            <bdi className="palette-text">{choice.text}</bdi>
            <span className="palette-beside">{choice.beside}</span>
            {choice.keys === null ? null : <Keys keys={choice.keys} />}
          </div>
        ))}
      </div>
      {choices.length === 0 ? <p className="hint pad">Nothing here is called “{text}”.</p> : null}
    </>
  )
}

function commandsFor(text: string, doable: readonly KeyCommandId[]): readonly Choice[] {
  const words = text.trim().toLowerCase()
  return doable.flatMap(id => {
    const { does, keys, local }: KeyCommand = keyCommands[id]
    if (local || !does.toLowerCase().includes(words)) return []
    return [{ id, kind: 'Do', text: does, beside: '', keys: keys[0] ?? null, act: () => doCommand(id) }]
  })
}

function choiceOf({ id, kind, text, beside, address }: Find): Choice {
  return {
    id,
    kind,
    text,
    beside,
    keys: null,
    act: () => {
      location.hash = address
    },
  }
}
