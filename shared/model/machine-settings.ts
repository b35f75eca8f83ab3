import { badInput, ok, type Result } from '../result.ts'
import { schedulers } from '../schedulers/index.ts'
import type { MachineSettings, SshSettings } from './machine.ts'

/** Whether a machine can have this name and these settings; the fault names the argument that is wrong. */
export function checkMachine(name: string, settings: MachineSettings): Result<void> {
  // What is kept by machine is kept under its name, in plain objects, which have properties of their own.
  if (name in {}) return badInput('name', `"${name}" is a word of Larmor's own and no name for a machine.`)
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,62}$/u.test(name))
    return badInput(
      'name',
      `"${name}" is no name for a machine: letters, digits, ".", "_" and "-", a letter or digit first.`,
    )
  if (!Object.hasOwn(schedulers, settings.scheduler))
    return badInput(
      'scheduler',
      `There is no scheduler "${settings.scheduler}" in this version.`,
      Object.keys(schedulers).join(', '),
    )
  if (settings.transport === 'ssh' && settings.ssh === null)
    return badInput('ssh', 'A machine behind SSH needs a host.')
  const ssh = settings.ssh === null ? ok(undefined) : checkSsh(settings.ssh)
  if (!ssh.ok) return ssh
  const { work, scratch } = settings
  if (settings.transport === 'ssh' && work === null)
    return badInput('work', 'A machine behind SSH needs a work folder.')
  if (work !== null && !/^(\/|~\/.)/.test(work))
    return badInput(
      'work',
      `"${work}" is no full path.`,
      'It begins with / or ~/; `echo $SCRATCH` on the machine tells what a variable stands for.',
    )
  for (const [field, text] of Object.entries({ work, scratch, ...words(settings) })) {
    if (text !== null && CONTROL.test(text))
      return badInput(field, 'A line end or another control character cannot stand there.')
    if (text?.startsWith('-'))
      return badInput(field, `"${text}" would be read as an option: it cannot begin with a dash.`)
  }
  const { clusters } = settings
  // Slurm's own rule for a ClusterName, and commas between them (sbatch -M).
  if (clusters !== null && !/^[\w.-]+(,[\w.-]+)*$/.test(clusters))
    return badInput('clusters', `"${clusters}" names no clusters.`, 'Names with commas between them, or all.')
  for (const [key, value] of Object.entries(settings.environment)) {
    if (!/^[A-Za-z_]\w*$/.test(key)) return badInput('env', `"${key}" is no name of a variable.`)
    if (CONTROL.test(value)) return badInput('env', `${key} cannot hold a line end or another control character.`)
  }
  return checkNumbers(settings)
}

const CONTROL = /\p{Cc}/u

/** What goes to the scheduler as one word each. */
function words({ partition, account, qos, constraint, gres, clusters, programs }: MachineSettings) {
  return { partition, account, qos, constraint, gres, clusters, ...programs }
}

/** The same characters as OpenSSH refuses (valid_hostname, valid_ruser of its ssh.c), since a ProxyCommand may hold them. */
function checkSsh({ host, user, port, jump, identity, config, known_hosts, host_key }: SshSettings): Result<void> {
  // An account may stand before the host, in an address of ssh:// as well: neither may look like an option.
  const unfit = (text: string) => /(^|@|\/)-|['"`$\\;&<>|(){}\s\p{Cc}]/u.test(text)
  if (host === '' || unfit(host)) return badInput('ssh', `"${host}" is no name of a host.`, 'As it is typed after ssh.')
  if (user !== null && (user === '' || unfit(user))) return badInput('user', `"${user}" is no name of an account.`)
  if (jump !== null && (jump === '' || jump.split(',').some(hop => hop === '' || unfit(hop))))
    return badInput('jump', `"${jump}" names no hosts to go through.`, 'As after ssh -J: user@host:port,another')
  if (port !== null && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    return badInput('port', `${port} is no port: 1 to 65535.`)
  for (const [field, path] of Object.entries({ identity, 'ssh-file': config, 'known-hosts': known_hosts })) {
    if (path !== null && (path === '' || CONTROL.test(path) || path.includes('"')))
      return badInput(field, `${JSON.stringify(path)} is no path that ssh could be given.`)
  }
  if (host_key !== null && !/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(host_key))
    return badInput(
      'host-key',
      `"${host_key}" is no fingerprint.`,
      'As ssh-keygen -l prints it: SHA256: and 43 characters.',
    )
  return ok(undefined)
}

/** Whoever looks more seldom never sees what schedulers forget; and timers hold 24.8 days at most. */
const A_DAY_S = 24 * 3600

function checkNumbers({ cores, memory_mb, max_jobs, poll_s, spool_s, grace_s }: MachineSettings): Result<void> {
  for (const [field, value, least, most] of [
    ['cores', cores, 1, null],
    ['memory', memory_mb, 1, null],
    ['max-jobs', max_jobs, 1, null],
    ['poll-s', poll_s, 1, A_DAY_S],
    ['spool-s', spool_s, 1, A_DAY_S],
    ['grace-s', grace_s, 0, null],
  ] as const) {
    const whole = field === 'cores' || field === 'max-jobs'
    if (value !== null && !(Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))))
      return badInput(field, `--${field} wants a ${whole ? 'whole ' : ''}number of at least ${least}, not ${value}.`)
    if (value !== null && most !== null && value > most)
      return badInput(field, `--${field} can be a day at most, which is ${most} seconds, not ${value}.`)
  }
  return ok(undefined)
}
