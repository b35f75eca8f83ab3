import type { Unsubscribe, Update } from './contract.ts'

/** What the preload script gives the page of the desktop window: one way up, one way down, and nothing of Electron. */
export interface DesktopBridge {
  /** Resolves with the call's answer; rejects where there is no such call, or this page may not make it. */
  invoke(call: string, ...args: readonly unknown[]): Promise<unknown>
  /** What the host says from now on, in order. */
  listen(listener: (message: HostMessage) => void): Unsubscribe
}

export type HostMessage =
  /** Answered by the call `taken`: a page that takes nothing gets a snapshot when it does again. */
  | { readonly is: 'update'; readonly update: Update }
  /** What goes through the Engine's channel of this name; through `engine`, whether one lives. */
  | { readonly is: 'channel'; readonly channel: Channel; readonly value: unknown }
  /** An entry of the native menu was chosen. */
  | { readonly is: 'menu'; readonly entry: MenuEntry }
  /** What a notice was about is to be shown: the end of the page's own address, `#/...`. */
  | { readonly is: 'go'; readonly address: string }

/** What a page listens to from the call `listen` until `unlisten`. */
export const CHANNELS = ['engine', 'readings', 'questions', 'activity'] as const
export type Channel = (typeof CHANNELS)[number]

/** The entries of the native menu that the page carries out: commands of its keys. */
export type MenuEntry =
  | 'new'
  | 'queue'
  | 'ensembles'
  | 'benchmarks'
  | 'results'
  | 'machines'
  | 'settings'
  | 'palette'
  | 'help'
  | 'undo'

export type Theme = 'system' | 'light' | 'dark'
