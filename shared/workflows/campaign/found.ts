import type { Json } from '../../ids.ts'
import { completedResult, type Job, type JobResult, type JobSpec, lastAttempt } from '../../model/job.ts'
import type { Machine } from '../../model/machine.ts'
import type { Run } from '../../model/run.ts'
import { wordOfInput } from '../../model/same-calculation.ts'
import type { CampaignParams } from './params.ts'
import { planCampaign } from './plan.ts'

/**
 * The jobs of a campaign that can be named before it is started: optimisations, and shieldings on a geometry that is
 * known. `found`: results that are here, by key; with those of the optimisations the shieldings on them are named too.
 */
export function jobsBefore(
  params: CampaignParams,
  machine: Machine,
  found: ReadonlyMap<string, JobResult>,
): readonly JobSpec[] {
  const run = { id: 'before', name: '', machine: machine.name, params: { ...params, ahead: null } as unknown as Json }
  const job = (key: string) => {
    const result = found.get(key)
    return result && ({ attempts: [{ n: 1, outcome: 'completed', phase: { is: 'parsed', result } }] } as unknown as Job)
  }
  return planCampaign({ run: run as unknown as Run, job, task: () => undefined }).jobs
}

/** The keys of those calculations that one of these jobs has done already: the same input, by the machine's program. */
export function foundAmong(jobs: readonly Job[], params: CampaignParams, machine: Machine): ReadonlySet<string> {
  const version = machine.found[params.program]?.version ?? null
  const done = new Map<string, JobResult>()
  for (const job of jobs) {
    const result = completedResult(job)
    if (!result || job.program !== params.program || (version !== null && result.version !== version)) continue
    done.set(wordOfInput(lastAttempt(job).input), result)
  }
  const found = new Map<string, JobResult>()
  // Optimisations first, then what is computed on them.
  for (const _ of ['optimisations', 'shieldings']) {
    for (const { key, input } of jobsBefore(params, machine, found)) {
      const result = done.get(wordOfInput(input))
      if (result) found.set(key, result)
    }
  }
  return new Set(found.keys())
}
