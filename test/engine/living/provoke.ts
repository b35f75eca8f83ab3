import type { Engine } from '../../../shared/contract.ts'
import type { Json, RunId } from '../../../shared/ids.ts'
import { type JobId, jobId } from '../../../shared/ids.ts'
import { LOCAL } from '../../../shared/model/machine.ts'
import { orThrow } from '../../../shared/result.ts'

let runs = 0

/** Starts one job of this deck and the files beside it on this computer, as it is, or with repairs as a remedy makes them. */
export async function provoke(
  engine: Engine,
  deck: string,
  repairs?: Json,
  beside: Readonly<Record<string, string>> = {},
): Promise<JobId> {
  const files = []
  for (const [name, text] of Object.entries({ 'deck.nw': deck, ...beside }))
    files.push({ name, ...orThrow(await engine.put(text)) })
  const input = { kind: 'deck', files, main: 'deck.nw', ...(repairs === undefined ? {} : { repairs }) }
  const resources = { ranks: 1, memory_mb: 700, seconds: 3600 }
  const params = { jobs: [{ key: 'j', machine: LOCAL, program: 'nwchem', input, resources }] } as unknown as Json
  runs += 1
  const run = `rprovoke${runs}` as RunId
  orThrow(await engine.send({ type: 'run.start', run, name: 'provoked', workflow: 'single', machine: LOCAL, params }))
  return jobId(run, 'j')
}
