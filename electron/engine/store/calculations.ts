import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fnv1a, type Json, type Label } from '../../../shared/ids.ts'
import type { JobResult } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { isTemporary, makeFolder, writeAtomic } from './atomic-write.ts'
import { canonicalJson } from './canonical-json.ts'
import { ifExists } from './disk-fault.ts'
import { seal, unseal } from './seal.ts'

/** A finished calculation, found again by what was calculated. */
interface Calculation {
  /** What makes two calculations the same one, as the program says (Program.calculation). */
  readonly identity: Json
  /** Of the program, as its output names it. */
  readonly version: string | null
  readonly result: JobResult
  /** The attempt that did it: its files are there. */
  readonly from: Label
}

/** A calculation that was kept, and the key of its identity. */
interface KeptCalculation extends Calculation {
  readonly key: string
}

export interface CalculationsReader {
  /**
   * The calculation of this identity by this version of the program, or by any (the one kept last) where the version is
   * null; undefined where there is none. A damaged one counts as none: it is done again.
   */
  find(identity: Json, version: string | null): Promise<KeptCalculation | undefined>
}

export interface Calculations extends CalculationsReader {
  /** Keeps a finished calculation durably. The first one kept stays. */
  keep(calculation: Calculation): Promise<void>
}

/** The key of a calculation: sha256 of its identity as canonical JSON. */
export function calculationKey(identity: Json): string {
  return createHash('sha256').update(canonicalJson(identity)).digest('hex')
}

/** The calculations under a folder: `ab/<key>/<version>.json`, one file each. */
export function openCalculations(folder: string): Calculations {
  const folderOf = (key: string) => join(folder, key.slice(0, 2), key)

  async function read(key: string, name: string): Promise<KeptCalculation | undefined> {
    const text = await ifExists(readFile(join(folderOf(key), name), 'utf8'))
    const json = text === undefined ? undefined : unseal('calculation', text)
    return json === undefined ? undefined : { ...(JSON.parse(json) as Calculation), key }
  }

  return {
    async find(identity, version) {
      const key = calculationKey(identity)
      if (version !== null) return read(key, fileName(version))
      for (const name of await newestFirst(folderOf(key))) {
        const found = await read(key, name)
        if (found) return found
      }
      return undefined
    },
    async keep({ identity, version, result, from }) {
      const key = calculationKey(identity)
      const name = fileName(version)
      if (await read(key, name)) return
      await makeFolder(folderOf(key))
      const sealed = seal('calculation', JSON.stringify({ identity, version, result, from }))
      await around('calculation.write', () => writeAtomic(join(folderOf(key), name), sealed))
    },
  }
}

async function newestFirst(folder: string): Promise<readonly string[]> {
  const names = ((await ifExists(readdir(folder))) ?? []).filter(name => !isTemporary(name))
  const dated = await Promise.all(names.map(async name => ({ name, kept: (await stat(join(folder, name))).mtimeMs })))
  return dated.toSorted((a, b) => b.kept - a.kept).map(({ name }) => name)
}

/** `7.0.2.json`; a version that is no plain file name also carries its hash. */
function fileName(version: string | null): string {
  if (version === null) return 'unknown.json'
  const slug = version.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80)
  return /^[A-Za-z0-9]/.test(version) && slug === version && slug !== 'unknown'
    ? `${slug}.json`
    : `${slug.replace(/^\.+/, '')}-${fnv1a(version)}.json`
}
