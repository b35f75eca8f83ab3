import type { CauseTable } from '../complaints.ts'

/** From ORCA 4.0 to 6.0: real outputs, and the messages in its manual. */
export const orcaCauses: CauseTable = [
  [/increase MaxCore/i, 'out-of-memory', 3],
  [
    /not enough memory|out of memory|insufficient memory|bad_alloc|cannot allocate|memory allocation|MaxCore/i,
    'out-of-memory',
    2,
  ],
  [/number of processes.*exceeds|too many processes/i, 'too-many-cores', 2],
  [/multiplicity \(\d+\) is (even|odd)|-> impossible|multiplicity.* (impossible|not possible)/i, 'multiplicity', 2],
  [
    /basis set was either not assigned or not available|no (\w+ +)?basis functions on atom|basis set .*(not (found|available|known)|unknown)|(no|unknown|missing) basis set/i,
    'missing-basis',
    2,
  ],
  [/zero distance|distance between atoms .*(small|zero)|atoms? (is|are) too close/i, 'geometry', 2],
  [
    /UNRECOGNIZED OR DUPLICATED|INPUT ERROR|unknown identifier|unknown (key|keyword|command|block)|expect(ed)? an? |invalid assignment|Unrecognized symbol|NEL .*zero|definition block without|number of electrons .*(zero|negative)|there are no atoms|no coordinates/i,
    'bad-input',
    2,
  ],
  [/lambda equations have not converged|GSTEP|redundant internal|internal coordinates.* (fail|break)/i, 'internals', 2],
  [/no space left|disk (is )?full|quota exceeded|(error|cannot|failed|failure).* writ(e|ing)/i, 'disk', 2],
  [
    /(cannot|could not|can't|unable to|failed to|error) (open|opening|find|read|reading)\b.*(file|\.\w{3,8}\b)|file .*(not found|does not exist)/i,
    'missing-file',
    2,
  ],
  [
    /\b(CCSD|coupled[- ]cluster|CEPA|QCISD|MDCI|MP2|MP3|CASSCF|CI|iterations?|amplitudes?)\b.* (have|has|did) not converged?/i,
    'post-scf-not-converged',
    2,
  ],
  [
    /(CP-?SCF|CPHF|response|TD-?DFT|CIS|Davidson).*(not converge|UNCONVERGED)|DIAGONALI[SZ]ATION .*NOT CONVERGED?/i,
    'response-not-converged',
    2,
  ],
  // A path of images; HURRAY takes it back.
  [/\bNEB\b.*(has not|not yet|did not) (yet )?converged?/i, 'opt-not-converged', 2],
  [/SCF NOT CONVERGED|wavefunction is not (fully )?converged|SCF (did|has) not converged?/i, 'scf-not-converged', 2],
]
