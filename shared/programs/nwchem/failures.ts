/**
 * What a line of NWChem says about a failure. `weight`: 2 names the cause, 1 a consequence (`dft energy failed`), 0 is
 * NWChem's own category, which is often wrong: too little memory and a missing basis set are "an error in the input
 * file" to it, a missing file is one of disk space.
 */
export interface Cause {
  /** A category of cli.md. */
  readonly category: string
  readonly weight: 0 | 1 | 2
}

/** Line -> category; the first match counts. From the errquit calls of NWChem 6.0 to 7.2 and real outputs. */
const table: readonly (readonly [RegExp, category: string, weight: Cause['weight']])[] = [
  [/no such basis available|failed opening basis file|basis\/geometry mismatch/i, 'missing-basis', 2],
  [
    /insufficient memory|out of memory|not enough memory|ma_init failed|failed ga_create|ga_create\w* failed|cannot allocate|could not allocate|Global memory limit unreasonable/i,
    'out-of-memory',
    2,
  ],
  [/cphf_solve\d*: SCF residual greater|lkain: not converged|cphf did not converge/i, 'response-not-converged', 2],
  [
    /odd number of electrons|multiplicity not compatible|electrons not valid for multiplicity|closed-shell electrons is not even|multiplicity invalid/i,
    'multiplicity',
    2,
  ],
  [/geom_binvr: |autoz.* failed|autoz: |driver:redoautoz|insufficient internal variables/i, 'internals', 2],
  [/error reading from unit|error writing to unit|grid_packed_buf_write|No space left on device/i, 'disk', 2],
  [/rtdb_open old failed|movecs\w*: .*(opening|missing|failed)|could not open file/i, 'missing-file', 2],
  [/center is neither atom nor bq/i, 'geometry', 2],
  [/unknown directive|invalid format|premature EOF|unknown keyword|unrecognized/i, 'bad-input', 2],
  [/(scf|dft|mcscf|rohf|uhf) energy failed|scf failed|did not converge previously/i, 'scf-not-converged', 1],
  [/(saddle|driver\w*|optimi[sz]e|stepper|tropt).* failed|optimization did not converge/i, 'opt-not-converged', 1],
  [/(mp2|ccsd|ccsdt|tce)\b.*(not converged?|failed to converge)/i, 'post-scf-not-converged', 1],
  [/There is an error in the specified basis set/i, 'missing-basis', 0],
  [/There is an error related to the specified geometry/i, 'geometry', 0],
  [/There is an error in the input file/i, 'bad-input', 0],
  [/A feature requested has not yet been implemented/i, 'bad-input', 0],
  [/An error occur+ed while trying to read or write to disk space/i, 'disk', 0],
]

/** The cause that a message names; null where it is not known. Only for messages, never for text that may be echoed. */
export function causeOf(message: string): Cause | null {
  const row = table.find(([words]) => words.test(message))
  return row ? { category: row[1], weight: row[2] } : null
}

/**
 * A message that ended NWChem without naming one of its categories: it prints none for memory (MA, GA), so a message
 * about an array is one about memory.
 */
export function uncategorised(message: string): Cause {
  const memory = /alloc|memory|ga_create|push_get|stack|heap/i.test(message)
  return { category: memory ? 'out-of-memory' : 'crash-unknown', weight: memory ? 2 : 0 }
}

const sentences: Readonly<Record<string, string>> = {
  'bad-input': 'NWChem did not accept the input',
  'crash-unknown': 'NWChem stopped and did not name a cause',
  disk: 'a file could not be written or read: the disk is full, or quota is used up',
  geometry: 'NWChem did not accept the geometry',
  internals: 'internal coordinates failed: Cartesian ones (noautoz) may work',
  killed: 'one of its processes was killed',
  'missing-basis': 'the basis set does not have an element of this molecule, or does not exist',
  'missing-file': 'a file that the calculation starts from is missing',
  multiplicity: 'the number of electrons does not fit the multiplicity',
  'opt-failed': 'the optimisation ended without a minimum',
  'opt-not-converged': 'the optimisation did not converge in its number of steps',
  'out-of-memory': 'the memory did not suffice',
  'post-scf-not-converged': 'the correlation energy did not converge',
  'response-not-converged': 'the response equations of the shieldings did not converge',
  'scf-blow-up': 'the energy makes no sense: the SCF ran away',
  'scf-not-converged': 'the SCF did not converge',
}

/** One plain sentence about a category, for a person. */
export function sentence(category: string): string {
  return sentences[category] ?? category
}
