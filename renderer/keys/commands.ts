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
  import: { does: 'Import a folder of finished outputs', place: 'Anywhere', keys: [] },
  undo: { does: 'Undo', place: 'Anywhere', keys: ['Ctrl+Z'] },
  help: { does: 'All keys', place: 'Anywhere', keys: ['?'] },
  cardNext: { does: 'Next conformer', place: 'Ensemble', keys: ['ArrowRight'], local: true },
  cardPrevious: { does: 'Previous conformer', place: 'Ensemble', keys: ['ArrowLeft'], local: true },
  cardDown: { does: 'Conformer below', place: 'Ensemble', keys: ['ArrowDown'], local: true },
  cardUp: { does: 'Conformer above', place: 'Ensemble', keys: ['ArrowUp'], local: true },
  cardPin: { does: 'Pin the conformer', place: 'Ensemble', keys: ['Space'], local: true },
  peakNext: { does: 'Next peak', place: 'Ensemble', keys: [']'] },
  peakPrevious: { does: 'Previous peak', place: 'Ensemble', keys: ['['] },
  zoomIn: { does: 'Zoom into the spectrum', place: 'Ensemble', keys: ['+', '='] },
  zoomOut: { does: 'Zoom out', place: 'Ensemble', keys: ['-'] },
  zoomFit: { does: 'Show the whole spectrum', place: 'Ensemble', keys: ['0'] },
  submit: { does: 'Start the run', place: 'New run', keys: ['Ctrl+Enter'] },
  tables: { does: 'Charts as tables, and back', place: 'Anywhere', keys: ['T'] },
  theme: { does: 'Light or dark', place: 'Anywhere', keys: [] },
  down: { does: 'Next row', place: 'Queue', keys: ['ArrowDown'], local: true },
  up: { does: 'Row before', place: 'Queue', keys: ['ArrowUp'], local: true },
  first: { does: 'First row', place: 'Queue', keys: ['Home'], local: true },
  last: { does: 'Last row', place: 'Queue', keys: ['End'], local: true },
  open: { does: 'Show the jobs of a run', place: 'Queue', keys: ['ArrowRight'], local: true },
  shut: { does: 'Hide them', place: 'Queue', keys: ['ArrowLeft'], local: true },
  tick: { does: 'Select', place: 'Queue', keys: ['Space'], local: true },
  'tick-down': { does: 'Select downwards', place: 'Queue', keys: ['Shift+ArrowDown'], local: true },
  'tick-up': { does: 'Select upwards', place: 'Queue', keys: ['Shift+ArrowUp'], local: true },
  'tick-all': { does: 'Select all that pass the filter', place: 'Queue', keys: ['Ctrl+A'] },
  inspect: { does: 'Open in the inspector', place: 'Queue', keys: ['Enter'], local: true },
  filter: { does: 'Filter', place: 'Queue', keys: ['F'] },
  search: { does: 'Search in the queue', place: 'Queue', keys: ['/'] },
  resubmit: { does: 'Resubmit', place: 'Queue', keys: ['R'] },
  edit: { does: 'Edit the input, then resubmit', place: 'Queue', keys: ['E'] },
  pause: { does: 'Pause or resume the run', place: 'Queue', keys: ['H', 'P'] },
  cancel: { does: 'Cancel (asks)', place: 'Queue', keys: ['Delete'] },
  output: { does: 'Open the output', place: 'Queue', keys: ['O'] },
  'copy-id': { does: 'Copy the job\u2019s id', place: 'Queue', keys: ['C'] },
  close: { does: 'Close the inspector, then clear the selection', place: 'Queue', keys: ['Escape'] },
} as const satisfies Record<string, KeyCommand>

export type KeyCommandId = keyof typeof keyCommands
