import { type Cause, type CauseTable, findCause } from '../complaints.ts'
import { surroundingCause } from '../surroundings.ts'

/** From xtb 6.2 to 6.6: real outputs, and the messages in its sources (env%error, raise). */
const table: CauseTable = [
  [
    /charge iterator did not converge|SCC? .*did not converge|scf.* not converged?|convergence criteria cannot/i,
    'scf-not-converged',
    2,
  ],
  [
    /very\* short distance|REFUSES TO CONTINUE|very\* close|Cannot map symbol|unknown element|Atom number missmatch|reading geometry input|molecular structure/i,
    'geometry',
    2,
  ],
  [
    /(unpaired electrons|multiplicity|spin).*(odd|even|impossible|not compatible|match)|Not enough basis functions for filling/i,
    'multiplicity',
    2,
  ],
  [
    /No input file given|(cannot|could not|unable to) (open|find|read) .*file|file .*(not found|does not exist|not exist)/i,
    'missing-file',
    2,
  ],
  [
    /not parametrized|not available for this (element|method)|no parameters? for|parametrisation .*(missing|not found)|Could not (read|find) .*param/i,
    'bad-input',
    2,
  ],
  [
    /argument parsing|no valid runtyp|unknown (option|argument|keyword|instruction)|invalid|not (known|supported|implemented)|Could not setup defaults/i,
    'bad-input',
    2,
  ],
  [/memory|allocat/i, 'out-of-memory', 2],
  [
    /geometry optimi[sz]ation .*fail|optimi[sz]ation .*did not converge|FAILED TO CONVERGE GEOMETRY/i,
    'opt-not-converged',
    2,
  ],
  [/No space left|disk|writing.*fail/i, 'disk', 2],
]

/** On stderr, by its handler of SIGTERM and SIGINT; it then ends with status 1. */
const endedFromOutside: Cause = { category: 'killed', weight: 1 }
const OUTSIDE = /^(rec(ei|ie)ved SIG(TERM|INT)|external termination of xtb)/

/** The cause that a message names; null where it is not known. */
export function causeOf(message: string): Cause | null {
  return findCause(table, message)
}

/** What a line of stderr says about the end of xtb; null for any other. */
export function causeOnStderr(line: string): Cause | null {
  return OUTSIDE.test(line) ? endedFromOutside : surroundingCause(line)
}
