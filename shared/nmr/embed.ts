import { ConformerGenerator } from 'openchemlib'
import { badInput, FaultError, fail, ok, type Result } from '../result.ts'
import { geometryFrom, graphFrom, loadForGeneration, loadGeometries } from './load-structure.ts'
import { describeMolecule, type MoleculeInfo } from './molecule-info.ts'
import type { StructureFormat } from './parse-structure.ts'
import { formatXyz } from './xyz.ts'

/** A molecule with one geometry (XYZ text): the given one, or one that was made. */
export interface Embedded {
  readonly molecule: MoleculeInfo
  readonly xyz: string
}

/**
 * The first geometry of a file, or, of a structure without, one conformer that is not minimised: what decks can be
 * shown with before the search. openchemlib's tables must have been registered. Takes up to some seconds for 200 atoms.
 */
export function embed(format: StructureFormat, text: string, charge: number, generate: boolean): Result<Embedded> {
  try {
    if (!generate) {
      const { molecule, geometries } = loadGeometries(format, text)
      const [geometry] = geometries
      if (!geometry) return badInput('input', 'The file is empty.')
      return ok({ molecule: describeMolecule(molecule, geometry, charge), xyz: formatXyz(molecule.elements, geometry) })
    }
    const loaded = loadForGeneration(format, text)
    const graph = graphFrom(loaded)
    const conformer = new ConformerGenerator(1).getOneConformerAsMolecule(loaded.molecule)
    if (!conformer) return none()
    const geometry = geometryFrom(conformer, loaded.places)
    return ok({ molecule: describeMolecule(graph, geometry, charge), xyz: formatXyz(graph.elements, geometry) })
  } catch (thrown) {
    return thrown instanceof FaultError ? fail(thrown.fault) : none()
  }
}

function none(): Result<never> {
  return badInput('input', 'No 3D structure could be made of this molecule.', 'Give a 3D structure (xyz, mol or sdf)')
}
