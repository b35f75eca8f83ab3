import type { ConformerDocument, ConformerState } from '../documents.ts'
import type { Look } from '../ui/badge.tsx'

/** The field's words for the life of a conformer. */
export const conformerLooks: { readonly [State in ConformerState]: Look } = {
  pending: { word: 'Pending', shape: 'dashed ring', tone: 'neutral' },
  optimizing: { word: 'Optimizing', shape: 'half disc', tone: 'run' },
  optimized: { word: 'Optimized', shape: 'ring check', tone: 'done' },
  nmr_running: { word: 'NMR running', shape: 'half disc', tone: 'run' },
  nmr_complete: { word: 'NMR complete', shape: 'disc check', tone: 'done' },
  failed: { word: 'Failed', shape: 'octagon', tone: 'fail' },
  timeout: { word: 'Failed', shape: 'octagon', tone: 'fail' },
  lost: { word: 'Unknown', shape: 'question', tone: 'attention' },
  cancelled: { word: 'Stopped', shape: 'slash', tone: 'neutral' },
  filtered: { word: 'Filtered out', shape: 'funnel', tone: 'neutral' },
}

/** `complete`: all steps done, a failed one never among them. `total`: all but those filtered out. */
export function countConformers(conformers: readonly ConformerDocument[]) {
  const of = (...states: readonly ConformerState[]) => conformers.filter(each => states.includes(each.state)).length
  return {
    complete: of('nmr_complete'),
    total: conformers.length - of('filtered'),
    failed: of('failed', 'timeout'),
  }
}
