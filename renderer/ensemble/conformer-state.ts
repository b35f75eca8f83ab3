import type { Reading } from '../../shared/contract.ts'
import type { ConformerState, ShownConformer, ShownNmr } from '../../shared/workflows/index.ts'
import type { Shortfall } from '../runs/outcome-counts.ts'
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

/** `complete`: all steps done. `total`: all but those filtered out. Without a program the energies are all there is. */
export function countConformers(conformers: readonly ShownConformer[], program: ShownNmr['program']) {
  const of = (...states: readonly ConformerState[]) => conformers.filter(each => states.includes(each.state)).length
  const short: readonly Shortfall[] = [
    { word: 'failed', n: of('failed', 'timeout') },
    { word: 'unknown', n: of('lost') },
    { word: 'stopped', n: of('cancelled') },
  ]
  return {
    complete: of(program === 'none' ? 'optimized' : 'nmr_complete'),
    total: conformers.length - of('filtered'),
    short: short.filter(({ n }) => n > 0),
  }
}

/** `cycle 14, SCF 6`: where the running job is; null where nothing is heard of it. */
export function liveText(reading: Reading | undefined): string | null {
  if (!reading) return null
  const parts = [
    reading.opt_cycle === null ? null : `cycle ${reading.opt_cycle}`,
    reading.scf_cycle === null ? null : `SCF ${reading.scf_cycle}`,
  ]
  return parts.filter(part => part !== null).join(', ') || null
}
