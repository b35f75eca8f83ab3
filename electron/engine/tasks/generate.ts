import { ConformerGenerator, Molecule } from 'openchemlib'
import { chance } from '../../../shared/chance.ts'
import { isOwnMirrorImage, namedAs } from '../../../shared/nmr/compare-conformers.ts'
import { geometryFrom, type Loaded, setGeometry } from '../../../shared/nmr/load-structure.ts'
import type { Geometry, Graph } from '../../../shared/nmr/molecule.ts'
import type { Constitution } from '../../../shared/nmr/symmetry.ts'
import { whichLikeness } from './ensemble-tools.ts'
import { loadTables, minimise } from './force-field.ts'
import { lightRotors } from './light-rotors.ts'
import type { Move } from './move.ts'
import { ringFlips } from './ring-flips.ts'

/** A geometry with its force field energy; null where the force field does not know the molecule. */
export interface Candidate {
  readonly geometry: Geometry
  readonly energy_kcal: number | null
}

export interface Generated {
  readonly candidates: readonly Candidate[]
  /** How many geometries were minimised in all. */
  readonly minimised: number
  /** Whether there were more combinations of torsions than could be tried. */
  readonly isCut: boolean
  /** Stereocentres and double bonds that the input leaves open, atoms of the input counted from 0. */
  readonly open: { readonly centres: readonly number[]; readonly bonds: readonly (readonly [number, number])[] }
  /** The isomer that was taken, as SMILES. */
  readonly isomer: string
  /** An element without force field parameters; null where there is none. */
  readonly unknownElement: string | null
}

const NO_3D = 'no 3D structure could be made of this molecule'
/** Torsion sets tried at most, by size: a minimisation takes 20 ms (10 atoms), 150 (30), 650 (60), 4,000 (120). */
const triesFor = (atoms: number) => Math.round(Math.max(30, Math.min(300, 4000 / atoms)))
/** Drafts closer than this (angstrom) would be minimised to the same conformer. */
const SAME_DRAFT = 0.15
const MOST_TURNS = 27

/** Conformers of one stereoisomer, minimised, with their atoms named alike; not yet compared with each other. */
export function generate(
  loaded: Loaded,
  of: Constitution,
  seed: number,
  distinct: (candidates: readonly Candidate[]) => readonly Candidate[],
): Generated {
  loadTables()
  const first = new ConformerGenerator(seed)
  const start = first.initializeConformers(loaded.molecule) ? first.getNextConformerAsMolecule() : null
  if (!start) throw new Error(NO_3D)
  const { isomer, open } = settleStereo(loaded, start)

  const drafts = torsions(isomer, of, seed, geometryFrom(start, isomer.places))
  let unknownElement: string | null = null
  const raw = drafts.geometries.map((geometry): Candidate => {
    if (unknownElement !== null) return { geometry, energy_kcal: null }
    setGeometry(isomer.molecule, isomer.places, geometry)
    const minimised = minimise(isomer.molecule)
    if (minimised.is === 'unknown') unknownElement = minimised.atom
    if (minimised.is !== 'minimised') return { geometry, energy_kcal: null }
    return { geometry: geometryFrom(isomer.molecule, isomer.places), energy_kcal: minimised.energy_kcal }
  })

  const sound = raw.some(({ energy_kcal }) => energy_kcal !== null)
  const reference = (raw.find(({ energy_kcal }) => !sound || energy_kcal !== null) as Candidate).geometry
  const alike = (candidates: readonly Candidate[]) =>
    candidates.flatMap(({ geometry, energy_kcal }) => {
      const named = sound && energy_kcal === null ? null : namedAs(of, reference, geometry)
      return named ? [{ geometry: named, energy_kcal }] : []
    })
  const chains = distinct(alike(raw))
  const flipped = sound ? flipRings(isomer, of.graph, chains, alike, distinct) : { all: chains, tried: 0 }
  const skeletons = flipped.all
  const turned = sound ? alike(turnLightRotors(isomer, of.graph, skeletons, seed)) : []
  return {
    candidates: [...skeletons, ...turned],
    minimised: raw.length + flipped.tried + turned.length,
    isCut: drafts.isCut,
    open,
    isomer: isomer.molecule.toIsomericSmiles(),
    unknownElement,
  }
}

/** The isomer that the first conformer happens to be, so that all later ones are conformers of it. */
function settleStereo(
  { molecule, places }: Loaded,
  conformer: Molecule,
): { readonly isomer: Loaded; readonly open: Generated['open'] } {
  const read = Molecule.fromMolfileWithAtomMap(conformer.toMolfile())
  const settled = { molecule: read.molecule, places: places.map(place => read.map[place] ?? place) }
  molecule.ensureHelperArrays(Molecule.cHelperParities)
  settled.molecule.ensureHelperArrays(Molecule.cHelperParities)
  const known = (parity: number) => parity === Molecule.cAtomParity1 || parity === Molecule.cAtomParity2
  const centres = places.flatMap((place, atom) => {
    const now = settled.molecule.getAtomParity(settled.places[atom] ?? place)
    return known(now) && !known(molecule.getAtomParity(place)) && molecule.getAtomicNo(place) !== 7 ? [atom] : []
  })
  const input = new Map(places.map((place, atom) => [place, atom]))
  const bonds = Array.from({ length: molecule.getAllBonds() }, (_, bond) => bond).flatMap(bond => {
    if (molecule.getBondParity(bond) !== Molecule.cBondParityUnknown) return []
    const ends = [input.get(molecule.getBondAtom(0, bond)), input.get(molecule.getBondAtom(1, bond))]
    return ends[0] === undefined || ends[1] === undefined ? [] : [[ends[0], ends[1]] as const]
  })
  return { isomer: settled, open: { centres, bonds } }
}

/**
 * Geometries with different torsions, not minimised, each once: likely ones of openchemlib's table first, then any in
 * steps of 60 degrees, since the table leaves some out (isobutylbenzene).
 */
function torsions(
  { molecule, places }: Loaded,
  of: Constitution,
  seed: number,
  reference: Geometry,
): { readonly geometries: readonly Geometry[]; readonly isCut: boolean } {
  const most = triesFor(of.graph.elements.length)
  const own = isOwnMirrorImage(of, reference)
  const found: Geometry[] = []
  const passes = [
    { strategy: ConformerGenerator.STRATEGY_ADAPTIVE_RANDOM, use60degreeSteps: false, most: Math.ceil(most * 0.7) },
    { strategy: ConformerGenerator.STRATEGY_PURE_RANDOM, use60degreeSteps: true, most },
  ]
  let isCut = false
  for (const { most, ...options } of passes) {
    const generator = new ConformerGenerator(seed)
    if (!generator.initializeConformers(molecule, options)) throw new Error(NO_3D)
    for (let drawn = 0; drawn < 3 * most; drawn++) {
      const conformer = generator.getNextConformerAsMolecule()
      if (!conformer) break
      const geometry = namedAs(of, reference, geometryFrom(conformer, places))
      if (geometry === null) continue
      if (found.some(other => whichLikeness(of, own, other, geometry, SAME_DRAFT) !== null)) continue
      isCut = found.length >= most
      if (isCut) break
      found.push(geometry)
    }
  }
  return { geometries: found.length > 0 ? found : [reference], isCut }
}

/** With the other puckerings of the rings, and those of these, until nothing new comes or it is enough. */
function flipRings(
  isomer: Loaded,
  graph: Graph,
  start: readonly Candidate[],
  alike: (candidates: readonly Candidate[]) => readonly Candidate[],
  distinct: (candidates: readonly Candidate[]) => readonly Candidate[],
): { readonly all: readonly Candidate[]; readonly tried: number } {
  const flips = ringFlips(graph)
  let all = start
  let fresh = start
  let tried = 0
  let left = triesFor(graph.elements.length) / 2
  while (flips.length > 0 && fresh.length > 0) {
    const found: Candidate[] = []
    for (const { geometry } of fresh) {
      for (const flip of flips) {
        if (left-- <= 0) break
        const flipped = minimisedFrom(isomer, flip(geometry))
        tried += 1
        if (flipped) found.push(flipped)
      }
    }
    const known = new Set(all)
    all = distinct([...all, ...alike(found)])
    fresh = all.filter(candidate => !known.has(candidate))
  }
  return { all, tried }
}

function minimisedFrom({ molecule, places }: Loaded, geometry: Geometry): Candidate | null {
  setGeometry(molecule, places, geometry)
  const minimised = minimise(molecule)
  return minimised.is === 'minimised'
    ? { geometry: geometryFrom(molecule, places), energy_kcal: minimised.energy_kcal }
    : null
}

/** Every way the light rotors of each geometry can stand, minimised; the way it stands is left out. */
function turnLightRotors(
  isomer: Loaded,
  graph: Graph,
  skeletons: readonly Candidate[],
  seed: number,
): readonly Candidate[] {
  const random = chance(seed)
  const found: Candidate[] = []
  for (const { geometry } of skeletons) {
    for (const moves of turns(lightRotors(graph, geometry), random)) {
      if (found.length >= triesFor(graph.elements.length)) return found
      const turned = minimisedFrom(
        isomer,
        moves.reduce((moved, move) => move(moved), geometry),
      )
      if (turned) found.push(turned)
    }
  }
  return found
}

/** All combinations but the first (as it is), or a sample where there are too many. */
function turns(rotors: readonly (readonly Move[])[], random: () => number): readonly (readonly Move[])[] {
  const all = rotors.reduce((count, ways) => count * ways.length, 1)
  const numbers = all <= MOST_TURNS ? Array.from({ length: all - 1 }, (_, i) => i + 1) : sample(all, random)
  return numbers.map(number => {
    let rest = number
    return rotors.flatMap(ways => {
      const way = ways[rest % ways.length]
      rest = Math.floor(rest / ways.length)
      return way ? [way] : []
    })
  })
}

function sample(all: number, random: () => number): readonly number[] {
  const chosen = new Set<number>()
  for (let tries = 0; chosen.size < MOST_TURNS && tries < 10 * MOST_TURNS; tries++) {
    chosen.add(1 + Math.floor(random() * (all - 1)))
  }
  return [...chosen]
}
