import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import type { ContentRef } from '../../shared/ids.ts'
import type { GivenFile } from '../../shared/programs/index.ts'
import type { FaultError } from '../../shared/result.ts'
import { badArgument } from './command.ts'
import { filesUnder } from './folder-files.ts'

const MOST_FILES = 1000
/** No input of a program is longer; what is bigger is data beside it. */
const MOST_TEXT = 16 << 20

export interface TakenFiles {
  readonly files: readonly GivenFile[]
  /** Links in the folder that lead to no file, by name; and as what: `a link to a folder`. */
  readonly leftOut: readonly { readonly name: string; readonly what: string }[]
}

/** For a person, of each what was left out. */
export function leftOutText({ leftOut }: TakenFiles): readonly string[] {
  return leftOut.map(({ name, what }) => `${name}: ${what}, not sent`)
}

/** Files of a person, by what they hold: where each lies, so that it can be kept when the run is started. */
export interface GivenFiles {
  /** The file, or all files of the folder, with their names in the job's folder. */
  take(path: string): Promise<TakenFiles>
  /** By content, the path that was read. */
  readonly paths: ReadonlyMap<string, string>
}

export function givenFiles(): GivenFiles {
  const paths = new Map<string, string>()
  async function take(path: string, name: string): Promise<GivenFile> {
    const { sha256, bytes } = await contentOf(path)
    paths.set(sha256, path)
    return { name, sha256, bytes }
  }
  return {
    paths,
    async take(path) {
      const about = await stat(path).catch(() => null)
      if (!about) throw badArgument('file', `${path} is not there.`)
      if (about.isFile() && about.size === 0) throw badArgument('file', `${path} is empty.`)
      if (about.isFile()) return { files: [await take(path, basename(path))], leftOut: [] }
      if (!about.isDirectory()) throw badArgument('file', `${path} is neither a file nor a folder.`)
      const { files: found, astray } = await filesUnder(path, 'file')
      const names = found.map(file => relative(path, file))
      if (names.length === 0) throw badArgument('file', `${path} is empty.`)
      if (names.length > MOST_FILES)
        throw badArgument('file', `${path} holds ${names.length} files; ${MOST_FILES} is the most for one job.`)
      const files: GivenFile[] = []
      for (const name of names) files.push(await take(join(path, name), name))
      return { files, leftOut: astray.map(({ path: link, what }) => ({ name: relative(path, link), what })) }
    },
  }
}

/** A program's input as text: in UTF-8, and no longer than an input can be. */
export async function readInput(path: string): Promise<string> {
  const about = await stat(path).catch(() => null)
  if (about && about.size > MOST_TEXT)
    throw badArgument('file', `${path} is too long for an input: ${about.size} bytes.`)
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  const text = bytes.toString('utf8')
  if (bytes.includes(0) || !Buffer.from(text, 'utf8').equals(bytes)) {
    throw badArgument('file', `${path} is no text in UTF-8, and so no input of a program.`)
  }
  return text
}

async function contentOf(path: string): Promise<ContentRef> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer)
      bytes += (chunk as Buffer).length
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  return { sha256: hash.digest('hex'), bytes }
}

function unreadable(path: string, error: unknown): FaultError {
  return badArgument('file', `${path} cannot be read: ${error instanceof Error ? error.message : error}`)
}
