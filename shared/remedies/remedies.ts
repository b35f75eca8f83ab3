import type { Json } from '../ids.ts'
import type { Evidence, Resources } from '../model/job.ts'
import type { RepairKind } from '../programs/program.ts'
import type { Change, Remedy, Situation } from './remedy.ts'

/** What ended it lay outside of it: the same again, once. */
const BY_OTHERS = ['killed', 'node-lost', 'preempted', 'mpi', 'none']

/**
 * All remedies, for each category the likeliest first. There is none against bad-input, missing-basis, multiplicity and
 * geometry: only an edit by a person helps there.
 */
export const remedies: readonly Remedy[] = [
  {
    id: 'scf-help',
    title: 'Help the SCF to converge: more iterations, a sturdier method',
    against: ['scf-not-converged', 'scf-blow-up'],
    tried: ['nwchem', 'xtb'],
    change: situation => repaired(situation, ['scf-help']),
  },
  {
    id: 'scf-damping',
    title: 'Damp the SCF, with a level shift',
    against: ['scf-not-converged', 'scf-blow-up'],
    tried: ['nwchem'],
    change: situation => repaired(situation, ['scf-damping']),
  },
  {
    id: 'more-iterations',
    title: 'More iterations of the correlation energy',
    against: ['post-scf-not-converged'],
    tried: ['nwchem'],
    change: situation => repaired(situation, ['post-scf-help']),
  },
  {
    id: 'more-cycles',
    title: 'Go on from the last geometry, with more cycles',
    against: ['opt-not-converged'],
    tried: ['nwchem', 'xtb'],
    change: situation => repaired(situation, ['more-cycles'], ['last-geometry', 'last-orbitals']),
  },
  {
    id: 'hessian',
    title: 'Compute the Hessian first, from the last geometry',
    against: ['opt-not-converged', 'opt-failed'],
    tried: ['nwchem'],
    change: situation => repaired(situation, ['hessian'], ['last-geometry', 'more-cycles']),
  },
  {
    id: 'cartesian',
    title: 'Optimise in Cartesian coordinates',
    against: ['internals', 'opt-not-converged', 'opt-failed'],
    tried: ['nwchem'],
    change: situation => repaired(situation, ['cartesian']),
  },
  {
    id: 'more-memory',
    title: 'More memory',
    against: ['out-of-memory'],
    tried: ['nwchem', 'xtb', 'command'],
    change(situation) {
      const memory_mb = wantedMemory(situation.resources, situation.evidence)
      const { limits } = situation
      if (limits.memory_mb !== null && memory_mb > limits.memory_mb) return null
      return repaired(situation, ['own-resources'], [], { memory_mb })
    },
  },
  {
    id: 'fewer-ranks',
    title: 'Fewer ranks, so that each has more memory',
    against: ['out-of-memory'],
    tried: [],
    change(situation) {
      const ranks = Math.floor(situation.resources.ranks / 2)
      return ranks < 1 ? null : repaired(situation, ['own-resources'], [], { ranks })
    },
  },
  {
    id: 'cores-pairs',
    title: 'As many cores as there is work for',
    against: ['too-many-cores'],
    tried: [],
    change(situation) {
      const ranks = wantedRanks(situation.resources, situation.evidence)
      return ranks === null ? null : repaired(situation, ['own-resources'], [], { ranks })
    },
  },
  {
    id: 'direct',
    title: 'Compute integrals when they are needed, store none',
    against: ['response-not-converged', 'disk'],
    tried: [],
    change: situation => repaired(situation, ['direct']),
  },
  {
    id: 'response',
    title: 'A tighter SCF, and more iterations of the response equations',
    against: ['response-not-converged'],
    tried: ['nwchem'],
    change: situation => repaired(situation, ['response']),
  },
  {
    id: 'no-restart',
    title: 'Begin anew, without the file of an earlier job',
    against: ['missing-file'],
    tried: ['nwchem'],
    change: situation => repaired(situation, ['no-restart']),
  },
  {
    id: 'more-time',
    title: 'Twice the time, from the last geometry and orbitals that it left',
    against: ['time-limit'],
    tried: ['nwchem', 'xtb', 'command'],
    change: situation =>
      repaired(situation, [], ['last-geometry', 'last-orbitals'], { seconds: 2 * situation.resources.seconds }),
  },
  {
    id: 'continue',
    title: 'Once more, from the last geometry',
    against: [...BY_OTHERS, 'opt-failed'],
    tried: ['nwchem'],
    change: situation => repaired(situation, ['last-geometry'], ['last-orbitals']),
  },
  {
    id: 'again',
    title: 'Once more, unchanged',
    against: [...BY_OTHERS, 'crash-unknown', 'disk'],
    tried: ['nwchem', 'xtb', 'command'],
    change: ({ input, resources }) => ({ input, resources }),
  },
]

/** With all of `needed`, and those of `wished` that can be done; null where one of the needed cannot. */
function repaired(
  { program, input, resources, ...last }: Situation,
  needed: readonly RepairKind[],
  wished: readonly RepairKind[] = [],
  change: Partial<Resources> = {},
): Change | null {
  let now: Json = input
  for (const kind of [...needed, ...wished]) {
    const next = program.repairs?.[kind]?.(now, last) ?? null
    if (next !== null) now = next
    // Where the program has no way of its own to ask for memory, that of the resources is all there is.
    else if (needed.includes(kind) && kind !== 'own-resources') return null
  }
  return { input: now, resources: { ...resources, ...change } }
}

/** ORCA's MaxCore is meant for three quarters of what a rank really takes. */
const MAXCORE = /MaxCore to more than:?\s*(\d+)\s*MB/i
const EVERYTHING = /(?:requires?|needs?|needed:?|at least)\s+(\d+)\s*MB/i

/** The largest amount that a message names, and 500 MB; where none does, twice as much, and at least 500 MB more. */
function wantedMemory({ memory_mb, ranks }: Resources, evidence: readonly Evidence[]): number {
  const named = evidence.flatMap(({ text }) => [
    ...amounts(MAXCORE, text).map(mb => ((mb + 500) * ranks) / 0.75),
    ...amounts(EVERYTHING, text).map(mb => mb + 500),
  ])
  const least = Math.max(...named, 0)
  return least > memory_mb ? Math.ceil(least) : Math.max(2 * memory_mb, memory_mb + 500)
}

function amounts(pattern: RegExp, text: string): readonly number[] {
  const amount = Number(pattern.exec(text)?.[1])
  return amount > 0 ? [amount] : []
}

/** "Number of processes (16) in parallel calculation exceeds number of pairs (10)": 10. */
function wantedRanks({ ranks }: Resources, evidence: readonly Evidence[]): number | null {
  const pairs = evidence.flatMap(({ text }) => amounts(/number of pairs\s*\(\s*(\d+)\s*\)/i, text))[0]
  const wanted = pairs ?? Math.floor(ranks / 2)
  return wanted >= 1 && wanted < ranks ? wanted : null
}
