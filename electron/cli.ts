#!/usr/bin/env node
import { FaultError } from '../shared/result.ts'
import { type CliCommand, parseGiven } from './cli/command.ts'
import { engineCommands, versionDocument } from './cli/engine-commands.ts'
import { exportCommand } from './cli/export-command.ts'
import { machineCommands } from './cli/machine-commands.ts'
import { readCommands } from './cli/read-commands.ts'
import { startCommands } from './cli/start-commands.ts'
import { steerCommands } from './cli/steer-commands.ts'
import { createTerminal, tellFault } from './cli/terminal.ts'
import { homeFolder } from './home.ts'

const commands: readonly CliCommand[] = [
  ...startCommands,
  ...readCommands,
  ...steerCommands,
  exportCommand,
  ...machineCommands,
  ...engineCommands,
]

/** Promised in the terminal's description, and still to come. */
const LATER = ['import', 'campaign', 'adopt', 'classify', 'watch-folders', 'cases', 'pools', 'clean']

async function main([name, ...args]: readonly string[]): Promise<number> {
  const json = args.includes('--json') || name === '--json'
  const terminal = createTerminal(json)
  try {
    if (name === '--version' || name === 'version') {
      const document = versionDocument()
      terminal.document(document, () => document.version)
      return 0
    }
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      terminal.document({ commands: commands.map(({ name, usage, summary }) => ({ name, usage, summary })) }, help)
      return name === undefined ? 2 : 0
    }
    const command = commands.find(known => known.name === name)
    if (!command) throw new FaultError(unknown(name))
    const given = parseGiven(command, args)
    if (given.flag('help')) {
      terminal.document(
        { name, usage: command.usage, summary: command.summary },
        () => `larmor ${name} ${command.usage}\n${command.summary}`,
      )
      return 0
    }
    return await command.run({ home: homeFolder(), terminal, cwd: process.cwd() }, given)
  } catch (error) {
    if (error instanceof FaultError) return tellFault(json, error.fault)
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return tellFault(json, { code: 'internal', message: 'This is a defect of Larmor.', detail })
  }
}

function unknown(name: string) {
  if (LATER.includes(name))
    return { code: 'bad-input' as const, field: 'command', message: `"${name}" is not in this version.` }
  return {
    code: 'bad-input' as const,
    field: 'command',
    message: `There is no command "${name}".`,
    hint: 'larmor --help',
  }
}

function help(): string {
  const lines = commands.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.slice(0, 58).padEnd(60)}${summary}`)
  return ['larmor COMMAND [--json]', '', ...lines, '', 'Data: LARMOR_HOME, or the usual place of the platform.'].join(
    '\n',
  )
}

// A closed pipe (larmor events | head) is the reader's choice, not an error.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await main(process.argv.slice(2))
// Sockets and timers of a finished command must not hold it.
process.stdout.write('', () => process.exit())
