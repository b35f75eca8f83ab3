import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { badArgument } from './command.ts'

/** What lies under a folder, by whole paths in order. */
export interface FolderFiles {
  /** Files, and links that lead to one. */
  readonly files: readonly string[]
  /** Those of the files that are links. */
  readonly links: ReadonlySet<string>
  /** Links that lead to none, nowhere or to a folder, which is not followed; and as what: `a link to a folder`. */
  readonly astray: readonly { readonly path: string; readonly what: string }[]
}

/** Refused (`field`) where the folder, or one in it, cannot be read. */
export async function filesUnder(folder: string, field: string): Promise<FolderFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw badArgument(field, `${folder} cannot be read: ${error instanceof Error ? error.message : error}`)
  })
  const files: string[] = []
  const links = new Set<string>()
  const astray: FolderFiles['astray'][number][] = []
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.push(path)
    else if (entry.isSymbolicLink()) {
      const about = await stat(path).catch(() => null)
      if (about?.isFile()) {
        files.push(path)
        links.add(path)
      } else astray.push({ path, what: `a link ${about?.isDirectory() ? 'to a folder' : 'that leads to no file'}` })
    }
  }
  return { files: files.sort(), links, astray }
}
