import { type ShLine, sh } from '../sh.ts'

const launchers = new Set([
  'mpirun',
  'mpiexec',
  'mpiexec.hydra',
  'orterun',
  'prterun',
  'srun',
  'aprun',
  'jsrun',
  'ibrun',
])

/**
 * The line that runs an MPI program on a machine. `executable` is a path or name, or a launch line that a person gave
 * for the machine: words apart by blanks (`"..."` holds one together), `{ranks}` for the number of ranks. One that
 * starts the ranks itself is taken as it is; else more than one rank go through `mpirun`, unbound, for two jobs of one
 * machine would be bound to the same cores.
 */
export function launchLine(executable: string, ranks: number, args: readonly string[]): ShLine {
  const words = [...executable.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) =>
    (quoted ?? word).replaceAll('{ranks}', String(ranks)),
  )
  const first = words[0]?.split('/').at(-1) ?? ''
  const starts = executable.includes('{ranks}') || launchers.has(first)
  if (ranks === 1 || starts) return sh`${[...words, ...args]}`
  return sh`mpirun -np ${ranks} --bind-to none ${[...words, ...args]}`
}
