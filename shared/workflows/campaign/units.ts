import { type Job, lastAttempt } from '../../model/job.ts'
import type { Run } from '../../model/run.ts'
import { expectedSeconds, type Unit } from '../../progress/unit.ts'
import type { CampaignParams } from './params.ts'
import { type CampaignTask, nmrWork, optimisedGeometry, optKey, optWork } from './stage.ts'

/** Everything that takes time, in the order in which it is computed; weights by what was known at the start. */
export function unitsOf(run: Run, params: CampaignParams, tasks: readonly CampaignTask[]): readonly Unit[] {
  const opts = new Map<string, Unit>()
  const units: Unit[] = []
  for (const task of tasks) {
    const { molecule, solvent, opt } = task
    const key = optKey(molecule, solvent)
    if (params.geometry && !opts.has(key)) {
      const work = optWork(params, molecule, solvent)
      const seconds = expectedSeconds(run, work)
      const unit: Unit = { is: 'job', key, work, seconds, after: null, dead: false, shared: true }
      opts.set(key, unit)
      units.push(unit)
    }
    const work = nmrWork(params, task)
    units.push({
      is: 'job',
      key: task.key,
      work,
      seconds: expectedSeconds(run, work),
      after: params.geometry ? key : null,
      dead: task.job === undefined && isDead(opt),
    })
  }
  return units
}

function isDead(opt: Job | undefined): boolean {
  return opt !== undefined && lastAttempt(opt).outcome !== null && optimisedGeometry(opt) === null
}
