import { LOCAL, type Machine } from '../../shared/model/machine.ts'
import { readState } from '../engine-client.ts'
import { badArgument, type CliCommand, oneWord } from './command.ts'
import { programsHere } from './programs-here.ts'
import { columns, EXIT } from './terminal.ts'

const machines: CliCommand = {
  name: 'machines',
  usage: 'list',
  summary: 'where runs can go',
  options: {},
  async run({ home, terminal }, given) {
    const verb = oneWord(given, 'list')
    if (verb !== 'list') throw badArgument('machines', `There is no "machines ${verb}".`, 'larmor machines list')
    const { state } = await readState(home)
    const document = Object.values(state.machines).map(({ name, reach, settings, found, clock_skew_s }) => ({
      name,
      reach: reach.is,
      scheduler: settings.scheduler,
      programs: name === LOCAL ? programsHere(found) : found,
      clock_skew_s,
      counters: UNCOUNTED,
    }))
    terminal.document(document, () =>
      columns(
        ['machine', 'reach', 'scheduler', 'programs'],
        document.map(({ name, reach, scheduler, programs }) => [name, reach, scheduler, programsText(programs)]),
      ),
    )
    return EXIT.done
  },
}

function programsText(programs: Machine['found']): string {
  const texts = Object.entries(programs).map(([name, { path, version }]) =>
    version === null ? `${name} (${path})` : `${name} ${version} (${path})`,
  )
  return texts.join(', ') || 'none found'
}

/** Null is not zero: nothing counts these yet. */
const UNCOUNTED = {
  connections: null,
  login_tries: null,
  prompts: null,
  questions: null,
  round_trips: null,
  since: null,
}

export const machineCommands: readonly CliCommand[] = [machines]
