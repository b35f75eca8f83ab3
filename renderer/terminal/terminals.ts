import type { MachineName } from '../../shared/ids.ts'
import { cell } from '../cell.ts'

/** A terminal in the drawer. */
export interface ShownTerminal {
  readonly id: number
  readonly machine: MachineName
  readonly dir: string | null
}

interface Drawer {
  readonly terminals: readonly ShownTerminal[]
  readonly shown: number | null
}

/** What the drawer at the foot of the window holds. */
export const drawer = cell<Drawer>({ terminals: [], shown: null })
let last = 0

/** A shell on a machine, in this folder (null: at home), in the drawer. */
export function openTerminal(machine: MachineName, dir: string | null): void {
  last += 1
  drawer.set({ terminals: [...drawer.get().terminals, { id: last, machine, dir }], shown: last })
}

export function showTerminal(id: number): void {
  drawer.set({ ...drawer.get(), shown: id })
}

export function closeTerminal(id: number): void {
  const terminals = drawer.get().terminals.filter(terminal => terminal.id !== id)
  const { shown } = drawer.get()
  drawer.set({ terminals, shown: shown === id ? (terminals.at(-1)?.id ?? null) : shown })
}
