import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fnv1a, type Instant, type Json, type Label } from '../../../shared/ids.ts'
import type { FetchedFile, JobResult } from '../../../shared/model/job.ts'
import { around } from '../points.ts'
import { isTemporary, makeFolder, writeAtomic } from './atomic-write.ts'
import { canonicalJson } from './canonical-json.ts'
import { ifExists } from './disk-fault.ts'
import { seal, unseal } from './seal.ts'

/** A finished calculation, found again by what was calculated. */
export interface Calculation {
  /** What makes two calculations the same one, as the program says (Program.calculation). */
  readonly identity: Json
  /** Of the program, as its output names it. */
  readonly version: string | null
  readonly result: JobResult
  /** Its files, among the blobs. */
  readonly files: readonly FetchedFile[]
  /** The attempt that did it. */
  readonly from: Label
  readonly at: Instant
}

export interface CalculationsReader {
  /**
   * The calculation of this identity key, by this version of the program, or by any (the one kept last) where the
   * version is null; undefined where there is none. A damaged one counts as none: it is done again.
   */
  find(key: string, version: string | null): Promise<Calculation | undefined>
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

  async function read(key: string, name: string): Promise<Calculation | undefined> {
    const bytes = await ifExists(readFile(join(folderOf(key), name)))
    const json = bytes && unseal('calculation', bytes)
    if (json === undefined) return undefined
    const calculation = JSON.parse(json) as Calculation
    return calculationKey(calculation.identity) === key ? calculation : undefined
  }

  return {
    async find(key, version) {
      if (version !== null) return read(key, fileName(version))
      const names = (await ifExists(readdir(folderOf(key)))) ?? []
      const found = await Promise.all(names.filter(name => !isTemporary(name)).map(name => read(key, name)))
      return found
        .filter(calculation => calculation !== undefined)
        .toSorted((a, b) => (a.at < b.at ? -1 : 1))
        .at(-1)
    },
    async keep(calculation) {
      const key = calculationKey(calculation.identity)
      const name = fileName(calculation.version)
      if (await read(key, name)) return
      await makeFolder(folderOf(key))
      const sealed = seal('calculation', JSON.stringify(calculation))
      await around('calculation.write', () => writeAtomic(join(folderOf(key), name), sealed))
    },
  }
}

/** `7.0.2.json`; a version that is no plain file name also carries its hash. */
function fileName(version: string | null): string {
  if (version === null) return 'unknown.json'
  const slug = version.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80)
  return /^[A-Za-z0-9]/.test(version) && slug === version && slug !== 'unknown'
    ? `${slug}.json`
    : `${slug.replace(/^\.+/, '')}-${fnv1a(version)}.json`
}
