/** Where a command lives: the heading it stands under in the help. */
type Place = 'Anywhere' | 'Queue' | 'Ensemble' | 'New run'

export interface KeyCommand {
  readonly does: string
  readonly place: Place
  /** `Ctrl+K`, `Shift+ArrowDown`, `?`; Ctrl is Command on a Mac. The first is shown; none: by the palette alone. */
  readonly keys: readonly string[]
  /** Left out of the palette: it means something only where the focus is. */
  readonly local?: true
}

/** Every command that a key can give. The help (?) and the palette (Ctrl K) are made from this table and from no other. */
export const keyCommands = {
  queue: { does: 'Go to Queue', place: 'Anywhere', keys: ['1'] },
  ensembles: { does: 'Go to Ensembles', place: 'Anywhere', keys: ['2'] },
  benchmarks: { does: 'Go to Benchmarks', place: 'Anywhere', keys: ['3'] },
  results: { does: 'Go to Results', place: 'Anywhere', keys: ['4'] },
  machines: { does: 'Go to Machines', place: 'Anywhere', keys: ['5'] },
  settings: { does: 'Go to Settings', place: 'Anywhere', keys: ['6', 'Ctrl+,'] },
  palette: { does: 'Search runs, jobs, machines and commands', place: 'Anywhere', keys: ['Ctrl+K'], local: true },
  new: { does: 'New run', place: 'Anywhere', keys: ['Ctrl+N', 'N'] },
  undo: { does: 'Undo', place: 'Anywhere', keys: ['Ctrl+Z'] },
  help: { does: 'All keys', place: 'Anywhere', keys: ['?'] },
  theme: { does: 'Light or dark', place: 'Anywhere', keys: [] },
} as const satisfies Record<string, KeyCommand>

export type KeyCommandId = keyof typeof keyCommands
