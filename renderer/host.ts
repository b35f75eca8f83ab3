import type { Unsubscribe } from '../shared/contract.ts'
import type { MenuEntry, Theme } from '../shared/desktop.ts'
import type { MachineName, RunId } from '../shared/ids.ts'
import type { Result } from '../shared/result.ts'

import { openTerminal } from './terminal/terminals.ts'

/** Something that only some hosts can do, or, in a sentence, why this one cannot. */
export type Ability<Act> = Act | string

/** What the program around the page can do for it: Electron much, a browser little. */
export interface Host {
  readonly name: 'electron' | 'browser'
  /** Shows the readable folder of a run, or of one of its jobs, in the system's file manager. */
  readonly openFolder: Ability<(run: RunId, job: string | null) => void>
  /** A shell on a machine, in this folder. */
  readonly openTerminal: Ability<(machine: MachineName, dir: string | null) => void>
  /** Lets a file of a run's folder be dropped outside of the window; called when the drag begins. */
  readonly dragOut: Ability<(run: RunId, file: string) => void>
  /** Shows a source that Larmor cites, or a manual. */
  readonly openOutside: (url: string) => void
  /** Asks where, and writes; resolves when that is done, or was thought better of. */
  readonly saveFile: (name: string, data: string | Uint8Array<ArrayBuffer>) => Promise<void>
  /** Answers a login's question, and keeps the answer in the keychain for the next time. */
  readonly answerAndKeep: Ability<(question: string, answer: string | null) => Promise<Result<void>>>
  /** Tells what is around the page. */
  readonly setTheme: (theme: Theme) => void
  readonly onMenu: (choose: (entry: MenuEntry) => void) => Unsubscribe
  /** A notice was clicked: to where what it tells of is shown. */
  readonly onGo: (go: (address: string) => void) => Unsubscribe
  /** Called once the page listens to both: what was chosen while it loaded is told now. */
  readonly listens: () => void
}

/** A browser tab. */
export const browserHost: Host = {
  name: 'browser',
  openFolder: 'A browser cannot open folders of this computer. Copy the path instead.',
  openTerminal,
  dragOut: 'A browser cannot drag files out. Export them instead.',
  openOutside: url => void window.open(url, '_blank', 'noopener,noreferrer'),
  async saveFile(name, data) {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([data]))
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  },
  answerAndKeep: 'A browser keeps no secrets.',
  setTheme: () => {},
  onMenu: () => () => {},
  onGo: () => () => {},
  listens: () => {},
}
