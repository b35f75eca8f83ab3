import { useLayoutEffect, useRef } from 'react'
import { type KeyCommand, type KeyCommandId, keyCommands } from './commands.ts'

/** A getter may give undefined while its command means nothing, e.g. where the focus is elsewhere. */
type Handlers = { readonly [Id in KeyCommandId]?: (() => void) | undefined }

/** Those that can be done now; the innermost, mounted last, is asked first. */
const mounted: { current: Handlers }[] = []

/** These commands can be done while the component is there: from the moment on in which it is, for who types ahead. */
export function useKeys(handlers: Handlers): void {
  const latest = useRef(handlers)
  latest.current = handlers
  useLayoutEffect(() => {
    mounted.push(latest)
    return () => {
      mounted.splice(mounted.indexOf(latest), 1)
    }
  }, [])
}

/** The commands that can be done now, in the order of the table. */
export function doableNow(): readonly KeyCommandId[] {
  return (Object.keys(keyCommands) as KeyCommandId[]).filter(id => handlerOf(id) !== undefined)
}

export function doCommand(id: KeyCommandId): void {
  handlerOf(id)?.()
}

function handlerOf(id: KeyCommandId): (() => void) | undefined {
  return mounted.findLast(({ current }) => current[id])?.current[id]
}

/** One listener for the whole window. */
export function listenForKeys(): () => void {
  const take = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const pressed = keyName(event)
    // What is typed into a field belongs to the field; a dialog keeps its keys.
    if (isTyping(event.target) && !/^(Ctrl|Alt)\+/.test(pressed) && pressed !== 'Escape') return
    if (isTyping(event.target) && pressed === 'Ctrl+Z') return
    if (isTyping(event.target) && pressed === 'Ctrl+A') return
    if (document.querySelector('dialog[open]') && pressed !== 'Ctrl+K') return
    const commands = Object.entries<KeyCommand>(keyCommands) as [KeyCommandId, KeyCommand][]
    const found = commands.find(
      ([id, { keys, local }]) =>
        keys.includes(pressed) && handlerOf(id) !== undefined && (local !== true || isInPlace(event.target)),
    )
    if (!found) return
    event.preventDefault()
    doCommand(found[0])
  }
  addEventListener('keydown', take)
  return () => removeEventListener('keydown', take)
}

/** `Ctrl+K`, `Shift+ArrowDown`, `?`: Shift is named only where the key itself does not show it. */
function keyName({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): string {
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key
  const parts = [ctrlKey || metaKey ? 'Ctrl' : '', altKey ? 'Alt' : '', shiftKey && key.length > 1 ? 'Shift' : '', name]
  return parts.filter(part => part !== '').join('+')
}

/** What means something only where the focus is: in the list itself, or nowhere in particular. */
function isInPlace(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return true
  return target === document.body || target.id === 'main' || target.matches('[data-keys]')
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
