import { namedAs } from '../../../shared/nmr/compare-conformers.ts'
import type { EnsembleInput, EnsembleResult } from '../../../shared/nmr/ensemble.ts'
import { loadGeometries } from '../../../shared/nmr/load-structure.ts'
import { graphOf } from '../../../shared/nmr/molecule.ts'
import { describeMolecule } from '../../../shared/nmr/molecule-info.ts'
import { constitutionOf } from '../../../shared/nmr/symmetry.ts'
import { formatXyz } from '../../../shared/nmr/xyz.ts'
import { conformerName, degeneracies } from './ensemble-tools.ts'
import type { TaskContext } from './task.ts'

/** The geometries of a file as an ensemble, in its order; all must be of one molecule and one stereoisomer. */
export function ensemble(input: EnsembleInput, { read, put }: TaskContext): EnsembleResult {
  const { molecule, geometries } = loadGeometries(input.structure.format, read(input.structure.content))
  const of = constitutionOf(graphOf(molecule))
  const [first] = geometries
  if (!first) throw new Error('The file holds no geometry.')
  for (const [i, geometry] of geometries.entries()) {
    if (namedAs(of, first, geometry) === null) {
      throw new Error(`Structure ${i + 1} is another stereoisomer than structure 1: each is a run of its own.`)
    }
  }
  const texts = geometries.map(geometry => formatXyz(molecule.elements, geometry))
  const different = geometries.filter((_, i) => texts.indexOf(texts[i] as string) === i)
  const counts = degeneracies(of, different)
  const used = new Set<string>()
  const repeated = geometries.length - different.length
  return {
    molecule: describeMolecule(molecule, first, input.charge),
    conformers: different.map((positions, i) => {
      const geometry = put(formatXyz(molecule.elements, positions))
      const id = conformerName(geometry, used)
      used.add(id)
      return { id, geometry, ff_energy_kcal: null, degeneracy: counts[i] ?? 1 }
    }),
    dropped: repeated > 0 ? [{ reason: 'the very same geometry as another', count: repeated }] : [],
    warnings: [],
  }
}
