import { FaultError } from '../result.ts'
import type { Event } from './events.ts'
import { asConfigured, localMachine, type Machine, type MachineSettings } from './machine.ts'

/**
 * Version of the shapes in events.ts. Raise it when a type of event is added or changed, and say in `changes` how an
 * older event becomes a newer one: every journal ever written must open.
 */
export const EVENT_VERSION = 2

/** An event as it was read from a journal: of this version or an older one. */
export interface RawEvent {
  readonly seq: number
  readonly at: string
  readonly v: number
  readonly type: string
}

/** How an event of version n (the key) becomes one of version n + 1. */
const changes: Readonly<Record<number, (old: RawEvent) => RawEvent>> = {
  1: old => (old.type === 'machine.changed' ? withAllSettings(old) : old),
}

/** Version 1 knew fewer settings of a machine: what it did not know is as it was without it. */
function withAllSettings(old: RawEvent): RawEvent {
  const { machine } = old as RawEvent & {
    readonly machine: { readonly settings: Partial<MachineSettings>; readonly reach: Partial<Machine['reach']> }
  }
  const ssh = machine.settings.ssh ? { ...asConfigured, ...machine.settings.ssh } : null
  return {
    ...old,
    machine: {
      ...localMachine,
      ...machine,
      settings: { ...localMachine.settings, ...machine.settings, ssh },
      reach: { ...localMachine.reach, ...machine.reach },
    },
  } as RawEvent
}

/** The event in today's shape. Throws a `not-now` FaultError for one that a newer Larmor has written. */
export function upcast(raw: RawEvent): Event {
  if (raw.v === EVENT_VERSION) return raw as Event
  if (raw.v > EVENT_VERSION) {
    throw new FaultError({
      code: 'not-now',
      message: `The data was written by a newer Larmor: event ${raw.seq} has version ${raw.v}, this one knows ${EVENT_VERSION}.`,
      hint: 'Install the newer version again. Nothing was changed.',
    })
  }
  const change = changes[raw.v]
  if (!change) throw new Error(`no way from event version ${raw.v} to ${EVENT_VERSION}`)
  return upcast({ ...change(raw), v: raw.v + 1 })
}
