import { boltzmannWeights } from '../../../shared/nmr/boltzmann.ts'
import { difference, isOwnMirrorImage } from '../../../shared/nmr/compare-conformers.ts'
import type { ConformersInput, EnsembleResult } from '../../../shared/nmr/ensemble.ts'
import { graphFrom, loadForGeneration } from '../../../shared/nmr/load-structure.ts'
import { graphOf } from '../../../shared/nmr/molecule.ts'
import { describeMolecule } from '../../../shared/nmr/molecule-info.ts'
import { type Constitution, constitutionOf } from '../../../shared/nmr/symmetry.ts'
import { formatXyz } from '../../../shared/nmr/xyz.ts'
import { conformerName, degeneracies, whichLikeness } from './ensemble-tools.ts'
import { type Candidate, type Generated, generate } from './generate.ts'
import type { TaskContext } from './task.ts'

/** Two candidates whose energies differ by more than this (kcal/mol) are never one conformer. */
const SAME_ENERGY = 0.5
/** Conformers closer than this (angstrom) share a cluster when there are too many. */
const CLUSTER = 0.8

/**
 * The conformers of a molecule: generated, minimised by MMFF94s+, duplicates and mirror images merged, cut to the
 * window and to the number wanted. The same input gives the same result.
 */
export function conformers(input: ConformersInput, { read, put }: TaskContext): EnsembleResult {
  const loaded = loadForGeneration(input.structure.format, read(input.structure.content))
  const molecule = graphFrom(loaded)
  const of = constitutionOf(graphOf(molecule))
  const dropped: { reason: string; count: number }[] = []
  const drop = (reason: string, count: number) => {
    if (count > 0) dropped.push({ reason, count })
  }
  const made = generate(loaded, of, input.seed, candidates => distinct(of, within(candidates, input.window_kcal + 4)))
  const all = distinct(of, within(made.candidates, input.window_kcal))
  drop(
    `a duplicate, a mirror image, or more than ${input.window_kcal} kcal/mol above the lowest (force field)`,
    made.minimised - all.length,
  )
  const kept = capped(of, all, input.max_conformers)
  drop(`beyond the cap of ${input.max_conformers} conformers`, all.length - kept.length)

  const weighed = weigh(of, all)
  const share = kept.reduce((sum, candidate) => sum + (weighed.get(candidate)?.weight ?? 0), 0)
  const used = new Set<string>()
  const info = describeMolecule(molecule, (kept[0] as Candidate).geometry, input.charge)
  return {
    molecule: info,
    conformers: kept.map(candidate => {
      const geometry = put(formatXyz(molecule.elements, candidate.geometry))
      const id = conformerName(geometry, used)
      used.add(id)
      const degeneracy = weighed.get(candidate)?.degeneracy ?? 1
      return { id, geometry, ff_energy_kcal: candidate.energy_kcal, degeneracy }
    }),
    dropped,
    warnings: [
      ...warningsOf(made, { elements: info.elements, stereocentres: info.stereocentres.length }),
      ...(share < 0.95
        ? [
            `the cap of ${input.max_conformers} conformers keeps ${(100 * share).toFixed(0)} % of the force-field population`,
          ]
        : []),
    ],
  }
}

function within(candidates: readonly Candidate[], window_kcal: number): readonly Candidate[] {
  const lowest = Math.min(...candidates.map(({ energy_kcal }) => energy_kcal ?? Number.POSITIVE_INFINITY))
  return candidates
    .filter(({ energy_kcal }) => energy_kcal === null || energy_kcal - lowest <= window_kcal)
    .sort((a, b) => (a.energy_kcal ?? 0) - (b.energy_kcal ?? 0))
}

/** Each conformer once, the lowest of its duplicates. */
function distinct(of: Constitution, candidates: readonly Candidate[]): readonly Candidate[] {
  const own = candidates[0] !== undefined && isOwnMirrorImage(of, candidates[0].geometry)
  const kept: Candidate[] = []
  for (const candidate of candidates) {
    const known = kept.some(
      other =>
        Math.abs((other.energy_kcal ?? 0) - (candidate.energy_kcal ?? 0)) <= SAME_ENERGY &&
        whichLikeness(of, own, other.geometry, candidate.geometry) !== null,
    )
    if (!known) kept.push(candidate)
  }
  return kept
}

/**
 * At most `most`: the lowest of each cluster, by energy and never by the size of the cluster, then the lowest of
 * those left. So a low conformer that stands alone is never given up for one more of a crowd.
 */
function capped(of: Constitution, sorted: readonly Candidate[], most: number): readonly Candidate[] {
  if (sorted.length <= most) return sorted
  const leaders: Candidate[] = []
  for (const candidate of sorted) {
    if (leaders.every(leader => difference(of, leader.geometry, candidate.geometry, CLUSTER).rmsd > CLUSTER)) {
      leaders.push(candidate)
      if (leaders.length === most) break
    }
  }
  const chosen = new Set(leaders)
  for (const candidate of sorted) if (chosen.size < most) chosen.add(candidate)
  return sorted.filter(candidate => chosen.has(candidate))
}

function weigh(
  of: Constitution,
  candidates: readonly Candidate[],
): ReadonlyMap<Candidate, { readonly degeneracy: number; readonly weight: number }> {
  const counts = degeneracies(
    of,
    candidates.map(({ geometry }) => geometry),
  )
  const weights = boltzmannWeights(
    candidates.map(({ energy_kcal }, i) => ({ energy_kcal: energy_kcal ?? 0, degeneracy: counts[i] ?? 1 })),
    298.15,
  )
  return new Map(candidates.map((candidate, i) => [candidate, { degeneracy: counts[i] ?? 1, weight: weights[i] ?? 0 }]))
}

function warningsOf(
  { open, unknownElement, isCut, isomer }: Generated,
  { elements, stereocentres }: { readonly elements: readonly string[]; readonly stereocentres: number },
): readonly string[] {
  const warnings: string[] = []
  const name = (atom: number) => `${elements[atom]}${atom + 1}`
  const centres = open.centres.map(name)
  const bonds = open.bonds.map(([a, b]) => `${name(a)}=${name(b)}`)
  if (centres.length + bonds.length > 0) {
    const what = [
      ...(centres.length > 0 ? [`stereocentre${centres.length === 1 ? '' : 's'} ${centres.join(', ')}`] : []),
      ...(bonds.length > 0 ? [`double bond${bonds.length === 1 ? '' : 's'} ${bonds.join(', ')}`] : []),
    ].join(' and ')
    const either = open.centres.length === 1 && open.bonds.length === 0 && stereocentres === 1
    const others = either
      ? 'its mirror image has the same spectrum'
      : 'every other one is a compound, and a run, of its own'
    warnings.push(`${what} not specified: the isomer ${isomer} was taken; ${others}`)
  }
  if (unknownElement !== null) {
    warnings.push(
      `the force field does not know ${unknownElement}: the conformers are as generated, not minimised, ` +
        'and have no force-field energy',
    )
  }
  if (isCut) warnings.push('there are more combinations of torsions than could be tried')
  return warnings
}
