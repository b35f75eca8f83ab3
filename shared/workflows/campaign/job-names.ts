import { shortName, solventText } from '../../show/names.ts'
import type { Known } from '../workflow.ts'
import { optKey, paramsOf, tasksOf } from './tasks.ts'

/** What a chemist calls the jobs of a campaign, by their keys: `Acetone, WP04/6-311+G(2d,p) in CDCl3`. */
export function campaignJobNames({ run }: Known): ReadonlyMap<string, string> {
  const nothing: Known = { run, job: () => undefined, task: () => undefined }
  const { molecules, solvents } = paramsOf(nothing)
  return new Map([
    ...molecules.flatMap(molecule =>
      solvents.map(
        solvent =>
          [
            optKey(molecule, solvent),
            `${shortName(molecule.name)}, optimisation in ${solventText(solvent.id)}`,
          ] as const,
      ),
    ),
    ...tasksOf(nothing).map(
      ({ key, molecule, level, solvent }) =>
        [key, `${shortName(molecule.name)}, ${level.label} in ${solventText(solvent.id)}`] as const,
    ),
  ])
}
