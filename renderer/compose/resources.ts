import type { Resources } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { checkResources } from '../../shared/model/resources.ts'
import { programOf } from '../../shared/programs/index.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'
import { readNumber } from './read-number.ts'

/** Where a job runs and what it may take, as typed. */
export interface ResourceDraft {
  readonly machine: string
  readonly ranks: string
  readonly memory: string
  readonly time: string
}

/** Empty: one core, and 2000 MB for each. */
export function resourcesOf({ ranks, memory, time }: ResourceDraft, { name, settings }: Machine): Result<Resources> {
  const cores = readNumber('ranks', ranks)
  if (!cores.ok) return cores
  const wanted = cores.value ?? 1
  if (!Number.isInteger(wanted) || wanted < 1)
    return badInput('ranks', `A whole number of at least 1 is wanted, not ${ranks}.`)
  if (settings.cores !== null && wanted > settings.cores)
    return badInput('ranks', `${wanted} cores are wanted, but "${name}" has ${settings.cores}.`)
  const megabytes = readNumber('memory', memory)
  if (!megabytes.ok) return megabytes
  if (megabytes.value !== undefined && megabytes.value < 1) return badInput('memory', 'At least 1 MB is wanted.')
  const seconds = secondsOf(time)
  if (seconds === null) return badInput('time', `"${time}" is no time: hours and minutes are wanted, like 24:00.`)
  if (seconds < 60) return badInput('time', 'At least a minute is wanted.')
  const resources = { ranks: wanted, memory_mb: Math.floor(megabytes.value ?? 2000 * wanted), seconds }
  const checked = checkResources(resources)
  return checked.ok ? ok(resources) : checked
}

/** `8:00` or `90` (minutes) as seconds; null for what is no time. */
function secondsOf(written: string): number | null {
  const parts = /^(?:(\d+):)?(\d+)$/.exec(written.trim())
  if (!parts) return null
  return 60 * (60 * Number(parts[1] ?? 0) + Number(parts[2]))
}

/** Null where the machine has the program, or where it is not known what it has. */
export function missingProgram(id: string, { name, settings, found }: Machine): string | null {
  const { executable, label } = programOf(id)
  const asked = Object.keys(found).length > 0
  if (executable === null || settings.programs[id] || settings.launch[id] || found[executable] || !asked) return null
  return `${label} was not found on "${name}".`
}
