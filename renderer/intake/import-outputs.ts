import { IT_GROWS, LOOK_AGAIN_MS } from '../../shared/compose/imported.ts'
import type { Engine } from '../../shared/contract.ts'
import type { RemotePath, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { writeXyz } from '../../shared/programs/index.ts'
import { ok, type Result } from '../../shared/result.ts'
import type { DroppedFile } from '../compose/dropped-files.ts'
import { newRunId } from '../compose/run-id.ts'
import { type FinishedFile, hasGrown, readFinished } from './read-finished.ts'

type Output = Extract<Command, { readonly type: 'run.import' }>['outputs'][number]

export interface FoundOutputs {
  readonly found: readonly (FinishedFile & { readonly path: string; readonly ended: string })[]
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
}

/** A command holds at most 1 MB: more outputs are several runs. */
const MOST_COMMAND = 800_000

/**
 * Looks for finished outputs among files, whatever they are called. `progress` is told how many were read, and, when all
 * were, that some are looked at again; it says whether to go on.
 */
export async function findOutputs(
  files: readonly DroppedFile[],
  progress: (read: number) => boolean,
): Promise<FoundOutputs> {
  const found: (FoundOutputs['found'][number] & { readonly file: File })[] = []
  const skipped: FoundOutputs['skipped'][number][] = []
  for (const [i, { path, file }] of files.entries()) {
    if (!progress(i)) return { found, skipped }
    const read = await readFinished(file)
    if (read === null) continue
    if ('skipped' in read) skipped.push({ path, reason: read.skipped })
    else found.push({ ...read, file, path, ended: new Date(file.lastModified).toISOString() })
  }
  if (!found.some(({ finished }) => finished.mayGrow)) return { found, skipped }
  if (!progress(files.length)) return { found, skipped }
  await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS))
  const growing = new Set<string>()
  for (const { finished, file, path } of found) {
    if (!finished.mayGrow || !(await hasGrown(file))) continue
    growing.add(path)
    skipped.push({ path, reason: IT_GROWS })
  }
  return { found: found.filter(({ path }) => !growing.has(path)), skipped }
}

/** Runs that were wished, and the event up to which the state has what became of that. */
export interface WishedRuns {
  readonly runs: readonly RunId[]
  readonly seq: number
}

/** Outputs become runs of the library, one for each dropped folder, as by `larmor import`. */
export async function importOutputs(engine: Engine, found: FoundOutputs['found']): Promise<Result<WishedRuns>> {
  const runs: RunId[] = []
  let seq = 0
  const rootOf = (path: string) => path.split('/').slice(0, -1)[0] ?? ''
  for (const folder of new Set(found.map(({ path }) => rootOf(path)))) {
    const files = found.filter(({ path }) => rootOf(path) === folder)
    let outputs: Output[] = []
    const send = async () => {
      const run = newRunId()
      const name =
        folder ||
        outputs
          .map(({ key }) => key)
          .slice(0, 3)
          .join(', ')
      const sent = await engine.send({ type: 'run.import', run, name, outputs })
      outputs = []
      if (!sent.ok) return sent
      runs.push(run)
      seq = sent.value.seq
      return sent
    }
    for (const file of files) {
      const output = await keep(engine, file, folder)
      if (!output.ok) return output
      if (JSON.stringify([...outputs, output.value]).length > MOST_COMMAND && outputs.length > 0) {
        const sent = await send()
        if (!sent.ok) return sent
      }
      outputs.push(output.value)
    }
    const sent = await send()
    if (!sent.ok) return sent
  }
  return ok({ runs, seq })
}

async function keep(engine: Engine, file: FoundOutputs['found'][number], folder: string): Promise<Result<Output>> {
  const { path, ended, text, finished } = file
  const { program, result, geometry, figures, mayGrow: _, ...verdict } = finished
  const key = folder === '' ? path : path.slice(folder.length + 1)
  const given = path.split('/').at(-1) ?? path
  const name = given.replace(/\.gz$/i, '')
  const content = await engine.put(text)
  if (!content.ok) return content
  const xyz = geometry ? await engine.put(writeXyz(geometry, key)) : ok(null)
  if (!xyz.ok) return xyz
  const more = await engine.put(JSON.stringify(figures))
  if (!more.ok) return more
  return ok({
    ...verdict,
    evidence: verdict.evidence.map(each => ({ ...each, file: each.file === given ? name : each.file })),
    key,
    program,
    // As far as a page may know where it lies.
    dir: path.split('/').slice(0, -1).join('/') as RemotePath,
    ended,
    files: [{ name, ...content.value }],
    result: { ...result, geometry: xyz.value, figures: more.value },
  })
}
