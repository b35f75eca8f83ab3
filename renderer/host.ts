import type { MachineName, RunId } from '../shared/ids.ts'

/** Something that only some hosts can do, or, in a sentence, why this one cannot. */
export type Ability<Act> = Act | string

/** What the program around the page can do for it: Electron much, a browser little. */
export interface Host {
  readonly name: 'electron' | 'browser'
  /** Shows the readable folder of a run, or of one of its jobs, in the system's file manager. */
  readonly openFolder: Ability<(run: RunId, job: string | null) => void>
  /** A shell on a machine, in this folder. */
  readonly openTerminal: Ability<(machine: MachineName, dir: string | null) => void>
}

/** A browser tab. */
export const browserHost: Host = {
  name: 'browser',
  openFolder: 'A browser cannot open folders of this computer. Copy the path instead.',
  openTerminal: 'A browser cannot open a terminal. Copy the path instead.',
}
