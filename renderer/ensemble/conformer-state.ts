import type { Reading } from '../../shared/contract.ts'
import type { ConformerState, ShownConformer, ShownNmr } from '../../shared/workflows/index.ts'
import type { Shortfall } from '../runs/outcome-counts.ts'
import { standingLooks } from '../runs/standing.ts'
import type { Look } from '../ui/badge.tsx'

/** The field's words for the life of a conformer. */
const conformerLooks: { readonly [State in ConformerState]: Look } = {
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

/** What a witness contradicts is no plain success, as everywhere; while it goes on that is what it shows. */
export function conformerLook({ state, check }: Pick<ShownConformer, 'state' | 'check'>): Look {
  return check !== null && state !== 'nmr_running' ? standingLooks.check : conformerLooks[state]
}

/**
 * `complete`: all steps done, and none contradicted. `total`: all but those filtered out. Without a program the energies
 * are all there is.
 */
export function countConformers(conformers: readonly ShownConformer[], program: ShownNmr['program']) {
  const kept = conformers.filter(({ state }) => state !== 'filtered')
  const of = (...states: readonly ConformerState[]) =>
    kept.filter(({ state, check }) => check === null && states.includes(state)).length
  const short: readonly Shortfall[] = [
    { word: 'to check', n: kept.filter(({ check }) => check !== null).length },
    { word: 'failed', n: of('failed', 'timeout') },
    { word: 'unknown', n: of('lost') },
    { word: 'stopped', n: of('cancelled') },
  ]
  return {
    complete: of(program === 'none' ? 'optimized' : 'nmr_complete'),
    total: kept.length,
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
