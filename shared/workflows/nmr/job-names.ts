import type { Known } from '../workflow.ts'
import { jobKey, otherTask, TMS } from './jobs.ts'
import { stageOf } from './stage.ts'

/**
 * What a chemist calls the jobs of an ensemble, by their keys: `conformer 3, shieldings`. A number is the place in the
 * run's list of conformers, which never changes; what xtb optimises before that list is made is a starting structure.
 */
export function nmrJobNames(known: Known): ReadonlyMap<string, string> {
  const { params, members, pre } = stageOf(known)
  const of = (id: string, name: string): readonly (readonly [string, string])[] => [
    [jobKey(id, 'opt'), `${name}, optimisation`],
    [jobKey(id, 'nmr'), `${name}, shieldings`],
    [jobKey(id, 'opt+nmr'), `${name}, optimisation and shieldings`],
    ...(params.other
      ? [[jobKey(id, otherTask(params.other)), `${name}, shieldings of ${params.other.elements.join(', ')}`] as const]
      : []),
  ]
  return new Map([
    ...(pre?.jobs ?? []).map(({ key }, i) => [key, `starting structure ${i + 1}, optimisation`] as const),
    ...members.flatMap(({ conformer }, i) => of(conformer.id, `conformer ${i + 1}`)),
    ...of(TMS, 'TMS'),
  ])
}
