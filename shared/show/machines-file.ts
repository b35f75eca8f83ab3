import type { MachineName } from '../ids.ts'
import { asConfigured, LOCAL, localMachine, type Machine, type MachineSettings } from '../model/machine.ts'
import { checkMachine } from '../model/machine-settings.ts'
import { badInput, ok, type Result } from '../result.ts'

/** Raised when older programs could misunderstand a file. */
const VERSION = 1

interface NamedSettings {
  readonly name: MachineName
  readonly settings: MachineSettings
}

/** What a colleague needs to have the same machines: settings without secrets, and without what is one's own. */
export interface MachinesFile {
  readonly larmor_machines: typeof VERSION
  readonly machines: readonly NamedSettings[]
}

/** Variables of such names are likely to hold what nobody else should have. */
const SECRET = /pass|secret|token|credential|api_?key|private/i

/** The account and the paths of this computer (key, configuration, known hosts) are the person's own and stay here. */
export function machinesFile(machines: readonly Machine[]): MachinesFile {
  const others = machines.filter(({ name }) => name !== LOCAL)
  return {
    larmor_machines: VERSION,
    machines: others.map(({ name, settings }) => ({
      name,
      settings: {
        ...settings,
        environment: Object.fromEntries(Object.entries(settings.environment).filter(([key]) => !SECRET.test(key))),
        ssh: settings.ssh && { ...settings.ssh, user: null, identity: null, config: null, known_hosts: null },
      },
    })),
  }
}

/** Reads such a file, from this version or another one of the same shape: what it does not say is as usual. */
export function readMachinesFile(text: string): Result<readonly NamedSettings[]> {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    return badInput('file', 'The file is not JSON.', 'larmor machines export FILE writes one.')
  }
  if (!isObject(file) || typeof file.larmor_machines !== 'number' || !Array.isArray(file.machines))
    return badInput('file', 'The file holds no machines of Larmor.', 'larmor machines export FILE writes one.')
  if (file.larmor_machines > VERSION)
    return badInput('file', 'The file is of a newer Larmor.', 'Install the newer version.')
  const read: NamedSettings[] = []
  for (const one of file.machines) {
    if (!isObject(one) || typeof one.name !== 'string' || !isObject(one.settings))
      return badInput('file', 'A machine in the file has no name or no settings.')
    const settings = sameShape(one.settings, localMachine.settings) as unknown as MachineSettings
    const ssh = isObject(one.settings.ssh) ? sameShape(one.settings.ssh, { host: '', ...asConfigured }) : null
    const whole = { ...settings, ssh: ssh as unknown as MachineSettings['ssh'] }
    const wrong = wrongType(whole)
    if (wrong !== null) return badInput('file', `The machine "${one.name}" has no usable "${wrong}".`)
    const checked = checkMachine(one.name, whole)
    if (!checked.ok) return badInput('file', `The machine "${one.name}": ${checked.fault.message}`)
    read.push({ name: one.name as MachineName, settings: whole })
  }
  return ok(read)
}

function sameShape(given: Readonly<Record<string, unknown>>, usual: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(usual).map(([key, value]) => [key, given[key] === undefined ? value : given[key]]),
  )
}

const NUMBERS = ['cores', 'memory_mb', 'max_jobs', 'poll_s', 'spool_s', 'grace_s', 'port']
const FLAGS = ['live', 'report']
const RECORDS = ['programs', 'launch', 'prologue', 'environment']
const NEVER_NULL = [
  'transport',
  'scheduler',
  'poll_s',
  'spool_s',
  'grace_s',
  'header',
  'tail',
  'host',
  ...FLAGS,
  ...RECORDS,
]

/** The first key that holds what it cannot hold, or null. */
function wrongType(settings: MachineSettings): string | null {
  for (const [key, value] of [...Object.entries(settings), ...Object.entries(settings.ssh ?? {})]) {
    if (key === 'ssh') continue
    if (value === null) {
      if (NEVER_NULL.includes(key)) return key
    } else if (RECORDS.includes(key)) {
      if (!isObject(value) || Object.values(value).some(text => typeof text !== 'string')) return key
    } else if (typeof value !== (NUMBERS.includes(key) ? 'number' : FLAGS.includes(key) ? 'boolean' : 'string'))
      return key
  }
  return settings.transport === 'local' || settings.transport === 'ssh' ? null : 'transport'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
