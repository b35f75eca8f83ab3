import type { Engine } from '../../../shared/contract.ts'
import type { Json, RunId } from '../../../shared/ids.ts'
import { type JobId, jobId } from '../../../shared/ids.ts'
import { LOCAL } from '../../../shared/model/machine.ts'
import { orThrow } from '../../../shared/result.ts'

let runs = 0

/** Starts one job of this deck on this computer, as it is, or with repairs as a remedy makes them. */
export async function provoke(engine: Engine, deck: string, repairs?: Json): Promise<JobId> {
  const file = { name: 'deck.nw', ...orThrow(await engine.put(deck)) }
  const input = { kind: 'deck', files: [file], main: file.name, ...(repairs === undefined ? {} : { repairs }) }
  const resources = { ranks: 1, memory_mb: 700, seconds: 3600 }
  const params = { jobs: [{ key: 'j', machine: LOCAL, program: 'nwchem', input, resources }] } as unknown as Json
  runs += 1
  const run = `rprovoke${runs}` as RunId
  orThrow(await engine.send({ type: 'run.start', run, name: 'provoked', workflow: 'single', machine: LOCAL, params }))
  return jobId(run, 'j')
}
