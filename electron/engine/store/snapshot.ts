import { readFile } from 'node:fs/promises'
import { type Adapter, Low } from 'lowdb'
import { around } from '../points.ts'
import { writeAtomic } from './atomic-write.ts'
import { ifExists } from './disk-fault.ts'
import { seal, unseal } from './seal.ts'

/** The state as it was after event `seq`: a cache of the journal, never a truth of its own. */
export interface Snapshot<S> {
  /** Version of the reducer that made the state; another one would have made another state. */
  readonly reducer: number
  readonly seq: number
  readonly state: S
}

/** The snapshot, or null and why it is not used (null for a first start). */
export async function readSnapshot<S>(
  path: string,
  reducer: number,
): Promise<{ readonly snapshot: Snapshot<S> | null; readonly ignored: string | null }> {
  const file = new Low<Snapshot<S> | null>(durable(path), null)
  try {
    await file.read()
  } catch (error) {
    return { snapshot: null, ignored: `cannot be read (${error instanceof Error ? error.message : error})` }
  }
  const snapshot = file.data
  if (snapshot === null || snapshot.reducer === reducer) return { snapshot, ignored: null }
  return { snapshot: null, ignored: `was made by version ${snapshot.reducer} of the reducer, this is ${reducer}` }
}

/** Writes the snapshot so that after any crash it is the old one or the new one. */
export async function writeSnapshot<S>(path: string, snapshot: Snapshot<S>): Promise<void> {
  await around('snapshot.write', () => new Low<Snapshot<S> | null>(durable(path), snapshot).write())
}

/** lowdb's own adapter neither flushes nor notices damage, and pretty-prints. */
function durable<S>(path: string): Adapter<Snapshot<S> | null> {
  return {
    async read() {
      const text = await ifExists(readFile(path, 'utf8'))
      if (text === undefined) return null
      const json = unseal('snapshot', text)
      if (json === undefined) throw new Error('its checksum is wrong')
      return JSON.parse(json) as Snapshot<S>
    },
    write: snapshot => writeAtomic(path, seal('snapshot', JSON.stringify(snapshot))),
  }
}
