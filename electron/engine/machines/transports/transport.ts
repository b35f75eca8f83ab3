import type { Readable } from 'node:stream'
import type { RemotePath } from '../../../../shared/ids.ts'
import type { Machine } from '../../../../shared/model/machine.ts'
import type { Printed } from '../../../../shared/schedulers/index.ts'
import type { ShLine } from '../../../../shared/sh.ts'

/** A way to reach a machine. */
export interface Transport {
  readonly id: Machine['settings']['transport']
  /** Rejects with Unreachable, or WantsLogin when only a person can go on. */
  connect(machine: Machine, signal: AbortSignal): Promise<Session>
}

/**
 * An open line to one machine. Everything is a shell line; bytes go in by standard input and come out by standard
 * output, so that `local` and `ssh` run the same lines.
 * A verb rejects with Unreachable when the line is lost, and with nothing else: a command that exits non-zero is an
 * answer (`Printed`), not an exception. What a lost command did is unknown, never success.
 */
export interface Session {
  exec(line: ShLine, options?: ExecOptions): Promise<Printed>
  /** The command's standard output as bytes, e.g. a tar stream; `done` tells how it ended. */
  stream(line: ShLine, options?: ExecOptions): { readonly out: Readable; readonly done: Promise<Printed> }
  /** Calls back soon after something was written into the folder, where the transport can tell; null where it cannot. */
  watch: ((folder: RemotePath, changed: () => void) => () => void) | null
  close(): Promise<void>
  /** Aborts when the line is lost. */
  readonly lost: AbortSignal
}

export interface ExecOptions {
  readonly stdin?: Readable | string
  readonly signal?: AbortSignal
  /** At most so many bytes of output are kept (default 16 MB); more is a lost line, never a cut answer. */
  readonly maxBytes?: number
}

/** The line is lost, or never came about. Never evidence about a job. */
export class Unreachable extends Error {
  override readonly name: string = 'Unreachable'
}

/** A person is wanted: a passphrase, a second factor, a host key. Nothing is tried again by itself. */
export class WantsLogin extends Unreachable {
  override readonly name = 'WantsLogin'
}
