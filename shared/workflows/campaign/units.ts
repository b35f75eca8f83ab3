import { type Job, lastAttempt } from '../../model/job.ts'
import { basisFunctions } from '../../progress/basis-size.ts'
import { fitTimes, type Work } from '../../progress/time-model.ts'
import type { Unit } from '../../progress/unit.ts'
import type { CampaignMolecule, CampaignParams, CampaignSolvent } from './params.ts'
import { type CampaignTask, optimisedGeometry, optKey } from './stage.ts'

/** What the time of an optimisation goes with. */
function optWork(params: CampaignParams, molecule: CampaignMolecule, solvent: CampaignSolvent): Work {
  const { basis = '', label = '' } = params.geometry ?? {}
  return {
    functions: basisFunctions(molecule.elements, basis),
    terms: ['task:opt', `level:${label}`, `solvent:${solvent.id}`, `ranks:${params.resources.ranks}`],
  }
}

/** What the time of the shieldings goes with. */
function nmrWork(
  params: CampaignParams,
  { molecule, level, solvent }: Pick<CampaignTask, 'molecule' | 'level' | 'solvent'>,
): Work {
  return {
    functions: basisFunctions(molecule.elements, level.basis),
    terms: ['task:nmr', `level:${level.label}`, `solvent:${solvent.id}`, `ranks:${params.resources.ranks}`],
  }
}

/** Everything that takes time, in the order in which it is computed; weights by what was known at the start. */
export function unitsOf(params: CampaignParams, tasks: readonly CampaignTask[]): readonly Unit[] {
  const model = fitTimes(params.times)
  const seconds = (work: Work) => Math.exp(model.logSeconds(work))
  const opts = new Map<string, Unit>()
  const units: Unit[] = []
  for (const task of tasks) {
    const { molecule, solvent, opt } = task
    const key = optKey(molecule, solvent)
    if (params.geometry && !opts.has(key)) {
      const work = optWork(params, molecule, solvent)
      const unit = { key, molecule: molecule.id, work, seconds: seconds(work), after: null, dead: false }
      opts.set(key, unit)
      units.push(unit)
    }
    const work = nmrWork(params, task)
    units.push({
      key: task.key,
      molecule: molecule.id,
      work,
      seconds: seconds(work),
      after: params.geometry ? key : null,
      dead: task.job === undefined && isDead(opt),
    })
  }
  return units
}

function isDead(opt: Job | undefined): boolean {
  return opt !== undefined && lastAttempt(opt).outcome !== null && optimisedGeometry(opt) === null
}
