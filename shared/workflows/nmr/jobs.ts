import type { ContentRef, Json } from '../../ids.ts'
import type { JobSpec } from '../../model/job.ts'
import type { Run } from '../../model/run.ts'
import type { MoleculeInfo } from '../../nmr/molecule-info.ts'
import type { NwchemCalculation, NwchemTask, OrcaCalculation } from '../../programs/index.ts'
import type { NmrParams } from './params.ts'

/** The name of the reference compound in the keys of its jobs. */
export const TMS = 'reference-tms'

/** `c-3fa9b2/opt`: which molecule or conformer, and what is done with it. */
export function jobKey(of: string, task: NwchemTask): string {
  return `${of}/${task}`
}

/** A calculation on a conformer of the run's molecule. */
export function conformerJob(
  run: Run,
  params: NmrParams,
  molecule: MoleculeInfo,
  conformer: { readonly id: string; readonly geometry: ContentRef },
  task: NwchemTask,
): JobSpec {
  return spec(run, params, conformer.id, task, {
    geometry: conformer.geometry,
    atoms: molecule.elements.length,
    charge: params.charge,
    autoz: !hasStraightAngle(molecule),
  })
}

/** A calculation on TMS, at the level of the run. */
export function tmsJob(run: Run, params: NmrParams, geometry: ContentRef, atoms: number, task: NwchemTask): JobSpec {
  return spec(run, params, TMS, task, { geometry, atoms, charge: 0, autoz: true })
}

function spec(
  run: Run,
  params: NmrParams,
  of: string,
  task: NwchemTask,
  { geometry, ...molecule }: Pick<NwchemCalculation, 'atoms' | 'charge' | 'autoz'> & { readonly geometry: ContentRef },
): JobSpec {
  const key = jobKey(of, task)
  const { autoz, ...same } = molecule
  const calculation = {
    kind: 'calculation',
    task,
    geometry: { sha256: geometry.sha256, bytes: geometry.bytes },
    ...same,
    title: `${run.name} ${key}`,
    multiplicity: 1,
    ...params.geometry,
    shielding: params.shielding,
    solvent: params.solvent,
    max_cycles: params.max_cycles,
  } as const
  const nwchem: NwchemCalculation = { ...calculation, autoz }
  // ORCA's redundant internal coordinates bear straight angles.
  const orca: OrcaCalculation = { ...calculation, keywords: '', cartesian: false, restart: null }
  const program = params.program === 'orca' ? 'orca' : 'nwchem'
  const input = program === 'orca' ? orca : nwchem
  return { key, machine: run.machine, program, input: input as unknown as Json, resources: params.resources }
}

/** NWChem's internal coordinates fail where three atoms stand in a line: alkynes, nitriles, allenes. */
function hasStraightAngle({ bonds, elements }: MoleculeInfo): boolean {
  return elements.some((_, i) => {
    const orders = bonds.filter(([a, b]) => a === i + 1 || b === i + 1).map(([, , order]) => order)
    return orders.length === 2 && orders.reduce((sum, order) => sum + order, 0) >= 4
  })
}
