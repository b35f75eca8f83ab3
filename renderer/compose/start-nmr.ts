import type { Engine } from '../../shared/contract.ts'
import type { ContentRef, Json, RunId } from '../../shared/ids.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { ok, type Result } from '../../shared/result.ts'
import { type ResolvedNmr, resolveNmr } from '../../shared/workflows/index.ts'
import { newRunId } from './run-id.ts'

export interface NmrWish {
  readonly smiles: string
  /** Empty: the SMILES. */
  readonly name: string
  /** An id of shared/solvents.ts. */
  readonly solvent: string
  readonly preset: string
}

/** Starts an NMR ensemble on a machine: checked first, so that nothing runs and nothing is kept when it is refused. */
export async function startNmr(engine: Engine, wish: NmrWish, machine: Machine): Promise<Result<RunId>> {
  const refs = new Map<string, ContentRef>()
  // The engine names contents, and asynchronously: what they are is learnt from a first look without names.
  const checked = resolve(wish, machine, text => refs.get(text) ?? { sha256: '', bytes: 0 })
  if (!checked.ok) return checked
  for (const text of checked.value.texts) {
    const kept = await engine.put(text)
    if (!kept.ok) return kept
    refs.set(text, kept.value)
  }
  const resolved = resolve(wish, machine, text => refs.get(text) as ContentRef)
  if (!resolved.ok) return resolved
  const run = newRunId()
  const { name, params } = resolved.value
  const sent = await engine.send({
    type: 'run.start',
    run,
    name,
    workflow: 'nmr',
    params: params as unknown as Json,
    machine: machine.name,
  })
  return sent.ok ? ok(run) : sent
}

function resolve(wish: NmrWish, machine: Machine, refOf: (text: string) => ContentRef): Result<ResolvedNmr> {
  const smiles = wish.smiles.trim()
  const { solvent, preset } = wish
  const name = wish.name.trim() === '' ? undefined : wish.name.trim()
  return resolveNmr({ input: smiles, name, solvent, preset }, { format: 'smiles', text: smiles }, { machine, refOf })
}
