import type { MachineName, RunId } from '../ids.ts'
import { badInput, fail, ok, type Result } from '../result.ts'
import type { EventBody } from './events.ts'
import { lastAttempt } from './job.ts'
import { LOCAL, localMachine, type Machine, wayTo } from './machine.ts'
import { checkMachine } from './machine-settings.ts'
import { noMachine, notNow } from './refusals.ts'
import type { Run } from './run.ts'
import { machineNamed, type State } from './state.ts'
import { get, values } from './table.ts'

/**
 * What was found by the old way means nothing once it is reached by another one. Where its work lies, whose it is, and which
 * scheduler knows of it, changes only while nothing is there: elsewhere a job that runs would be absent, and called lost.
 */
export function setMachine(state: State, machine: Machine): Result<readonly EventBody[]> {
  const checked = checkMachine(machine.name, machine.settings)
  if (!checked.ok) return checked
  if (machine.name === LOCAL && machine.settings.transport !== 'local')
    return badInput('ssh', 'The machine "local" is this computer.')
  const known = machineNamed(state, machine.name)
  if (!known) return ok([{ type: 'machine.changed', machine }])
  const { settings } = machine
  const before = placeOf(known)
  const after = placeOf(machine)
  const moved = Object.keys(after).find(key => after[key] !== before[key])
  const there = moved && sentTo(state, machine.name)
  if (there)
    return fail({
      code: 'not-now',
      field: moved,
      message: `Run ${there} has jobs on "${machine.name}", which would be looked for elsewhere and taken for lost.`,
      hint: [moved === 'ssh' ? SAME_MACHINE : null, howToFree(get(state.runs, there))].filter(Boolean).join(' '),
    })
  const found = wayTo(known) === wayTo(machine) ? known : { ...localMachine, name: known.name }
  return ok([{ type: 'machine.changed', machine: { ...found, settings } }])
}

/** Where its work lies and who knows of it, by the field of the command that changes it. */
function placeOf({ settings: { transport, ssh, work, scheduler } }: Machine): Readonly<Record<string, string | null>> {
  return { transport, ssh: ssh?.host ?? null, user: ssh?.user ?? null, work, scheduler }
}

const SAME_MACHINE =
  'Where it is merely another login of the same machine, give that as HostName to the name it has, in your ssh configuration.'

/** Refused while a run needs it: without it nobody would look after what may be alive there. */
export function removeMachine(state: State, machine: MachineName): Result<readonly EventBody[]> {
  if (machine === LOCAL) return notNow('The machine "local" always exists.')
  if (!machineNamed(state, machine)) return noMachine(machine)
  const user = userOf(state, machine)
  if (user) return notNow(`Run ${user} uses the machine "${machine}"; cancel it, or wait for its end.`)
  return ok([{ type: 'machine.removed', machine }])
}

/** A run that still needs the machine. */
function userOf(state: State, machine: MachineName): RunId | undefined {
  for (const run of values(state.runs)) if (run.phase.is === 'open' && run.machine === machine) return run.id
  for (const job of values(state.jobs)) if (job.machine === machine && lastAttempt(job).outcome === null) return job.run
  return undefined
}

/** A run of which something lies on the machine, and may run there. */
function sentTo(state: State, machine: MachineName): RunId | undefined {
  for (const job of values(state.jobs)) {
    const { phase, outcome } = lastAttempt(job)
    if (job.machine === machine && outcome === null && phase.is !== 'planned') return job.run
  }
  return undefined
}

/** What a person can do about a run whose jobs keep the settings of a machine: one that has ended cannot be cancelled. */
function howToFree(run: Run | undefined): string {
  const other = 'or add a machine of another name.'
  if (run?.phase.is !== 'ended') return `Cancel it, or wait for its end; ${other}`
  return run.phase.outcome === 'stopped'
    ? `It was stopped: cancel those jobs, or resume it and wait for its end; ${other}`
    : `It has ended: cancel those jobs; ${other}`
}
