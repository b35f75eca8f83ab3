/**
 * What a person is told when something cannot be done, and what a script can tell apart.
 * The terminal maps each code to one exit status (electron/cli).
 */
export type FaultCode =
  /** Arguments or input are wrong; nothing was changed. */
  | 'bad-input'
  /** Not reachable or not allowed now: a machine, a lock, newer data, a full disk, a missing program. */
  | 'not-now'
  | 'not-found'
  /** A second factor, a passphrase, a host key. */
  | 'person-wanted'
  /** A defect of Larmor itself. */
  | 'internal'

/** What went wrong, in a form a person can act on. Crosses every boundary as plain JSON. */
export interface Fault {
  readonly code: FaultCode
  readonly message: string
  /** The argument or field that is wrong, e.g. `solvent`. */
  readonly field?: string
  /** What to do about it. */
  readonly hint?: string
  /** The tool's own words, verbatim, at most 4 kB. */
  readonly detail?: string
  /** What a script may want to know besides, by name: the `fingerprint` and `keytype` of an unknown host key. */
  readonly more?: Readonly<Record<string, string>>
}

export type Result<T, E = Fault> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: E }

export function ok<T>(value: T): Result<T, never> {
  return { ok: true, value }
}

export function fail<E = Fault>(fault: E): Result<never, E> {
  return { ok: false, fault }
}

/** A fault of the input, the most usual one: which field, and what to do. */
export function badInput(field: string, message: string, hint?: string): Result<never> {
  return fail({ code: 'bad-input', field, message, ...(hint === undefined ? {} : { hint }) })
}

/** Carries a Fault through code that throws; caught where a Result or an exit status is made. */
export class FaultError extends Error {
  override readonly name = 'FaultError'
  constructor(readonly fault: Fault) {
    super(fault.message)
  }
}

/** The value, or the fault thrown as a FaultError: for hosts, where a fault ends the command anyway. */
export function orThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new FaultError(result.fault)
}

/** What the work gives; a FaultError that it throws as a Result, anything else as it came. */
export async function asResult<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work())
  } catch (error) {
    if (error instanceof FaultError) return fail(error.fault)
    throw error
  }
}
