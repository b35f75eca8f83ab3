import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { diskFault, errnoOf, ifExists, notNow } from './disk-fault.ts'

/**
 * Writes a file so that after any crash it is the old one or the new one, whole: write, fsync, rename, fsync of the
 * folder. Throws a `not-now` FaultError when the disk is full or may not be written.
 *
 * Own code, because write-file-atomic 8 takes a short write (a disk that fills up) for success and renames the stump.
 */
export async function writeAtomic(path: string, data: string | Uint8Array, mode = 0o666): Promise<void> {
  await replaceAtomic(path, mode, file => file.writeFile(data))
}

/** As writeAtomic, for whatever `fill` writes into the open file. */
export async function replaceAtomic(
  path: string,
  mode: number,
  fill: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  const temporary = temporaryName(path)
  try {
    await fillDurably(temporary, mode, fill)
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw diskFault(error, path)
  }
}

/** Makes a new file and flushes what `fill` wrote into it. The name is not durable before the folder is synced. */
export async function fillDurably(
  path: string,
  mode: number,
  fill: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await fill(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A name beside `path` that nobody else uses. What a crash leaves of it ends in `.tmp`. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 64)}.${randomBytes(6).toString('hex')}.tmp`)
}

export function isTemporary(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.tmp')
}

/** Makes names in a folder (new, renamed, removed) durable. Windows has no such call, and journals its folders itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The folder, made durably with its parents when it was missing. */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  // Scripts and lists name it line by line.
  if (/\p{Cc}/u.test(folder))
    throw notNow(`${JSON.stringify(folder)} holds a control character`, 'Set LARMOR_HOME to a folder without one.')
  try {
    await make(folder, mode)
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? ''))
      throw notNow(`${folder} cannot be made.`, 'Set LARMOR_HOME to a folder that can be.')
    throw diskFault(error, folder)
  }
}

/** Own code, because Node's recursive mkdir tries for ever where nothing can be made in a folder that is there (/proc). */
async function make(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, mode)
  } catch (error) {
    const parent = dirname(folder)
    if (errnoOf(error) === 'EEXIST' && (await isFolder(folder))) return
    if (errnoOf(error) !== 'ENOENT' || parent === folder || (await isFolder(parent))) throw error
    await make(parent, mode)
    return make(folder, mode)
  }
  await syncFolder(dirname(folder))
}

async function isFolder(path: string): Promise<boolean> {
  return (await ifExists(stat(path)))?.isDirectory() ?? false
}
