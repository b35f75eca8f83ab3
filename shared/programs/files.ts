import type { ContentRef, Json } from '../ids.ts'
import { badInput, ok, type Result } from '../result.ts'

/** A ContentRef that is Json to the compiler, too: an interface has no index signature. */
export type JsonRef = Pick<ContentRef, keyof ContentRef>

/** A file that a person gave for a job: its name in the job's folder, and its content. */
export type GivenFile = { readonly name: string } & JsonRef

/** Names that stand in every job folder already: shared/job-folder.ts, resources/remote. */
const TAKEN =
  /^((job|program|tail)\.sh|tail\.out|(scratch|restart|stderr|not-fetched)\.txt|SHA256SUMS|slurm\.out|(submit|tombstone|fetch\.sha256|run\.lock|report\.(began|ended|duplicate))(\..*)?)$/

/**
 * The files of an input. Refused with the field `files`: none at all, a name twice, a name that leaves the job's folder
 * or is Larmor's own there.
 */
export function readFiles(value: Json | undefined): Result<readonly GivenFile[]> {
  if (!Array.isArray(value) || value.length === 0) return badInput('files', 'There is no file to run.')
  const seen = new Set<string>()
  for (const file of value as readonly Json[]) {
    const { name, sha256, bytes } = record(file)
    if (typeof name !== 'string' || typeof sha256 !== 'string' || typeof bytes !== 'number') {
      return badInput('files', 'A file is named by name, sha256 and bytes.')
    }
    if (!isInside(name))
      return badInput(
        'files',
        `Not a name for a file of a job: ${JSON.stringify(name)}.`,
        'It may hold no backslash and no control character, and no name begins with a hyphen.',
      )
    if (TAKEN.test(name))
      return badInput(
        'files',
        `A file cannot be called ${name}: in a job's folder Larmor has one of its own by that name.`,
        'Rename yours.',
      )
    if (seen.has(name)) return badInput('files', `Two files are called ${name}.`)
    seen.add(name)
  }
  return ok(value as readonly GivenFile[])
}

/** The value's members; none for what is no object. */
export function record(value: Json | undefined): { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json | undefined })
    : {}
}

/** A relative path of plain names: no `..`, no empty part, no control character, no leading hyphen. */
function isInside(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(name)) return false
  return name.split('/').every(part => part !== '' && part !== '.' && part !== '..' && !part.startsWith('-'))
}
