import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { FaultError } from '../../shared/result.ts'
import { model } from '../engine/model.ts'
import { readLock } from '../engine/store/lock.ts'
import { readStore } from '../engine/store/store.ts'
import { resourcesFolder } from '../resources-folder.ts'
import type { CliCommand } from './command.ts'
import { onPath } from './programs-here.ts'
import { columns, EXIT } from './terminal.ts'

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly found: string | null
  /** What to do about it, and what goes on without. */
  readonly hint: string | null
}

export const doctor: CliCommand = {
  name: 'doctor',
  usage: '',
  summary: 'what is installed and what is missing',
  options: {},
  async run({ home, terminal }) {
    const checks: readonly Check[] = [
      node(),
      { name: 'computer', ok: true, found: `${availableParallelism()} cores, ${gigabytes(totalmem())} GB`, hint: null },
      program('nwchem', 'apt-get install nwchem (Debian, Ubuntu). Shieldings need it; --program none goes without'),
      optional('xtb', 'apt-get install xtb (Debian, Ubuntu). It ranks conformers (--pre xtb) and runs its own inputs'),
      program('mpirun', 'apt-get install openmpi-bin (Debian, Ubuntu). Only jobs of more than one rank need it'),
      program('tar', 'every job is sent as a tar stream'),
      await dataFolder(home),
      journal(await storeReport(home), cutOff(home)),
      await engine(home),
      page(),
      lingering(),
    ]
    terminal.document({ ok: checks.every(({ ok }) => ok), checks }, () =>
      columns(
        ['', 'what', 'found', ''],
        checks.map(({ name, ok, found, hint }) => [ok ? 'ok' : '!', name, found ?? 'missing', hint ?? '']),
      ),
    )
    return EXIT.done
  },
}

function node(): Check {
  const { engines } = JSON.parse(readFileSync(join(dirname(resourcesFolder), 'package.json'), 'utf8'))
  const least = String(engines.node).replace('>=', '')
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  const ok = major > leastMajor || (major === leastMajor && minor >= leastMinor)
  return { name: 'node', ok, found: process.version, hint: ok ? null : `Node ${least} or newer is needed` }
}

function program(name: string, hint: string): Check {
  const found = onPath(name)
  return { name, ok: found !== null, found, hint: found === null ? hint : null }
}

/** As program, but most do without it. */
function optional(name: string, hint: string): Check {
  return { ...program(name, hint), ok: true }
}

/** Below this a few jobs may fill the disk: a shielding job's scratch is some hundred MB. */
const LITTLE_GB = 2

async function dataFolder(home: string): Promise<Check> {
  const name = 'data folder'
  let folder = home
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const { bavail, bsize } = statfsSync(folder)
    const ok = bavail * bsize >= LITTLE_GB * 1e9
    const made = folder === home ? '' : ', not made yet'
    const found = `${home}${made}, ${gigabytes(bavail * bsize)} GB free`
    return { name, ok, found, hint: ok ? null : 'little space: jobs may fail for want of it' }
  } catch {
    return { name, ok: false, found: home, hint: 'cannot be written: set LARMOR_HOME to a folder that can' }
  }
}

async function storeReport(home: string): Promise<readonly string[] | FaultError> {
  try {
    return (await readStore(home, model)).report
  } catch (error) {
    if (error instanceof FaultError) return error
    throw error
  }
}

/** Half-written lines that were cut off the journal at an earlier start, each kept in a file. */
function cutOff(home: string): number {
  const folder = join(home, 'journal')
  return existsSync(folder) ? readdirSync(folder).filter(file => /\.torn-\d+$/.test(file)).length : 0
}

function journal(report: readonly string[] | FaultError, cutOff: number): Check {
  const name = 'journal'
  if (report instanceof FaultError) {
    const { message, hint } = report.fault
    return { name, ok: false, found: message, hint: hint ?? null }
  }
  const hint =
    cutOff === 0
      ? null
      : `${cutOff} half-written ${cutOff === 1 ? 'line was' : 'lines were'} cut off earlier and kept: journal/*.torn-*`
  return { name, ok: true, found: report.length > 0 ? report.join(' ') : 'whole', hint }
}

async function engine(home: string): Promise<Check> {
  const name = 'engine'
  const lock = await readLock(home).catch((error: unknown) => {
    if (error instanceof FaultError) return error
    throw error
  })
  if (lock instanceof FaultError) return { name, ok: false, found: lock.fault.message, hint: lock.fault.hint ?? null }
  if (lock?.liveness === 'elsewhere') {
    const found = `on ${lock.owner.host}, pid ${lock.owner.pid}: from here nothing is known of it`
    return { name, ok: false, found, hint: 'use Larmor there, or stop that engine' }
  }
  if (lock?.liveness !== 'alive')
    return { name, ok: true, found: 'none; the next command that needs one starts it', hint: null }
  return {
    name,
    ok: true,
    found: `${lock.owner.version}, pid ${lock.owner.pid}, since ${lock.owner.started}`,
    hint: null,
  }
}

function page(): Check {
  const ok = existsSync(join(dirname(resourcesFolder), 'out', 'renderer', 'index.html'))
  return {
    name: 'page',
    ok,
    found: ok ? 'built' : 'not built',
    hint: ok ? null : 'larmor serve needs it: npm run build',
  }
}

/** systemd may end a user's processes at logout (KillUserProcesses); lingering prevents it. */
function lingering(): Check {
  const name = 'logout'
  try {
    const line = ['show-session', 'self', '-p', 'KillProcesses']
    if (execFileSync('loginctl', line, { encoding: 'utf8', stdio: 'pipe' }).includes('yes')) {
      return { name, ok: false, found: 'systemd ends all processes', hint: 'loginctl enable-linger' }
    }
  } catch {
    // no systemd, or no session of it
  }
  return { name, ok: true, found: 'the engine and its jobs go on', hint: null }
}

function gigabytes(bytes: number): number {
  return Math.round(bytes / 1e8) / 10
}
