import type { ContentRef } from '../../ids.ts'
import type { JobSpec } from '../../model/job.ts'
import type { Run } from '../../model/run.ts'
import type { MoleculeInfo } from '../../nmr/molecule-info.ts'
import { tmsElements } from '../../nmr/tms.ts'
import { findLevelOf, type Level, levelAlone, type NwchemCalculation, type NwchemTask } from '../../programs/index.ts'
import type { JobWork } from '../../progress/time-model.ts'
import { calculationInput, hasStraightAngle } from '../calculation.ts'
import { calculationWork } from '../job-work.ts'
import type { NmrParams } from './params.ts'

/** The name of the reference compound in the keys of its jobs. */
export const TMS = 'reference-tms'

/** The shieldings of some nuclei, at a level of their own. */
type OtherTask = `nmr-${string}`

/** `nmr-H`. */
export function otherTask({ elements }: NonNullable<NmrParams['other']>): OtherTask {
  return `nmr-${elements.join('-')}`
}

/** `c-3fa9b2/opt`: which molecule or conformer, and what is done with it. */
export function jobKey(of: string, task: NwchemTask | OtherTask): string {
  return `${of}/${task}`
}

/** A calculation on a conformer of the run's molecule. */
export function conformerJob(
  run: Run,
  params: NmrParams,
  molecule: MoleculeInfo,
  conformer: { readonly id: string; readonly geometry: ContentRef },
  task: Calculated | 'other',
): JobSpec {
  return spec(run, params, conformer.id, task, {
    work: nmrWork(run, params, molecule.elements, task),
    geometry: conformer.geometry,
    atoms: molecule.elements.length,
    charge: params.charge,
    autoz: !hasStraightAngle(molecule.bonds),
  })
}

/** A calculation on TMS, at the level of the run. */
export function tmsJob(run: Run, params: NmrParams, geometry: ContentRef, atoms: number, task: Calculated): JobSpec {
  const work = nmrWork(run, params, null, task)
  return spec(run, params, TMS, task, { work, geometry, atoms, charge: 0, autoz: true })
}

function spec(
  run: Run,
  params: NmrParams,
  of: string,
  step: Calculated | 'other',
  {
    work,
    ...molecule
  }: Pick<NwchemCalculation, 'geometry' | 'atoms' | 'charge' | 'autoz'> & { readonly work: JobWork },
): JobSpec {
  const other = step === 'other' ? params.other : undefined
  const task = step === 'other' ? 'nmr' : step
  const key = jobKey(of, other ? otherTask(other) : task)
  const program = params.program === 'orca' ? 'orca' : 'nwchem'
  const input = calculationInput(program, {
    task,
    ...molecule,
    title: `${run.name} ${key}`,
    ...params.geometry,
    shielding: other ? levelAlone(other) : params.shielding,
    solvent: params.solvent,
    max_cycles: params.max_cycles,
  })
  return { key, machine: run.machine, program, input, resources: params.resources, work }
}

type Calculated = Extract<NwchemTask, 'opt' | 'nmr' | 'opt+nmr'>

/** What a job does: `pre` is the optimisation by xtb, `other` shieldings at the level of some nuclei alone. */
export type NmrStep = Calculated | 'pre' | 'other'

/** What the time of a job goes with; `elements` of the run's molecule, null for the reference compound. */
export function nmrWork(
  run: Pick<Run, 'id'>,
  params: NmrParams,
  elements: readonly string[] | null,
  step: NmrStep,
): JobWork {
  const { solvent, resources } = params
  const common = {
    elements: elements ?? tmsElements,
    molecule: elements === null ? TMS : run.id,
    solvent,
    ranks: resources.ranks,
  }
  // Its own basis is a minimal one.
  if (step === 'pre') return calculationWork({ ...common, program: 'xtb', task: 'opt', level: 'GFN2', basis: 'STO-3G' })
  const program = params.program === 'orca' ? 'orca' : 'nwchem'
  const nameOf = (level: Level) => {
    const found = findLevelOf(program, level)
    return found.ok ? found.value.label : `${level.xc}/${level.basis}`
  }
  const shielding = step === 'other' ? (params.other ?? params.shielding) : params.shielding
  const { basis } = step === 'opt' ? params.geometry : shielding
  const level =
    step === 'opt'
      ? nameOf(params.geometry)
      : step === 'opt+nmr'
        ? `${nameOf(params.shielding)}//${nameOf(params.geometry)}`
        : nameOf(shielding)
  return calculationWork({ ...common, program, task: step === 'other' ? 'nmr' : step, level, basis })
}
