import { join } from 'node:path'
import type { ContentRef } from '../../shared/ids.ts'
import type { JobResult } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { programs } from '../../shared/programs/index.ts'
import { type CampaignParams, jobsBefore } from '../../shared/workflows/index.ts'
import { openBlobs } from '../engine/store/blobs.ts'
import { openCalculations } from '../engine/store/calculations.ts'

/**
 * The keys of those of a campaign's calculations whose results lie in calculations/, as the engine will look for them.
 * `given`: the texts that the params refer to, by sha256.
 */
export async function foundOnDisk(
  home: string,
  params: CampaignParams,
  machine: Machine,
  given: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string>> {
  const calculations = openCalculations(join(home, 'calculations'))
  const blobs = openBlobs(join(home, 'blobs'))
  const program = programs[params.program]
  const version = machine.found[params.program]?.version ?? null
  const found = new Map<string, JobResult>()

  async function textOf(ref: ContentRef): Promise<string | null> {
    const text = given.get(ref.sha256)
    // What cannot be read is computed anew.
    return text ?? blobs.read(ref).then(String, () => null)
  }

  // Optimisations first, then what is computed on them.
  for (const _ of ['optimisations', 'shieldings']) {
    for (const { key, input } of jobsBefore(params, machine, found)) {
      if (found.has(key)) continue
      const texts = new Map<string, string | null>()
      for (const ref of program.contents(input)) texts.set(ref.sha256, await textOf(ref))
      if ([...texts.values()].includes(null)) continue
      const identity = program.calculation(input, ({ sha256 }) => texts.get(sha256) ?? '')
      const kept = identity === null ? undefined : await calculations.find(identity, version)
      if (kept) found.set(key, kept.result)
    }
  }
  return new Set(found.keys())
}
