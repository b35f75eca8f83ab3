import { ConformerGenerator } from 'openchemlib'
import { loadForGeneration } from '../../../shared/nmr/load-structure.ts'
import type { StructureFormat } from '../../../shared/nmr/parse-structure.ts'
import { badInput, FaultError, ok, type Result } from '../../../shared/result.ts'
import { loadTables } from './force-field.ts'

/** Whether a 3D structure can be made of the input at all: asked once before a run is started. Takes up to a second. */
export function canEmbed({ format, text }: { readonly format: StructureFormat; readonly text: string }): Result<void> {
  try {
    const { molecule } = loadForGeneration(format, text)
    loadTables()
    if (new ConformerGenerator(1).getOneConformerAsMolecule(molecule)) return ok(undefined)
  } catch (thrown) {
    if (thrown instanceof FaultError) return { ok: false, fault: thrown.fault }
  }
  return badInput('input', 'No 3D structure could be made of this molecule.', 'Give a 3D structure (xyz, mol or sdf)')
}
