import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { State } from '../../shared/model/state.ts'
import { ifExists } from './store/disk-fault.ts'
import type { Store } from './store/store.ts'

/** Who puts content has this long to send the command that refers to it. */
const UNREFERENCED_FOR_MS = 3600_000

/**
 * Removes the content that nothing refers to any more: neither the state, nor an archived run, nor a kept calculation.
 * Whatever looks like a reference there is one. Rejects, and removes nothing, where one of those cannot be read.
 */
export async function collectBlobs(
  home: string,
  store: Pick<Store<State>, 'blobs'>,
  state: State,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const referenced = new Set<string>()
  const note = (text: string) => {
    for (const [hash] of text.matchAll(/\b[0-9a-f]{64}\b/g)) referenced.add(hash)
  }
  note(JSON.stringify(state))
  for (const folder of ['archive', 'calculations']) {
    const names = (await ifExists(readdir(join(home, folder), { recursive: true, withFileTypes: true }))) ?? []
    for (const entry of names) if (entry.isFile()) note(await readFile(join(entry.parentPath, entry.name), 'utf8'))
  }
  return store.blobs.collect(referenced, UNREFERENCED_FOR_MS)
}
