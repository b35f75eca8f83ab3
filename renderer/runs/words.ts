import type { Category } from '../../shared/programs/index.ts'
import { programs } from '../../shared/programs/index.ts'
import { schedulers } from '../../shared/schedulers/index.ts'

/** What scripts call by one word, as a chemist says it. */
const CAUSES: { readonly [C in Category]: string } = {
  'scf-not-converged': 'SCF not converged',
  'post-scf-not-converged': 'post-SCF not converged',
  'opt-not-converged': 'optimisation not converged',
  internals: 'internal coordinates',
  'out-of-memory': 'memory',
  'too-many-cores': 'too many cores',
  'bad-input': 'input',
  'missing-basis': 'basis set missing',
  multiplicity: 'multiplicity',
  geometry: 'geometry',
  'missing-file': 'file missing',
  disk: 'disk',
  'time-limit': 'time limit',
  killed: 'killed',
  'node-lost': 'node lost',
  preempted: 'preempted',
  mpi: 'MPI',
  'scf-blow-up': 'SCF blew up',
  'opt-failed': 'optimisation failed',
  'response-not-converged': 'response not converged',
  'crash-unknown': 'crash, cause not known',
}

/** The cause of a failure in a word or two; one that is not known here by its own name. */
export function causeText(category: string): string {
  return (CAUSES as Readonly<Record<string, string>>)[category] ?? category
}

/** `NWChem`: a program as its authors write it. */
export function programText(id: string): string {
  return Object.hasOwn(programs, id) ? programs[id as keyof typeof programs].label : id
}

/** `Slurm`. */
export function schedulerText(id: string): string {
  return Object.hasOwn(schedulers, id) ? schedulers[id as keyof typeof schedulers].label : id
}
