import type { Engine } from '../../shared/contract.ts'
import type { Command } from '../../shared/model/commands.ts'
import { decide } from '../../shared/model/decide.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { note } from '../ui/toast.tsx'

/** What the one button does now: Pause, or Resume where the run is held or was stopped; null where it has ended. */
export function pauseOrResume(run: Run): Extract<Command, { readonly type: 'run.pause' | 'run.resume' }> | null {
  if (run.phase.is === 'ended') return run.phase.outcome === 'stopped' ? { type: 'run.resume', run: run.id } : null
  return { type: run.phase.hold === null ? 'run.pause' : 'run.resume', run: run.id }
}

/** Does so, and says what it did; it can be taken back. */
export async function togglePause(engine: Engine, state: State, run: Run): Promise<void> {
  const command = pauseOrResume(run)
  if (!command) return note(`${run.name} has ended`, { shape: 'slash' })
  const decided = decide(state, command)
  const sent = decided.ok ? await engine.send(command) : decided
  if (!sent.ok) return note(sent.fault.message, { shape: 'octagon' })
  notePause(engine, run, command.type)
}

export function notePause(engine: Engine, run: Run, type: 'run.pause' | 'run.resume'): void {
  const back = type === 'run.pause' ? 'run.resume' : 'run.pause'
  note(`${run.name}: ${type === 'run.pause' ? 'held' : 'goes on'}`, {
    shape: type === 'run.pause' ? 'bars' : 'half disc',
    undo: () => engine.send({ type: back, run: run.id }),
  })
}
