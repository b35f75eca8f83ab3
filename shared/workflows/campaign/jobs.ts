import type { ContentRef } from '../../ids.ts'
import type { JobSpec } from '../../model/job.ts'
import type { Run } from '../../model/run.ts'
import { levelAlone, type NwchemCalculation } from '../../programs/index.ts'
import type { JobWork } from '../../progress/time-model.ts'
import { calculationInput } from '../calculation.ts'
import { calculationWork } from '../job-work.ts'
import type { CampaignLevel, CampaignParams } from './params.ts'
import { type CampaignTask, optKey } from './tasks.ts'

/** What is computed, whatever the level. */
type Subject = Pick<CampaignTask, 'molecule' | 'solvent'>

/** The optimisation that all levels of a molecule in a solvent share. */
export function optJob(run: Run, params: CampaignParams, subject: Subject): JobSpec {
  const { molecule, solvent } = subject
  return jobOf(
    run,
    params,
    { ...subject, key: optKey(molecule, solvent) },
    {
      work: optWork(params, subject),
      task: 'opt',
      geometry: molecule.geometry,
      ...levelAlone(params.geometry ?? { xc: '', basis: '' }),
      shielding: null,
    },
  )
}

/** The shieldings of a task, on `geometry`. */
export function nmrJob(run: Run, params: CampaignParams, task: CampaignTask, geometry: ContentRef): JobSpec {
  const shielding = levelAlone(task.level)
  return jobOf(run, params, task, {
    work: nmrWork(params, task),
    task: 'nmr',
    geometry,
    ...(params.geometry ? levelAlone(params.geometry) : shielding),
    shielding,
  })
}

function jobOf(
  run: Run,
  params: CampaignParams,
  { molecule, solvent, key }: Subject & { readonly key: string },
  {
    work,
    ...step
  }: Pick<NwchemCalculation, 'task' | 'geometry' | 'xc' | 'basis' | 'cavity' | 'shielding'> & {
    readonly work: JobWork
  },
): JobSpec {
  const { program, resources, max_cycles } = params
  const input = calculationInput(program, {
    ...step,
    atoms: molecule.elements.length,
    title: `${molecule.name} ${key}`,
    charge: molecule.charge,
    solvent: solvent.id,
    max_cycles,
    autoz: molecule.autoz,
  })
  return { key, machine: run.machine, program, input, resources, work }
}

/** What the time of an optimisation goes with. */
export function optWork(params: CampaignParams, subject: Subject): JobWork {
  const { basis = '', label = '' } = params.geometry ?? {}
  return workOf(params, 'opt', subject, { basis, label })
}

/** What the time of the shieldings goes with. */
export function nmrWork(params: CampaignParams, task: Subject & Pick<CampaignTask, 'level'>): JobWork {
  return workOf(params, 'nmr', task, task.level)
}

function workOf(
  { program, resources }: CampaignParams,
  task: string,
  { molecule: { id, elements }, solvent }: Subject,
  { basis, label }: Pick<CampaignLevel, 'basis' | 'label'>,
): JobWork {
  const { ranks } = resources
  return calculationWork({ program, task, level: label, basis, elements, solvent: solvent.id, ranks, molecule: id })
}
