import type { Instant, MachineName, RemotePath } from '../../../shared/ids.ts'
import type { ForeignReport } from '../../../shared/model/foreign.ts'

const OUTCOMES: readonly ForeignReport['outcome'][] = ['completed', 'failed', 'timeout', 'incomplete', 'unknown']
const LONGEST = 500

/** What `larmor-report` wrote, as far as it can be understood; null members where it says nothing that can be. */
export function foreignReport(
  machine: MachineName,
  name: string,
  values: Readonly<Record<string, string>>,
  now: Instant,
): readonly ForeignReport[] {
  const outcome = OUTCOMES.find(known => known === values.outcome)
  const dir = values.dir ?? ''
  if (!outcome || values.label !== name || !dir.startsWith('/')) return []
  const said = (key: string) => values[key]?.slice(0, LONGEST) || null
  const energy = Number(said('energy_hartree') ?? Number.NaN)
  const at = Date.parse(values.at ?? '')
  return [
    {
      machine,
      name,
      outcome,
      category: /^[a-z-]{1,40}$/.test(values.category ?? '') ? (values.category ?? null) : null,
      program: /^[a-z0-9]{1,20}$/.test(values.program ?? '') ? (values.program ?? null) : null,
      file: said('file'),
      line: /^[1-9]\d{0,9}$/.test(values.line ?? '') ? Number(values.line) : null,
      text: said('text') ?? '',
      energy_hartree: Number.isFinite(energy) ? energy : null,
      dir: dir.slice(0, 4096) as RemotePath,
      host: said('host'),
      queue_id: said('queue_id'),
      at: Number.isNaN(at) ? now : new Date(at).toISOString(),
      adopted: null,
    },
  ]
}
