/** Why a calculation failed, as documents, filters and remedies name it. */
export type Category =
  | 'scf-not-converged'
  | 'post-scf-not-converged'
  | 'opt-not-converged'
  | 'internals'
  | 'out-of-memory'
  | 'too-many-cores'
  | 'bad-input'
  | 'missing-basis'
  | 'multiplicity'
  | 'geometry'
  | 'missing-file'
  | 'disk'
  | 'time-limit'
  | 'killed'
  | 'node-lost'
  | 'preempted'
  | 'mpi'
  | 'scf-blow-up'
  | 'opt-failed'
  | 'response-not-converged'
  | 'crash-unknown'

/** `program` is its label, as people write it. */
const sentences: Readonly<Record<Category, (program: string) => string>> = {
  'bad-input': program => `${program} did not accept the input`,
  'crash-unknown': program => `${program} stopped and did not name a cause`,
  disk: () => 'a file could not be written or read: the disk is full, or quota is used up',
  geometry: program => `${program} did not accept the geometry`,
  internals: () => 'internal coordinates failed: Cartesian ones may work',
  killed: () => 'one of its processes was killed',
  'missing-basis': () => 'the basis set does not have an element of this molecule, or does not exist',
  'missing-file': () => 'a file that the calculation starts from is missing',
  mpi: () => 'its processes could not be started, or lost each other (MPI)',
  multiplicity: () => 'the number of electrons does not fit the multiplicity',
  'node-lost': () => 'the node that ran it was lost',
  'opt-failed': () => 'the optimisation ended without a minimum',
  'opt-not-converged': () => 'the optimisation did not converge in its number of steps',
  'out-of-memory': () => 'the memory did not suffice',
  'post-scf-not-converged': () => 'the correlation energy did not converge',
  preempted: () => 'the scheduler took its place for another job',
  'response-not-converged': () => 'the response equations did not converge',
  'scf-blow-up': () => 'the energy makes no sense: the SCF ran away',
  'scf-not-converged': () => 'the SCF did not converge',
  'time-limit': () => 'the time limit was reached',
  'too-many-cores': () => 'there are more processes than the calculation can be divided into',
}

/** One plain sentence about a category, for a person. */
export function sentence(category: Category, program: string): string {
  return sentences[category](program)
}

const NEEDS_EDIT: ReadonlySet<string | null> = new Set<Category>([
  'bad-input',
  'missing-basis',
  'multiplicity',
  'geometry',
])

/** Whether only an edit of the input by a person helps against it. */
export function needsEdit(category: string | null): boolean {
  return NEEDS_EDIT.has(category)
}

const FROM_OUTSIDE: ReadonlySet<Category> = new Set<Category>(['killed', 'time-limit', 'node-lost', 'preempted'])

/** Whether it ended the program from outside: the output is cut, and the program did not fail by itself. */
export function isFromOutside(category: Category): boolean {
  return FROM_OUTSIDE.has(category)
}
