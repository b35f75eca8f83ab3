#!/usr/bin/env node
import { inspect } from 'node:util'
import { type Fault, FaultError } from '../shared/result.ts'
import { classifyCommands } from './cli/classify-command.ts'
import { badArgument, type CliCommand, parseGiven } from './cli/command.ts'
import { doctor } from './cli/doctor.ts'
import { engineCommands, versionDocument } from './cli/engine-commands.ts'
import { exportCommand } from './cli/export-command.ts'
import { importCommands } from './cli/import-command.ts'
import { machineCommands } from './cli/machine-commands.ts'
import { nearest } from './cli/nearest.ts'
import { readCommands } from './cli/read-commands.ts'
import { remoteCommands } from './cli/remote-commands.ts'
import { reportCommands } from './cli/report-commands.ts'
import { startCommands } from './cli/start-commands.ts'
import { steerCommands } from './cli/steer-commands.ts'
import { createTerminal, tellFault } from './cli/terminal.ts'
import { diskFault } from './engine/store/disk-fault.ts'
import { homeFolder } from './home.ts'

const commands: readonly CliCommand[] = [
  ...startCommands,
  ...readCommands,
  ...steerCommands,
  ...reportCommands,
  ...remoteCommands,
  exportCommand,
  ...classifyCommands,
  ...importCommands,
  ...machineCommands,
  doctor,
  ...engineCommands,
]

/** Words kept for commands to come: refused as such, not as unknown. */
const LATER = ['watch-folders', 'cases', 'pools']

async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json')
  const [name, ...args] = argv[0] === '--json' ? argv.slice(1) : argv
  const terminal = createTerminal(json)
  try {
    if (name === '--version' || name === 'version') {
      const document = versionDocument()
      terminal.document(document, () => document.version)
      return 0
    }
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      if (name === undefined) throw badArgument('command', 'A command is missing.', json ? 'larmor --help' : help())
      terminal.document({ commands: commands.map(({ name, usage, summary }) => ({ name, usage, summary })) }, help)
      return 0
    }
    if (LATER.includes(name)) throw badArgument('command', `"${name}" is not in this version.`)
    const command = commands.find(known => known.name === name)
    if (!command) {
      const meant = nearest(
        name,
        commands.map(each => each.name),
      )
      const asked = meant === null ? '' : ` Is ${meant} meant?`
      throw badArgument('command', `There is no command "${name}".${asked}`, 'larmor --help')
    }
    const given = parseGiven(command, args)
    if (given.flag('help')) {
      terminal.document(
        {
          name,
          usage: command.usage,
          summary: command.summary,
          details: command.details ?? [],
          defaults: command.defaults ?? null,
        },
        () =>
          [
            `larmor ${name} ${command.usage}`,
            command.summary,
            ...(command.details ?? []).map(line => `  ${line}`),
            command.defaults && `Left out: ${command.defaults}`,
          ]
            .filter(Boolean)
            .join('\n'),
      )
      return 0
    }
    return await command.run({ home: homeFolder(), terminal, cwd: process.cwd() }, given)
  } catch (thrown) {
    // What the disk refused is no defect, wherever it was noticed.
    const error = diskFault(thrown, homeFolder())
    if (error instanceof FaultError) return tellFault(json, withUsage(error.fault, name))
    const detail = error instanceof Error ? (error.stack ?? error.message) : inspect(error)
    return tellFault(json, { code: 'internal', message: 'This is a defect of Larmor.', detail })
  }
}

/** What is wrong with the arguments, with where they are explained if nothing better is known. */
function withUsage(fault: Fault, name: string | undefined): Fault {
  const known = commands.some(command => command.name === name)
  if (fault.code === 'bad-input' && (fault.field === 'mult' || fault.field === 'charge')) {
    return { ...fault, hint: [fault.hint, 'They are said by --charge Q and --mult M.'].filter(Boolean).join('\n') }
  }
  return fault.code === 'bad-input' && known ? { hint: `larmor ${name} --help`, ...fault } : fault
}

function help(): string {
  return [
    'larmor COMMAND [--json]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`),
    '',
    'larmor COMMAND --help tells its arguments. Runs and jobs are named by their ids, or any unique beginning of one.',
    'Data: LARMOR_HOME, or the usual place of the platform.',
    'Exit status: 0 done, 1 the work ended badly (--wait, wait), 2 wrong arguments or input, 3 not reachable or not allowed now,',
    '  4 not found, 5 waited long enough (wait --timeout), 6 a person is wanted (passphrase, second factor, host key).',
  ].join('\n')
}

// A closed pipe (larmor events | head) is the reader's choice, not an error.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await main(process.argv.slice(2))
// Sockets and timers of a finished command must not hold it.
process.stdout.write('', () => process.exit())
