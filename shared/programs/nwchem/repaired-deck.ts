import type { GivenFile, JsonRef } from '../files.ts'
import type { GeometryAtom } from '../program.ts'

/** What is changed in a deck so that it may go better this time; each is one of the remedies of shared/remedies. */
export type NwchemRepairs = {
  /** `cgmin`: quadratic convergence; `damp`: damping and level shift. Both with more iterations. */
  readonly scf?: 'cgmin' | 'damp'
  /** More iterations of coupled cluster. */
  readonly post_scf?: true
  /** Most steps of an optimisation. */
  readonly max_cycles?: number
  /** The Hessian is computed before the optimisation, and used by it. */
  readonly hessian?: true
  /** Cartesian coordinates. */
  readonly cartesian?: true
  /** Integrals are computed when they are needed, never stored. */
  readonly direct?: true
  /** A tighter SCF and more iterations of the response equations. */
  readonly response?: true
  /** Begin anew: no restart, no orbitals of an earlier job. */
  readonly no_restart?: true
  /** The deck's memory is that of the resources. */
  readonly memory?: boolean
  /** Takes the place of the deck's geometry. */
  readonly geometry?: JsonRef
  /** Orbitals to begin with, one of the job's files. */
  readonly vectors?: GivenFile
}

/** What the deck's repairs need besides. */
interface Means {
  /** `memory total` in MB. */
  readonly perRank: number
  /** Of `repairs.geometry`. */
  readonly atoms: readonly GeometryAtom[] | null
}

/**
 * A deck with its repairs. A later block of dft, scf and driver adds to the ones before it, so settings stand in blocks of
 * their own right before each task, whatever the deck says above. One of ccsd, tce and tddft puts all of its defaults back
 * (no frozen core, one root), so theirs are single values of the database. All tried with NWChem 7.0.2. What cannot be done
 * in this deck is said in a comment of it.
 */
export function repairedDeck(deck: string, repairs: NwchemRepairs, { perRank, atoms }: Means): string {
  let lines = deck.split(/\r\n|\r|\n/)
  if (repairs.no_restart) lines = lines.map(withoutRestart)
  if (repairs.memory) lines = withMemory(lines, perRank)
  if (atoms) lines = withGeometry(lines, atoms)
  if (repairs.cartesian) {
    lines = lines.map(line => (GEOMETRY.test(line) && !/\bnoautoz\b/i.test(line) ? withWord(line, 'noautoz') : line))
  }
  const tasks = lines.filter(line => TASK.test(line)).length
  const { vectors } = repairs
  if (vectors && tasks !== 1) lines = [`# ${vectors.name} is not used: this deck has ${tasks} tasks`, ...lines]
  return lines
    .flatMap(line => {
      const [, theory = 'dft', operation = ''] = TASK.exec(line) ?? []
      return TASK.test(line)
        ? [
            ...beforeTask(theory.toLowerCase(), operation.toLowerCase(), repairs, tasks === 1 ? vectors : undefined),
            line,
          ]
        : [line]
    })
    .join('\n')
}

const TASK = /^\s*task\s+(\w+)(?:\s+(\w+))?/i
const OPTIMISES = /^(opt|optimize|saddle)$/

function beforeTask(
  theory: string,
  operation: string,
  { scf, post_scf, max_cycles, hessian, direct, response }: NwchemRepairs,
  vectors: GivenFile | undefined,
): readonly string[] {
  const isDft = /dft/.test(theory)
  const method = [
    ...(scf ? [isDft ? 'iterations 300' : 'maxiter 300'] : []),
    ...(scf === 'cgmin' && isDft ? ['cgmin'] : []),
    ...(scf === 'damp' && isDft ? ['convergence damp 40 ncydp 30 lshift 0.5'] : []),
    ...(scf === 'damp' && !isDft ? ['level 1.0'] : []),
    ...(direct ? ['direct'] : []),
    ...(response && isDft ? ['convergence energy 1d-8 density 1d-7 gradient 1d-6'] : []),
    ...(vectors ? [`vectors input ${vectors.name}`] : []),
  ]
  const optimises = OPTIMISES.test(operation)
  const driver = [
    ...(max_cycles && optimises ? [`maxiter ${max_cycles}`] : []),
    ...(hessian && optimises ? ['inhess 2'] : []),
  ]
  return [
    ...block(isDft ? 'dft' : 'scf', method),
    ...(post_scf && /^(ccsd|tce)/.test(theory) ? [`set ${theory.startsWith('tce') ? 'tce' : 'ccsd'}:maxiter 200`] : []),
    ...(response && theory === 'tddft' ? ['set tddft:maxiter 200'] : []),
    ...(hessian && optimises ? [`task ${theory} hessian`] : []),
    ...block('driver', driver),
    ...(response ? ['set cphf:maxiter 200', 'unset cphf:maxsub'] : []),
  ]
}

function block(head: string, inside: readonly string[]): readonly string[] {
  return inside.length === 0 ? [] : [head, ...inside.map(line => `  ${line}`), 'end']
}

function withoutRestart(line: string): string {
  return line.replace(/^(\s*)restart\b/i, '$1start').replace(/^(\s*vectors\b.*?)\s+input\s+\S+/i, '$1')
}

function withMemory(lines: readonly string[], perRank: number): string[] {
  const memory = `memory total ${perRank} mb`
  const first = lines.findIndex(line => MEMORY.test(line))
  if (first < 0) return [memory, ...lines]
  return lines.flatMap((line, i) => (i === first ? [memory] : MEMORY.test(line) ? [] : [line]))
}

const GEOMETRY = /^\s*geometry\b/i
const MEMORY = /^\s*memory\b/i
const ATOM = /^\s*([A-Za-z]{1,2})((?:\s+-?\d*\.?\d+(?:[eEdD][+-]?\d+)?){3})\s*$/

/** At the end of a directive, which a comment or another directive may follow. */
function withWord(line: string, word: string): string {
  const [, directive = line, rest = ''] = /^([^;#]*?)(\s*[;#].*)?$/.exec(line) ?? []
  return `${directive.trimEnd()} ${word}${rest}`
}

/** Only a geometry of plain atoms, element and three coordinates a line, is replaced: others name more than positions. */
function withGeometry(lines: readonly string[], atoms: readonly GeometryAtom[]): string[] {
  const [at = -1, ...others] = lines.flatMap((line, i) => (GEOMETRY.test(line) ? [i] : []))
  const end = lines.findIndex((line, i) => i > at && /^\s*end\s*$/i.test(line))
  const inside = lines.slice(at + 1, end).filter(line => line.trim() !== '' && !/^\s*#/.test(line))
  const isSame =
    at >= 0 &&
    end > at &&
    others.length === 0 &&
    inside.length === atoms.length &&
    inside.every((line, i) => ATOM.exec(line)?.[1]?.toLowerCase() === atoms[i]?.[0].toLowerCase())
  if (!isSame)
    return ['# the last geometry is not used: the one of this deck is no plain list of the same atoms', ...lines]
  const head = withWord((lines[at] ?? '').replace(/\s+units\s+\S+/i, ''), 'units angstrom')
  return [
    ...lines.slice(0, at),
    head,
    ...atoms.map(([element, ...xyz]) => `  ${element.padEnd(2)} ${xyz.map(x => x.toFixed(8).padStart(14)).join(' ')}`),
    ...lines.slice(end),
  ]
}
