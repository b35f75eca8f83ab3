import { type Cause, type CauseTable, findCause } from './complaints.ts'
import type { Rule } from './rules.ts'

/**
 * What schedulers, MPI and the system write into an output or beside it when they end a program. Slurm's words are
 * those of slurmstepd, PBS' of pbs_mom, MPI's of Open MPI (orterun) and MPICH (hydra).
 */
const table: CauseTable = [
  [/DUE TO TIME LIMIT|job killed: walltime .* exceeded limit|TERM_RUNLIMIT/, 'time-limit', 3],
  [/DUE TO NODE FAILURE|NODE_FAIL/, 'node-lost', 3],
  [/DUE TO PREEMPTION/, 'preempted', 3],
  [
    /oom[-_ ]kill|Out [Oo]f [Mm]emory: Kill|Exceeded (job|step) memory limit|TERM_MEMLIMIT|job killed: (v?mem)/,
    'out-of-memory',
    3,
  ],
  [/CANCELLED AT .*(DUE TO|\*\*\*)/, 'killed', 1],
  [/exited on signal (9|15)\b|\bEXIT CODE: (9|15|137|143)\b|total process(es)? killed/, 'killed', 1],
  [/^(\S+: line \d+: +\d+ )?Killed\b/, 'killed', 1],
  [/No space left on device|Disk quota exceeded/i, 'disk', 2],
  [/bad_alloc|Cannot allocate memory/i, 'out-of-memory', 2],
  [
    /not enough slots available|command not found.*mpi|mpirun (was unable|could not)|ORTE (was unable|has lost)|libmpi\S* cannot open|MPI_Init.* failed/i,
    'mpi',
    2,
  ],
  [/exited on signal \d+|Segmentation fault|SIG(SEGV|BUS|FPE|ABRT|ILL)\b|stack smashing detected/, 'crash-unknown', 0],
]

/** The words with which such a line begins. */
const starts = [
  'slurmstepd',
  'srun:',
  '=>> PBS',
  'TERM_',
  'mpirun',
  'orterun',
  'prterun',
  'ORTE',
  'Killed',
  'Segmentation',
  'Program received signal',
  '= ',
  'There are not enough slots',
] as const

/** What a line of the surroundings says about the end of a program; null for any other. */
export function surroundingCause(line: string): Cause | null {
  return findCause(table, line)
}

/** The rules by which a reader that looks at first words finds such lines. */
export function surroundingRules(complain: (cause: Cause, line: string) => void): readonly Rule[] {
  const read = (line: string) => {
    const cause = surroundingCause(line)
    if (cause) complain(cause, line)
  }
  return starts.map((start): Rule => [start, read])
}
