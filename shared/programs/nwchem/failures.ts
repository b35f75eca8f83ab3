import { type Cause, type CauseTable, findCause } from '../complaints.ts'

/**
 * From the errquit calls of NWChem 6.0 to 7.2 and real outputs. Weight 0 is NWChem's own category, which is often
 * wrong: too little memory and a missing basis set are "an error in the input file" to it, a missing file is one of
 * disk space.
 */
const table: CauseTable = [
  [/no such basis available|failed opening basis file|basis\/geometry mismatch/i, 'missing-basis', 2],
  [
    /insufficient memory|out of memory|not enough memory|ma_init failed|failed ga_create|ga_create\w* failed|cannot allocate|could not allocate|Global memory limit unreasonable/i,
    'out-of-memory',
    2,
  ],
  [
    /cphf_solve\d*: SCF residual greater|lkain: not converged|cphf did not converge|tddft_\w+: exceeded maxiter/i,
    'response-not-converged',
    2,
  ],
  // Of the tensor contraction engine: "ccsd_energy_loc: maxiter exceeded".
  [/^\w+: ?maxiter exceeded/i, 'post-scf-not-converged', 2],
  [
    /odd number of electrons|multiplicity not compatible|electrons not valid for multiplicity|closed-shell electrons is not even|multiplicity invalid/i,
    'multiplicity',
    2,
  ],
  [/geom_binvr: |autoz.* failed|autoz: |driver:redoautoz|insufficient internal variables/i, 'internals', 2],
  [/error reading from unit|error writing to unit|grid_packed_buf_write|No space left on device/i, 'disk', 2],
  // A file of its own that NWChem cannot read to the end it could not write to the end (seen with a full scratch folder).
  [/^Fortran runtime error: End of file/, 'disk', 2],
  [/rtdb_open old failed|movecs\w*: .*(opening|missing|failed)|could not open file/i, 'missing-file', 2],
  [/center is neither atom nor bq/i, 'geometry', 2],
  [/unknown directive|invalid format|premature EOF|unknown keyword|unrecognized/i, 'bad-input', 2],
  [/(scf|dft|mcscf|rohf|uhf) energy failed|scf failed|did not converge previously/i, 'scf-not-converged', 1],
  [/(saddle|driver\w*|optimi[sz]e|stepper|tropt).* failed|optimization did not converge/i, 'opt-not-converged', 1],
  [/(mp2|ccsd|ccsdt|tce)\b.*(not converged?|failed to converge)/i, 'post-scf-not-converged', 1],
  [/^ccsd(\(t\)|\+t\(ccsd\))? energy failed/i, 'post-scf-not-converged', 1],
  [/There is an error in the specified basis set/i, 'missing-basis', 0],
  [/There is an error related to the specified geometry/i, 'geometry', 0],
  [/There is an error in the input file/i, 'bad-input', 0],
  [/A feature requested has not yet been implemented/i, 'bad-input', 0],
  [/An error occur+ed while trying to read or write to disk space/i, 'disk', 0],
]

/** The cause that a message names; null where it is not known. Only for messages, never for text that may be echoed. */
export function causeOf(message: string): Cause | null {
  return findCause(table, message)
}

/**
 * A message that ended NWChem without naming one of its categories: it prints none for memory (MA, GA), so a message
 * about an array is one about memory.
 */
export function uncategorised(message: string): Cause {
  const memory = /alloc|memory|ga_create|push_get|stack|heap/i.test(message)
  return { category: memory ? 'out-of-memory' : 'crash-unknown', weight: memory ? 2 : 0 }
}
