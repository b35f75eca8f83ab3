import { execFileSync } from 'node:child_process'
import { accessSync, constants, statfsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { programs } from '../../shared/programs/index.ts'
import { livingEngine, readState } from '../engine-client.ts'
import { badArgument, type CliCommand, oneWord } from './command.ts'
import { columns, EXIT } from './terminal.ts'

const machines: CliCommand = {
  name: 'machines',
  usage: 'list',
  summary: 'where runs can go',
  options: {},
  async run({ home, terminal }, given) {
    const verb = oneWord(given, 'list')
    if (verb !== 'list') throw badArgument('machines', `"machines ${verb}" is not in this version.`)
    const { state } = await readState(home)
    const document = Object.values(state.machines).map(({ name, reach, settings, found, clock_skew_s }) => ({
      name,
      reach: reach.is,
      scheduler: settings.scheduler,
      programs: name === 'local' ? { ...found, ...programsHere(found) } : found,
      clock_skew_s,
      counters: null,
    }))
    terminal.document(document, () =>
      columns(
        ['machine', 'reach', 'scheduler', 'programs'],
        document.map(({ name, reach, scheduler, programs }) => [
          name,
          reach,
          scheduler,
          Object.keys(programs).join(', '),
        ]),
      ),
    )
    return EXIT.done
  },
}

type Found = Readonly<Record<string, { readonly path: string; readonly version: string | null }>>

/** The programs of the registry that are on this computer's PATH. */
export function programsHere(known: Found = {}): Found {
  const found = Object.values(programs).flatMap(({ executable }) => {
    const path = executable === null ? null : onPath(executable)
    return executable !== null && path
      ? [[executable, { path, version: known[executable]?.version ?? null }] as const]
      : []
  })
  return Object.fromEntries(found)
}

function onPath(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      // the next folder
    }
  }
  return null
}

const doctor: CliCommand = {
  name: 'doctor',
  usage: '',
  summary: 'what is installed and what is missing',
  options: {},
  async run({ home, terminal }) {
    const nwchem = onPath('nwchem')
    const checks = [
      { name: 'node', ok: true, found: process.version, hint: null },
      {
        name: 'nwchem',
        ok: nwchem !== null,
        found: nwchem,
        hint: nwchem ? null : 'apt-get install nwchem (Debian, Ubuntu); shieldings need it',
      },
      {
        name: 'mpirun',
        ok: onPath('mpirun') !== null,
        found: onPath('mpirun'),
        hint: onPath('mpirun') ? null : 'needed for more than one rank',
      },
      { name: 'tar', ok: onPath('tar') !== null, found: onPath('tar'), hint: null },
      { name: 'data folder', ...dataFolder(home) },
      { name: 'engine', ok: true, found: (await livingEngine(home)) ? 'alive' : 'none', hint: null },
      { name: 'logout', ...lingering() },
    ]
    terminal.document({ checks }, () =>
      columns(
        ['', 'what', 'found', ''],
        checks.map(({ name, ok, found, hint }) => [ok ? 'ok' : 'missing', name, found ?? '–', hint ?? '']),
      ),
    )
    return EXIT.done
  },
}

function dataFolder(home: string) {
  try {
    const { bavail, bsize } = statfsSync(home)
    return { ok: true, found: `${home}, ${Math.round((bavail * bsize) / 1e9)} GB free`, hint: null }
  } catch {
    return { ok: true, found: `${home}, not made yet`, hint: null }
  }
}

/** systemd may end a user's processes at logout (KillUserProcesses); lingering prevents it. */
function lingering() {
  try {
    const killed = execFileSync('loginctl', ['show-session', 'self', '-p', 'KillProcesses'], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    if (killed.includes('yes'))
      return { ok: false, found: 'processes are ended at logout', hint: 'loginctl enable-linger' }
  } catch {
    // no systemd, or no session of it
  }
  return { ok: true, found: 'the engine goes on after logout', hint: null }
}

export const machineCommands: readonly CliCommand[] = [machines, doctor]
