import type { JsonRef } from '../files.ts'
import type { GeometryAtom } from '../program.ts'

/** What is changed in an input so that it may go better this time; each is one of the remedies of shared/remedies. */
export type OrcaRepairs = {
  /** `slow`: SlowConv; `very-slow`: VerySlowConv. Both with more iterations. */
  readonly scf?: 'slow' | 'very-slow'
  /** More iterations of coupled cluster and its like. */
  readonly post_scf?: true
  readonly max_cycles?: number
  /** The Hessian is computed before the optimisation, and again on its way. */
  readonly hessian?: true
  readonly cartesian?: true
  /** No orbitals of an earlier job. */
  readonly no_restart?: true
  /** The input's memory and number of processes are those of the resources. */
  readonly resources?: boolean
  /** Takes the place of the input's geometry. */
  readonly geometry?: JsonRef
  /** Orbitals to begin with (.gbw). */
  readonly orbitals?: JsonRef
}

/** What the repairs need besides. */
interface Means {
  readonly maxcore: number
  readonly ranks: number
  /** Of `repairs.geometry`. */
  readonly atoms: readonly GeometryAtom[] | null
  /** The name under which the orbitals are sent. */
  readonly orbitals: string
}

/**
 * A person's input with its repairs. ORCA takes more lines with `!` and blocks after others, of which the last counts
 * (manual of ORCA 6, section Input): they stand before the geometry of each of its jobs. None of it was run by Larmor's
 * authors.
 */
export function repairedDeck(text: string, repairs: OrcaRepairs, means: Means): string {
  let input = text.replaceAll(/\r\n|\r/g, '\n')
  if (repairs.resources) input = withResources(input, means)
  if (repairs.cartesian)
    input = input.replaceAll(/^(\s*!.*)$/gm, line => line.replaceAll(/\b((?:Very)?Tight|Loose)?Opt\b/gi, 'COpt'))
  if (repairs.no_restart) {
    input = input
      .replaceAll(/^(\s*!.*)$/gm, line => line.replaceAll(/\s+MORead\b/gi, ''))
      .replaceAll(/^\s*%moinp\b.*\n?/gim, '')
  }
  if (means.atoms) input = withGeometry(input, means.atoms)
  const added = addedLines(repairs, means)
  if (added.length === 0) return input
  const jobs = input.split(/^(?=\s*\$new_job)/gim)
  return jobs
    .map(job => {
      const at = job.search(/^\s*(\*\s*(xyz|int|gzmt|xyzfile|pdbfile)|%coords)/im)
      const lines = `${added.join('\n')}\n`
      return at < 0 ? `${job.replace(/\n*$/, '\n')}${lines}` : `${job.slice(0, at)}${lines}${job.slice(at)}`
    })
    .join('')
}

function addedLines({ scf, post_scf, max_cycles, hessian, orbitals }: OrcaRepairs, means: Means): readonly string[] {
  return [
    ...(scf === 'slow' ? ['! SlowConv', '%scf MaxIter 500 end'] : []),
    ...(scf === 'very-slow' ? ['! VerySlowConv', '%scf MaxIter 1000 end'] : []),
    ...(post_scf ? ['%mdci MaxIter 200 end'] : []),
    ...(max_cycles ? [`%geom MaxIter ${max_cycles} end`] : []),
    ...(hessian ? ['%geom Calc_Hess true Recalc_Hess 10 end'] : []),
    ...(orbitals ? ['! MORead', `%moinp "${means.orbitals}"`] : []),
  ]
}

function withResources(input: string, { maxcore, ranks }: Means): string {
  const rest = input
    .replaceAll(/^\s*%maxcore\b.*\n?/gim, '')
    .replaceAll(/^\s*%pal\b[\s\S]*?\bend\b[ \t]*\n?/gim, '')
    .replaceAll(/^(\s*!.*)$/gm, line => line.replaceAll(/\s+pal\d+\b/gi, ''))
  return `%maxcore ${maxcore}\n${ranks > 1 ? `%pal nprocs ${ranks} end\n` : ''}${rest}`
}

/** Only one geometry of plain atoms, element and three coordinates a line, is replaced. */
function withGeometry(input: string, atoms: readonly GeometryAtom[]): string {
  const found = [...input.matchAll(/^([ \t]*\*[ \t]*xyz[ \t]+-?\d+[ \t]+\d+)[ \t]*\n([\s\S]*?)^[ \t]*\*[ \t]*$/gim)]
  const [only] = found
  const inside = only?.[2]?.split('\n').filter(line => line.trim() !== '') ?? []
  const isSame =
    only !== undefined &&
    found.length === 1 &&
    inside.length === atoms.length &&
    inside.every((line, i) => {
      const [element = '', ...xyz] = line.trim().split(/\s+/)
      return element.toLowerCase() === atoms[i]?.[0].toLowerCase() && xyz.length === 3
    })
  if (!isSame)
    return `# the last geometry is not used: the one of this input is no plain list of the same atoms\n${input}`
  const lines = atoms.map(
    ([element, ...xyz]) => `  ${element.padEnd(2)} ${xyz.map(x => x.toFixed(8).padStart(14)).join(' ')}`,
  )
  return input.replace(only[0], () => [only[1], ...lines, '*'].join('\n'))
}
