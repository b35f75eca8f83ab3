import { type Fault, FaultError } from '../../../shared/result.ts'

/** What is wrong with the disk in words, as a FaultError; any other error as it came. */
export function diskFault(error: unknown, path: string): unknown {
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return notNow(
        `The disk is full: ${path} could not be written.`,
        'Free some space; nothing that was saved is lost.',
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return notNow(
        `${path} cannot be read or written.`,
        'Check the permissions, or set LARMOR_HOME to another folder.',
      )
    case 'ENOTDIR':
    case 'EEXIST':
      return notNow(`${path} is not a folder.`, 'Set LARMOR_HOME to a folder.')
    case 'EIO':
      return notNow(`The disk failed at ${path}.`, 'Check the disk; nothing that was saved was changed.')
    default:
      return error
  }
}

/** The system's name of an error (`ENOENT`), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The value, or undefined where the file does not exist. */
export async function ifExists<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Characters of a damaged line that are shown: enough to find it by. */
const MOST_DETAIL = 200

/** A `not-now` fault, thrown by whoever calls: the folder, the disk or the data do not allow it. */
export function notNow(message: string, hint?: string, detail?: string): FaultError {
  const fault: Fault = {
    code: 'not-now',
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { detail: detail.slice(0, MOST_DETAIL) }),
  }
  return new FaultError(fault)
}
