import { createHash } from 'node:crypto'
import { doTask } from '../../../electron/engine/tasks/index.ts'
import type { ContentRef, Json } from '../../../shared/ids.ts'
import type { EnsembleResult, SelectInput, SelectResult } from '../../../shared/nmr/ensemble.ts'
import type { StructureFormat } from '../../../shared/nmr/parse-structure.ts'

/** Does tasks in this thread, with contents kept in memory. */
export function taskBench() {
  const texts = new Map<string, string>()

  function put(text: string): ContentRef {
    const ref = { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) }
    texts.set(ref.sha256, text)
    return ref
  }
  function read(ref: ContentRef): string {
    const text = texts.get(ref.sha256)
    if (text === undefined) throw new Error(`no content ${ref.sha256}`)
    return text
  }
  function run(kind: string, input: unknown): Json {
    return doTask(kind, input as Json, { read, put })
  }

  return {
    put,
    read,
    conformers(text: string, options: { max?: number; window?: number; seed?: number; format?: StructureFormat } = {}) {
      const { max = 50, window = 6, seed = 1, format = 'smiles' } = options
      const structure = { format, content: put(text) }
      const input = { structure, charge: 0, max_conformers: max, window_kcal: window, seed }
      return run('conformers', input) as unknown as EnsembleResult
    },
    ensemble(text: string, format: StructureFormat = 'xyz') {
      return run('ensemble', { structure: { format, content: put(text) }, charge: 0 }) as unknown as EnsembleResult
    },
    select(input: SelectInput) {
      return run('select', input) as unknown as SelectResult
    },
  }
}

/** Energies above the lowest (kcal/mol, two decimals) with degeneracies. */
export function ladder({ conformers }: EnsembleResult): readonly (readonly [number, number])[] {
  const lowest = conformers[0]?.ff_energy_kcal ?? 0
  return conformers.map(({ ff_energy_kcal, degeneracy }) => [
    Math.round(((ff_energy_kcal ?? 0) - lowest) * 100) / 100,
    degeneracy,
  ])
}

/** The classes of an element, each as its atoms. */
export function classesOf({ molecule }: EnsembleResult, element: string): readonly string[] {
  return molecule.classes.filter(group => group.element === element).map(({ atoms }) => atoms.join(' '))
}
