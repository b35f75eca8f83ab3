import { useEffect } from 'react'
import { cell, useCell } from '../cell.ts'
import { Keys } from '../keys/keys-text.tsx'
import { Icon, type Shape } from './badge.tsx'

interface Note {
  readonly id: number
  readonly text: string
  readonly shape: Shape
  readonly undo: (() => void) | null
}

const SECONDS = 10
const UNDO_STEPS = 20

const shown = cell<readonly Note[]>([])
const undoable: (() => void)[] = []
let last = 0

interface NoteWish {
  readonly shape?: Shape
  /** Takes it back. Left out where that is impossible. */
  readonly undo?: () => void
}

/** Says what was done, for 10 s; what can be taken back can be taken back for the last 20 steps. */
export function note(text: string, { shape = 'disc check', undo }: NoteWish = {}): void {
  last += 1
  const id = last
  let open = true
  const back = undo
    ? () => {
        if (!open) return
        open = false
        undo()
        drop(id)
      }
    : null
  if (back) undoable.push(back)
  if (undoable.length > UNDO_STEPS) undoable.shift()
  shown.set([...shown.get(), { id, text, shape, undo: back }].slice(-3))
}

/** Takes back the last step that can be; false when there is none. */
export function undoLast(): boolean {
  const back = undoable.pop()
  back?.()
  return back !== undefined
}

function drop(id: number): void {
  shown.set(shown.get().filter(each => each.id !== id))
}

/** The notes, at the foot of the window. */
export function Notes() {
  const notes = useCell(shown)
  return (
    <div className="notes-corner" role="status" aria-label="Notes">
      {notes.map(each => (
        <NoteBox key={each.id} note={each} />
      ))}
    </div>
  )
}

function NoteBox({ note: { id, text, shape, undo } }: { readonly note: Note }) {
  useEffect(() => {
    const timer = setTimeout(() => drop(id), SECONDS * 1000)
    return () => clearTimeout(timer)
  }, [id])
  return (
    <div className="note">
      <Icon shape={shape} />
      <span>{text}</span>
      {undo ? (
        <button type="button" className="link" onClick={undo}>
          Undo
        </button>
      ) : null}
      {undo ? <Keys keys="Ctrl+Z" /> : null}
    </div>
  )
}
