import type { Engine } from '../../shared/contract.ts'
import type { ContentRef, Json, RunId } from '../../shared/ids.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { ok, type Result } from '../../shared/result.ts'
import type { ResolvedNmr } from '../../shared/workflows/index.ts'

/** A run that can be started: made by `resolve` from the names that the engine gives to texts. */
export interface Start {
  readonly run: RunId
  readonly workflow: 'nmr' | 'single' | 'campaign'
  resolve(
    refOf: (text: string) => ContentRef,
  ): Result<Pick<ResolvedNmr, 'name' | 'texts'> & { readonly params: unknown }>
}

/**
 * Starts runs, each of its own: all are checked first, so that nothing runs and nothing is kept when one is refused. The
 * engine names contents, and asynchronously: which there are is learnt from a first look without names.
 */
export async function startRuns(
  engine: Engine,
  starts: readonly Start[],
  machine: Machine,
): Promise<Result<readonly RunId[]>> {
  const texts = new Set<string>()
  for (const start of starts) {
    const checked = start.resolve(() => ({ sha256: '', bytes: 0 }))
    if (!checked.ok) return checked
    for (const text of checked.value.texts) texts.add(text)
  }
  const refs = new Map<string, ContentRef>()
  for (const text of texts) {
    const kept = await engine.put(text)
    if (!kept.ok) return kept
    refs.set(text, kept.value)
  }
  for (const { run, workflow, resolve } of starts) {
    const resolved = resolve(text => refs.get(text) as ContentRef)
    if (!resolved.ok) return resolved
    const { name, params } = resolved.value
    const sent = await engine.send({
      type: 'run.start',
      run,
      name,
      workflow,
      params: params as Json,
      machine: machine.name,
    })
    if (!sent.ok) return sent
  }
  return ok(starts.map(({ run }) => run))
}
