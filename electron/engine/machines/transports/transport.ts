import type { Readable, Writable } from 'node:stream'
import type { Question, TerminalSize } from '../../../../shared/contract.ts'
import type { RemotePath } from '../../../../shared/ids.ts'
import type { Machine } from '../../../../shared/model/machine.ts'
import type { Printed } from '../../../../shared/schedulers/index.ts'
import type { ShLine } from '../../../../shared/sh.ts'

/** A way to reach a machine. */
export interface Transport {
  readonly id: Machine['settings']['transport']
  /** Rejects with Unreachable, or WantsLogin when only a person can go on. */
  connect(machine: Machine, login: Login): Promise<Session>
}

/** How a connection may come about. */
export interface Login {
  readonly signal: AbortSignal
  /** Asks a person; null where none is there, and then nothing is tried that would want one. */
  readonly ask: Ask | null
  /** Is told of each that happens. */
  count(what: 'connections' | 'login_tries' | 'prompts'): void
}

/** Resolves with the answer, or null when it was declined or nobody answered. */
export type Ask = (
  question: Pick<Question, 'kind' | 'text' | 'echo' | 'fingerprint' | 'keytype' | 'until'>,
  signal: AbortSignal,
) => Promise<string | null>

/**
 * An open line to one machine. Everything is a shell line; bytes go in by standard input and come out by standard
 * output, so that `local` and `ssh` run the same lines.
 * A verb rejects with Unreachable when the line is lost, and with nothing else: a command that exits non-zero is an
 * answer (`Printed`), not an exception. What a lost command did is unknown, never success.
 */
export interface Session {
  exec(line: ShLine, options?: ExecOptions): Promise<Printed>
  /** The command's standard output as bytes, e.g. a tar stream; `done` tells how it ended. */
  stream(line: ShLine, options?: ExecOptions): Running
  /** What the login shell printed of its own before the last command: passed over, and told by `machines test`. */
  greeting(): string
  /** Calls back soon after something was written into the folder, where the transport can tell; null where it cannot. */
  watch: ((folder: RemotePath, changed: () => void) => () => void) | null
  /** Runs the line in a terminal; undefined where the transport has none. Rejects with Unreachable where that fails. */
  terminal?(line: ShLine, size: TerminalSize): Promise<Tty>
  /** Files without a tar on the other side; undefined where the transport has no SFTP. Rejects with Unreachable where the machine has none. */
  sftp?(): Promise<Sftp>
  close(): Promise<void>
  /** Aborts when the line is lost. */
  readonly lost: AbortSignal
  /** Whether a person had to answer for it: such a login is never repeated in the background. */
  readonly attended: boolean
}

/** Files by the SSH File Transfer Protocol, over a channel of the connection. Streams fail with Unreachable. */
export interface Sftp {
  read(path: string, offset: number): Readable
  /** Of mode 0600. */
  write(path: string): Writable
  /** Of mode 0700. */
  makeFolder(path: string): Promise<void>
  close(): void
}

/** A command in a terminal. It is paused until somebody takes what it prints. */
export interface Tty {
  /** What it prints, errors too; its end is that of the command, and of the line. */
  readonly out: Readable
  write(text: string): void
  resize(size: TerminalSize): void
  /** As a hang-up: what runs in it is told. */
  close(): void
}

/** A command that runs: its standard output, and how it ended. */
export interface Running {
  readonly out: Readable
  readonly done: Promise<Printed>
}

export interface ExecOptions {
  /** A person waits for it: it goes before what waits for a channel. */
  readonly urgent?: boolean
  /** It keeps its channel for as long as it likes, and is given up where the machine has none besides. */
  readonly lasting?: boolean
  readonly stdin?: Readable | string
  readonly signal?: AbortSignal
  /** At most so many bytes of output are kept (default 16 MB); more is a lost line, never a cut answer. */
  readonly maxBytes?: number
}

/** The line is lost, or never came about. Never evidence about a job. */
export class Unreachable extends Error {
  override readonly name: string = 'Unreachable'
  constructor(
    message: string,
    /** What a person can do about it. */
    readonly hint: string | null = null,
    /** What a script may want to know, by name: a fingerprint. */
    readonly more: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** The line holds, and what was to be done at the other end failed there, as on a full disk. */
export class CommandFailed extends Unreachable {}

/** A person is wanted: a passphrase, a second factor, a host key. Nothing is tried again by itself. */
export class WantsLogin extends Unreachable {
  override readonly name = 'WantsLogin'
}
