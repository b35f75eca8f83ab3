import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../run-ts.mjs'

/** The stand-in of ORCA (orca.ts) in a folder of its own, with what it was called for. */
export interface OrcaStandIn {
  readonly executable: string
  /** Inputs with one of these words fail from now on; none: all go well. */
  failOn(...words: readonly string[]): void
  /** Calls past so many, by default all that compute, wait until the returned function is called. */
  hold(past?: number): () => void
  calls(): readonly { readonly words: string; readonly title: string; readonly fails: boolean }[]
}

export async function orcaStandIn(folder: string): Promise<OrcaStandIn> {
  const executable = join(folder, 'orca')
  const script = await bundle(fileURLToPath(new URL('./orca.ts', import.meta.url)), folder)
  writeFileSync(executable, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`)
  chmodSync(executable, 0o755)
  const fail = join(folder, 'fail')
  const held = join(folder, 'hold')
  const calls = join(folder, 'calls.jsonl')
  return {
    executable,
    failOn(...words) {
      if (words.length === 0) rmSync(fail, { force: true })
      else writeFileSync(fail, `${words.join('\n')}\n`)
    },
    hold(past = 0) {
      writeFileSync(`${held}.new`, String(past))
      renameSync(`${held}.new`, held)
      return () => rmSync(held, { force: true })
    },
    calls: () =>
      (existsSync(calls) ? readFileSync(calls, 'utf8') : '')
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line)),
  }
}
