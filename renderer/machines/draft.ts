import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine, type Machine, type MachineSettings } from '../../shared/model/machine.ts'
import { programs } from '../../shared/programs/index.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'
import { schedulers } from '../../shared/schedulers/index.ts'
import { programText } from '../runs/words.ts'

/** What the form holds while it is filled in: texts, by the name of the field. */
export type Draft = Readonly<Record<string, string>>

export interface DraftField {
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly kind: 'text' | 'machine text' | 'count' | 'lines' | 'choice' | 'yes or no'
  readonly choices?: readonly string[]
}

interface Group {
  readonly title: string
  /** Left out where it cannot matter. */
  readonly only?: 'ssh'
  readonly fields: readonly DraftField[]
}

const PROGRAMS = Object.keys(programs).filter(name => name !== 'command')

const field =
  (kind: DraftField['kind']) =>
  (name: string, label: string, hint = ''): DraftField => ({ name, label, hint, kind })
const words = field('machine text')
const count = field('count')
const lines = field('lines')
const yesOrNo = field('yes or no')

export const GROUPS: readonly Group[] = [
  {
    title: 'How it is reached',
    only: 'ssh',
    fields: [
      words('host', 'Host', 'As you type it after ssh: your ssh configuration is read.'),
      words('user', 'User', 'Empty: as your ssh configuration says.'),
      count('port', 'Port', 'Empty: as your ssh configuration says.'),
      words('identity', 'Key file', 'A path on this computer. Empty: your agent and usual keys.'),
      words('jump', 'Jump host', 'As after ssh -J.'),
      words('config', 'Configuration file', 'Instead of your own, ~/.ssh/config.'),
      words('known_hosts', 'Known hosts file', 'Instead of your own.'),
    ],
  },
  {
    title: 'How it works there',
    fields: [
      {
        name: 'scheduler',
        label: 'Scheduler',
        hint: 'direct: none. Larmor queues the jobs itself, as many at once as there are cores.',
        kind: 'choice',
        choices: Object.keys(schedulers),
      },
      words('work', 'Work folder', 'An absolute path there; all of Larmor’s files lie in it.'),
      words('partition', 'Partition', 'Empty: the default of the scheduler.'),
      words('account', 'Account'),
      words('qos', 'QOS'),
      words('constraint', 'Constraint'),
      words('gres', 'Generic resources'),
      words('clusters', 'Clusters', 'Slurm’s -M, where several stand behind one login.'),
    ],
  },
  {
    title: 'Limits',
    fields: [
      count('poll_s', 'Ask the scheduler every, s', 'One question for all jobs.'),
      count('spool_s', 'Look for reports every, s', 'Over the open connection; no load for the scheduler.'),
      count('grace_s', 'Call absent jobs lost after, s', 'All being reachable.'),
      count('max_jobs', 'Jobs at once', 'In the queue or running. Empty: no limit.'),
      count('cores', 'Cores', 'For direct. Empty: all of them.'),
      count('memory_mb', 'Memory per job, MB', 'The most that one job may ask for.'),
      yesOrNo('live', 'Live channel', 'Reports are told at once over one open channel.'),
      yesOrNo('report', 'Jobs report themselves', 'Off: only the scheduler is believed.'),
    ],
  },
  ...PROGRAMS.map(
    (program): Group => ({
      title: `Profile of ${programText(program)}`,
      fields: [
        words(`programs.${program}`, `Full path of ${programText(program)}`, 'Empty: as found on the PATH.'),
        words(`launch.${program}`, `Launch line of ${programText(program)}`, 'Instead of Larmor’s own.'),
        lines(`prologue.${program}`, `Lines before ${programText(program)}`, 'module load, source; sh.'),
      ],
    }),
  ),
  {
    title: 'Every batch script',
    fields: [
      lines('header', 'Lines after the directives'),
      lines('tail', 'Lines at the end'),
      words('scratch', 'Scratch folder on the node', 'e.g. /scratch/$USER/$SLURM_JOB_ID. Empty: the job’s own.'),
      lines('environment', 'Environment', 'NAME=value, one a line.'),
    ],
  },
]

/** A cluster is asked more gently than this computer. */
const NEW: MachineSettings = {
  ...localMachine.settings,
  transport: 'ssh',
  ssh: { ...asConfigured, host: '' },
  scheduler: 'slurm',
  poll_s: 60,
  spool_s: 5,
  grace_s: 60,
}

/** The form as it is opened: of this machine, or of a new one. */
export function draftOf(machine: Machine | null): Draft {
  const settings = machine?.settings ?? NEW
  const draft: Record<string, string> = { name: machine?.name ?? '' }
  for (const { fields } of GROUPS) for (const { name } of fields) draft[name] = textOf(settings, name)
  return draft
}

function textOf(settings: MachineSettings, field: string): string {
  const [first = '', second] = field.split('.')
  if (second !== undefined) return settings[first as 'programs']?.[second] ?? ''
  if (field === 'environment')
    return Object.entries(settings.environment)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')
  const value = isOfSsh(field) ? settings.ssh?.[field] : settings[field as 'header']
  return value === null || value === undefined ? '' : String(value)
}

type OfSsh = 'host' | 'user' | 'port' | 'identity' | 'jump' | 'config' | 'known_hosts'
function isOfSsh(field: string): field is OfSsh {
  return ['host', 'user', 'port', 'identity', 'jump', 'config', 'known_hosts'].includes(field)
}

/** The machine that the form describes, what it does not show being kept; or the first field that is wrong. */
export function machineOf(draft: Draft, before: Machine | null, taken: readonly string[]): Result<Machine> {
  const given = (field: string) => (draft[field] ?? '').trim()
  const orNull = (field: string) => (given(field) === '' ? null : given(field))
  const old = before?.settings ?? NEW
  const name = before?.name ?? given('name')
  if (!/^[A-Za-z][A-Za-z0-9._-]{0,39}$/.test(name)) {
    return badInput('name', 'A name is a letter, then letters, digits, dots, dashes or underscores; at most 40.')
  }
  if (before === null && taken.includes(name)) return badInput('name', `There is a machine ${name} already.`)

  const counts: Record<string, number | null> = {}
  for (const [field, least, most] of COUNTS) {
    const text = given(field)
    const number = text === '' ? null : Number(text)
    if (number !== null && !(Number.isInteger(number) && number >= least && number <= most)) {
      return badInput(field, `A whole number from ${least} to ${most} is wanted.`)
    }
    counts[field] = number
  }
  const wanted = (field: 'poll_s' | 'spool_s' | 'grace_s') => counts[field] ?? NEW[field]

  const ssh = old.ssh && {
    ...old.ssh,
    host: given('host'),
    user: orNull('user'),
    port: counts.port ?? null,
    identity: orNull('identity'),
    jump: orNull('jump'),
    config: orNull('config'),
    known_hosts: orNull('known_hosts'),
  }
  if (ssh && (ssh.host === '' || /^-|\s/.test(ssh.host)))
    return badInput('host', 'The name of a host is wanted, without blanks.')
  // Another host has another key.
  const asked = ssh && ssh.host !== old.ssh?.host ? { ...ssh, host_key: null } : ssh
  const work = orNull('work')
  if (work === null && ssh) return badInput('work', 'A folder there is wanted, e.g. /home/me/larmor.')
  if (work !== null && !/^(\/|~\/.)/.test(work))
    return badInput('work', 'An absolute path is wanted: it begins with / or ~/.')

  const environment: Record<string, string> = {}
  for (const line of given('environment')
    .split('\n')
    .filter(line => line.trim() !== '')) {
    const [, key, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? []
    if (key === undefined || value === undefined) return badInput('environment', `This is not NAME=value: ${line}.`)
    environment[key] = value
  }
  const control = Object.keys(draft).find(field => hasControl(draft[field] ?? ''))
  if (control !== undefined) return badInput(control, 'There are control characters in it.')

  const perProgram = (map: 'programs' | 'launch' | 'prologue') => {
    const kept = Object.entries(old[map]).filter(([program]) => !PROGRAMS.includes(program))
    const set = PROGRAMS.flatMap(program =>
      given(`${map}.${program}`) === '' ? [] : [[program, given(`${map}.${program}`)]],
    )
    return Object.fromEntries([...kept, ...set])
  }
  const relative = PROGRAMS.find(
    program => given(`programs.${program}`) !== '' && !given(`programs.${program}`).startsWith('/'),
  )
  if (relative !== undefined) return badInput(`programs.${relative}`, 'A full path is wanted: it begins with /.')

  const settings: MachineSettings = {
    ...old,
    ssh: asked,
    scheduler: given('scheduler'),
    work: work as RemotePath | null,
    cores: counts.cores ?? null,
    memory_mb: counts.memory_mb ?? null,
    max_jobs: counts.max_jobs ?? null,
    partition: orNull('partition'),
    account: orNull('account'),
    qos: orNull('qos'),
    constraint: orNull('constraint'),
    gres: orNull('gres'),
    clusters: orNull('clusters'),
    poll_s: wanted('poll_s'),
    spool_s: wanted('spool_s'),
    grace_s: wanted('grace_s'),
    live: given('live') === 'true',
    report: given('report') === 'true',
    programs: perProgram('programs'),
    launch: perProgram('launch'),
    prologue: perProgram('prologue'),
    header: draft.header ?? '',
    tail: draft.tail ?? '',
    scratch: orNull('scratch'),
    environment,
  }
  const unknown: Machine = { ...localMachine, name: name as MachineName, settings, found: {} }
  return ok(before === null ? unknown : { ...before, settings })
}

/** The form's field that a refusal is about, which names the argument of the terminal. */
export function fieldOf(argument: string | undefined): string | undefined {
  const names: Readonly<Record<string, string>> = {
    ssh: 'host',
    env: 'environment',
    memory: 'memory_mb',
    'ssh-file': 'config',
  }
  return argument && (names[argument] ?? argument.replaceAll('-', '_'))
}

/** Fields that are whole numbers, and their bounds. A scheduler is never asked more often than every 5 s. */
const COUNTS: readonly (readonly [field: string, least: number, most: number])[] = [
  ['port', 1, 65_535],
  ['poll_s', 5, 86_400],
  ['spool_s', 1, 3600],
  ['grace_s', 1, 86_400],
  ['max_jobs', 1, 100_000],
  ['cores', 1, 100_000],
  ['memory_mb', 1, 100_000_000],
]

function hasControl(text: string): boolean {
  return [...text].some(char => char < ' ' && char !== '\n' && char !== '\t')
}
