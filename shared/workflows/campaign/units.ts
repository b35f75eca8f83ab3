import type { Run } from '../../model/run.ts'
import { expectedSeconds, type Unit } from '../../progress/unit.ts'
import { nmrWork, optWork } from './jobs.ts'
import type { CampaignParams } from './params.ts'
import { type CampaignTask, optKey } from './tasks.ts'

/** Everything that takes time, in the order in which it is computed; weights by what was known at the start. */
export function unitsOf(run: Run, params: CampaignParams, tasks: readonly CampaignTask[]): readonly Unit[] {
  const opts = new Map<string, Unit>()
  const units: Unit[] = []
  for (const task of tasks) {
    const { molecule, solvent } = task
    const key = optKey(molecule, solvent)
    if (params.geometry && !opts.has(key)) {
      const work = optWork(params, task)
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
      // Its outcome is then that of the optimisation, without which it can never be.
      dead: task.job === undefined && task.outcome !== null,
    })
  }
  return units
}
