import type { Socket } from 'node:net'
import { createBirpc } from 'birpc'
import type {
  Engine,
  MachineActivity,
  Question,
  Reading,
  Sent,
  TerminalAnswer,
  TerminalCall,
  Update,
} from '../../../shared/contract.ts'
import type { ContentRef, JobId, RunId } from '../../../shared/ids.ts'
import type { Command } from '../../../shared/model/commands.ts'
import type { Result } from '../../../shared/result.ts'

/** What the engine's side of the socket does. Faults are answers (Result), since an error would lose its code on the way. */
export interface EngineFunctions {
  /** The contract version, and who answers; `agent`: the ssh-agent of who asks. */
  hello(agent: string | null): { readonly contract: number; readonly version: string; readonly pid: number }
  send(command: Command): Promise<Result<Sent>>
  put(text: string): Promise<Result<ContentRef>>
  /** Keeps a file of this computer, whatever it holds and however big it is. */
  keep(path: string): Promise<Result<ContentRef>>
  read(ref: ContentRef, range: { readonly offset: number; readonly length: number } | null): Promise<Result<string>>
  archivedRuns(): ReturnType<Engine['archivedRuns']>
  archivedRun(run: RunId): ReturnType<Engine['archivedRun']>
  /** From now on `update` is called: a snapshot first. */
  subscribe(): void
  unsubscribe(): void
  /** From now on the function of this name is called, until `unlisten`; of readings, those of these runs and jobs (null: all). */
  listen(channel: keyof Channels, of: readonly (RunId | JobId)[] | null): void
  unlisten(channel: keyof Channels): void
  answer(id: string, answer: string | null): Promise<Result<void>>
  terminal(call: TerminalCall): Promise<Result<TerminalAnswer>>
  /** Asks the engine to end when what is being written is on disk; submitted jobs go on. */
  shutdown(): void
}

/** What is told beside the facts: never journaled, and only to who listens. */
export interface Channels {
  readings(readings: readonly Reading[]): void
  questions(open: readonly Question[]): void
  activity(activity: readonly MachineActivity[]): void
}

/** What the host's side does. */
export interface HostFunctions extends Channels {
  update(update: Update): void
}

/** Calls over a socket, one JSON document a line. Whoever is on the other side ran as the same user: the socket is 0600. */
export function overSocket<Remote extends object, Local extends object>(socket: Socket, functions: Local) {
  // Without a prototype nobody can call `constructor` by name.
  const exposed: Local = Object.assign(Object.create(null), functions)
  return createBirpc<Remote, Local>(exposed, {
    post: text => void (socket.destroyed || socket.write(`${text}\n`)),
    on: receive => {
      let pieces: Buffer[] = []
      socket.on('data', (chunk: Buffer) => {
        let rest = chunk
        for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
          receive(Buffer.concat([...pieces, rest.subarray(0, end)]).toString('utf8'))
          pieces = []
          rest = rest.subarray(end + 1)
        }
        if (rest.length > 0) pieces.push(rest)
      })
    },
    serialize: JSON.stringify,
    deserialize: JSON.parse,
    // A long wait is not a failure: an engine that dies closes its socket.
    timeout: -1,
  })
}
