import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { RemotePath } from '../../shared/ids.ts'
import { asConfigured, localMachine, type MachineSettings, type SshSettings } from '../../shared/model/machine.ts'
import { programs } from '../../shared/programs/index.ts'
import { FaultError } from '../../shared/result.ts'
import { badArgument, type CliCommand, type Given } from './command.ts'

/** What a new machine has that says nothing else: one question a minute, the spool every few seconds. */
const USUAL: MachineSettings = { ...localMachine.settings, poll_s: 60, spool_s: 3, grace_s: 120 }

export const MACHINE_OPTIONS: CliCommand['options'] = {
  local: { type: 'boolean' },
  ...texts(['ssh', 'user', 'port', 'identity', 'jump', 'ssh-config', 'known-hosts', 'host-key']),
  ...texts(['scheduler', 'work', 'partition', 'account', 'qos', 'constraint', 'gres', 'clusters']),
  ...texts(['cores', 'memory', 'max-jobs', 'poll-s', 'spool-s', 'grace-s', 'scratch', 'report', 'header', 'tail']),
  live: { type: 'boolean' },
  'no-live': { type: 'boolean' },
  ...Object.fromEntries(
    ['program', 'launch', 'prologue', 'env'].map(name => [name, { type: 'string', multiple: true }]),
  ),
}

export const MACHINE_USAGE =
  '--local | --ssh HOST [--user U --port N --identity FILE --jump HOST --ssh-config FILE --known-hosts FILE --host-key SHA256:...] ' +
  '--scheduler NAME --work DIR [--partition P --account A --qos Q --constraint C --gres G --clusters C] ' +
  '[--cores N --memory MB --max-jobs N --poll-s S --spool-s S --grace-s S --no-live --report on|off] ' +
  '[--program NAME=PATH] [--launch NAME=LINE] [--prologue NAME=FILE] [--scratch TEMPLATE] [--env K=V] [--header FILE] [--tail FILE]'

/** The settings of a new machine. */
export async function newSettings(given: Given, cwd: string): Promise<MachineSettings> {
  const host = given.text('ssh')
  if (given.flag('local') === (host !== undefined))
    throw badArgument('ssh', 'Either --ssh HOST or --local is wanted.', 'HOST as it is typed after ssh')
  if (host === undefined) return changedSettings(USUAL, given, cwd)
  for (const name of ['scheduler', 'work'] as const)
    if (given.text(name) === undefined) throw badArgument(name, `--${name} is missing.`)
  const ssh: SshSettings = { ...asConfigured, host }
  return changedSettings({ ...USUAL, transport: 'ssh', ssh }, given, cwd)
}

/** The settings with what was given; an empty text takes a setting away. */
export async function changedSettings(before: MachineSettings, given: Given, cwd: string): Promise<MachineSettings> {
  const text = <T extends string>(name: string, old: T | null): T | null => {
    const value = given.text(name)
    return value === undefined ? old : value === '' ? null : (value as T)
  }
  const path = (name: string, old: string | null) => {
    const value = given.text(name)
    return value ? resolve(cwd, value) : text(name, old)
  }
  const number = (name: string, old: number | null) => (given.text(name) === '' ? null : (given.number(name) ?? old))
  const file = async (name: string, old: string) => {
    const value = given.text(name)
    return value === undefined ? old : value === '' ? '' : read(resolve(cwd, value), name)
  }
  return {
    ...before,
    ssh: sshSettings(before, given, text, path, number),
    scheduler: text('scheduler', before.scheduler) ?? before.scheduler,
    work: text<RemotePath>('work', before.work),
    cores: number('cores', before.cores),
    memory_mb: number('memory', before.memory_mb),
    max_jobs: number('max-jobs', before.max_jobs),
    partition: text('partition', before.partition),
    account: text('account', before.account),
    qos: text('qos', before.qos),
    constraint: text('constraint', before.constraint),
    gres: text('gres', before.gres),
    clusters: text('clusters', before.clusters),
    poll_s: number('poll-s', before.poll_s) ?? USUAL.poll_s,
    spool_s: number('spool-s', before.spool_s) ?? USUAL.spool_s,
    grace_s: number('grace-s', before.grace_s) ?? USUAL.grace_s,
    live: given.flag('no-live') ? false : given.flag('live') ? true : before.live,
    report: onOff('report', given.text('report'), before.report),
    programs: pairs('program', given, before.programs, knownProgram),
    launch: pairs('launch', given, before.launch, knownProgram),
    prologue: await prologues(given, before.prologue, cwd),
    header: await file('header', before.header),
    tail: await file('tail', before.tail),
    scratch: text('scratch', before.scratch),
    environment: pairs('env', given, before.environment, () => {}),
  }
}

function sshSettings(
  { transport, ssh }: MachineSettings,
  given: Given,
  text: (name: string, old: string | null) => string | null,
  path: (name: string, old: string | null) => string | null,
  number: (name: string, old: number | null) => number | null,
): SshSettings | null {
  if (ssh === null) {
    const wrong = ['ssh', 'user', 'port', 'identity', 'jump', 'ssh-config', 'known-hosts', 'host-key'].find(
      name => given.text(name) !== undefined,
    )
    if (wrong) throw badArgument(wrong, `--${wrong} means nothing for a machine that is this computer.`)
    return null
  }
  if (transport !== 'ssh' || given.flag('local'))
    throw badArgument('local', 'What is behind SSH cannot become local: add another machine.')
  return {
    host: given.text('ssh') ?? ssh.host,
    user: text('user', ssh.user),
    port: number('port', ssh.port),
    identity: path('identity', ssh.identity),
    jump: text('jump', ssh.jump),
    config: path('ssh-config', ssh.config),
    known_hosts: path('known-hosts', ssh.known_hosts),
    host_key: text('host-key', ssh.host_key),
  }
}

/** NAME=VALUE, any number of them; an empty value takes the name away. */
function pairs(
  flag: string,
  given: Given,
  before: Readonly<Record<string, string>>,
  check: (name: string, flag: string) => void,
): Readonly<Record<string, string>> {
  const all = new Map(Object.entries(before))
  for (const text of given.texts(flag)) {
    const at = text.indexOf('=')
    if (at < 1) throw badArgument(flag, `--${flag} wants NAME=VALUE, not "${text}".`)
    const [name, value] = [text.slice(0, at), text.slice(at + 1)]
    check(name, flag)
    if (value === '') all.delete(name)
    else all.set(name, value)
  }
  return Object.fromEntries(all)
}

async function prologues(given: Given, before: Readonly<Record<string, string>>, cwd: string) {
  const files = pairs('prologue', given, {}, knownProgram)
  const removed = given.texts('prologue').filter(text => text.endsWith('='))
  const all = new Map(Object.entries(before))
  for (const text of removed) all.delete(text.slice(0, -1))
  for (const [name, path] of Object.entries(files)) all.set(name, await read(resolve(cwd, path), 'prologue'))
  return Object.fromEntries(all)
}

function knownProgram(name: string, flag: string): void {
  if (!Object.hasOwn(programs, name))
    throw badArgument(flag, `There is no program "${name}".`, `Known are ${Object.keys(programs).join(', ')}`)
}

async function read(path: string, field: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: Error) => {
    throw new FaultError({ code: 'bad-input', field, message: `${path} cannot be read: ${error.message}` })
  })
}

function onOff(name: string, value: string | undefined, before: boolean): boolean {
  if (value === undefined) return before
  if (value !== 'on' && value !== 'off') throw badArgument(name, `--${name} wants on or off, not "${value}".`)
  return value === 'on'
}

function texts(names: readonly string[]): CliCommand['options'] {
  return Object.fromEntries(names.map(name => [name, { type: 'string' }]))
}
