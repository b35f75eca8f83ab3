import type { ContentRef, Instant, JobId, MachineName, RunId } from './ids.ts'
import type { ArchiveEntry, ShelvedRun } from './model/archive.ts'
import type { Command } from './model/commands.ts'
import type { Event } from './model/events.ts'
import type { State } from './model/state.ts'
import type { CoursePoint } from './progress/course.ts'
import type { Result } from './result.ts'

/** Raised when a host and an engine of different versions could misunderstand each other. */
export const CONTRACT_VERSION = 5

/** Everything that crosses between a host and the engine, JSON only. A new feature adds a Command and an Event, not a method. */
export interface Engine {
  /** The state now, then every later batch of events in order. Nothing is missed or seen twice. */
  subscribe(listener: (update: Update) => void): Unsubscribe
  /** Resolves when the outcome is on disk. The new state arrives through `subscribe`, never through this reply. */
  send(command: Command): Promise<Result<Sent>>
  /** Keeps bytes for a command that will refer to them; the same bytes are kept once. */
  put(text: string): Promise<Result<ContentRef>>
  /** Content kept out of the state, as text: a geometry, an output; `offset` and `length` in bytes, at most 16 MB at once. */
  read(ref: ContentRef, range?: { readonly offset: number; readonly length: number }): Promise<Result<string>>
  /** The closed runs that are no longer in the state, the one started last first. */
  archivedRuns(): Promise<Result<readonly ArchiveEntry[]>>
  /** One of them, as it was; `not-found` where there is none of this id. */
  archivedRun(run: RunId): Promise<Result<ShelvedRun>>
  /**
   * What running jobs show of themselves; last write wins, never journaled, only while somebody listens. `of`: the run or
   * the job that is looked at, so that no other is asked; without it all are.
   */
  readings(listener: (readings: readonly Reading[]) => void, of?: RunId | JobId): Unsubscribe
  /** What a person is asked now, and again whenever that changes; whoever answers first answers for all. */
  questions(listener: (open: readonly Question[]) => void): Unsubscribe
  /** Null declines. A question that is closed meanwhile is `not-found`. The answer is neither kept nor logged anywhere. */
  answer(id: string, answer: string | null): Promise<Result<void>>
  /** Opens, reads, writes and closes shells on machines; opening may ask what a login asks. Never journaled. */
  terminal(call: TerminalCall): Promise<Result<TerminalAnswer>>
  /** What each machine was asked since this engine lives, and what keeps the work for it, at most once a second; never journaled. */
  activity(listener: (activity: readonly MachineActivity[]) => void): Unsubscribe
}

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** A shell on a machine is a stream of bytes. Who asks for them gets them: nobody is ever sent more than was asked for. */
export type TerminalCall =
  /** `dir`: an absolute path there; null: the home folder. */
  | ({ readonly does: 'open'; readonly machine: MachineName; readonly dir: string | null } & TerminalSize)
  /** What was printed since the last read; waits up to 20 s for something. A terminal that nobody reads is closed. */
  | { readonly does: 'read'; readonly terminal: string }
  | { readonly does: 'write'; readonly terminal: string; readonly text: string }
  | ({ readonly does: 'resize'; readonly terminal: string } & TerminalSize)
  | { readonly does: 'close'; readonly terminal: string }

export interface TerminalAnswer {
  readonly terminal: string
  /** Bytes in base64, at most 64 kB of them; empty for all but `read`. */
  readonly data: string
  /** Why there will be no more, once all that was printed was read; else null. */
  readonly ended: string | null
}

export interface Sent {
  readonly seq: number
}

export type Update =
  | { readonly is: 'snapshot'; readonly state: State }
  | { readonly is: 'events'; readonly events: readonly Event[] }

export type Unsubscribe = () => void

/** What a running job shows of itself. Not a fact: nothing is decided from it. */
export interface Reading {
  readonly job: JobId
  readonly attempt: number
  /** Rises with each reading of an attempt, over restarts of the engine too. */
  readonly n: number
  readonly at: Instant
  readonly energy_hartree: number | null
  readonly scf_cycle: number | null
  readonly opt_cycle: number | null
  readonly max_gradient: number | null
  /** The optimisation from its first cycle on, however late somebody began to listen; at most 60 points of it. */
  readonly course: readonly CoursePoint[]
  /** The last lines of the output, at most 2 kB, control characters removed. */
  readonly tail: string
}

/**
 * What a person is asked so that a login can go on. Only what a person wishes leads to one (`machine.connect`,
 * `machine.test`, a terminal that is opened), and there is at most one at a time: `questions` tells of none or one.
 */
export interface Question {
  readonly id: string
  readonly machine: MachineName
  /**
   * host-key: whether the key that the machine shows is its own; answered by "yes". A code is any second factor. touch: it is
   * answered by touching a security key, and closed once that was done; null gives up.
   */
  readonly kind: 'host-key' | 'passphrase' | 'password' | 'code' | 'touch'
  /** The server's own words where it is the one who asks: data, without control characters. */
  readonly text: string
  /** Whether the answer may be seen while it is typed. */
  readonly echo: boolean
  /** Of the host key in question, as `ssh-keygen -l` prints it: SHA256:... */
  readonly fingerprint?: string
  /** Of the host key in question: ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa. */
  readonly keytype?: string
  readonly asked: Instant
  /** When the server will have given up waiting; null: it waits as long as it takes. */
  readonly until: Instant | null
}

/**
 * What goes wrong on this computer, so that the work for a machine does not go on: a full disk, first of all. It is no
 * fact, since a full disk could not take one; it is told for as long as it lasts.
 */
export interface Trouble {
  readonly since: Instant
  /** Those whose work does not go on; null: all on the machine. */
  readonly runs: readonly RunId[] | null
  readonly text: string
  /** What a person can do about it. */
  readonly hint: string
}

/** How often one machine was bothered. */
export interface MachineActivity {
  readonly machine: MachineName
  /** Null: nothing keeps the work for it. */
  readonly trouble: Trouble | null
  /** Connections that were opened. */
  readonly connections: number
  /** Logins that were begun: at most one per connection. */
  readonly login_tries: number
  /** Questions to a person. */
  readonly prompts: number
  /** Questions to its scheduler. */
  readonly questions: number
  /** Of these, in the last hour, to the minute. */
  readonly questions_last_hour: number
  /** Remote calls of all kinds. */
  readonly round_trips: number
  /** Of results that came, also of downloads that were cut. */
  readonly bytes_fetched: number
  /** When counting began. */
  readonly since: Instant
  /** When the machine last answered. */
  readonly last_data: Instant | null
}
