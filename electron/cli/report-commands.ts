import type { MachineName } from '../../shared/ids.ts'
import type { ForeignReport } from '../../shared/model/foreign.ts'
import type { State } from '../../shared/model/state.ts'
import { FaultError, orThrow } from '../../shared/result.ts'
import { ensureEngine, follow, readState } from '../engine-client.ts'
import { badArgument, type CliCommand } from './command.ts'
import { runIdOf } from './ids.ts'
import { columns, EXIT } from './terminal.ts'

/** How long a look at a machine's spool may take until what is known is printed. */
const LOOK_MS = 5000

const reports: CliCommand = {
  name: 'reports',
  usage: '[MACHINE] [--adopt NAME]',
  summary: 'what larmor-report told of jobs that Larmor did not submit; MACHINE: looks there now',
  options: { adopt: { type: 'string' } },
  async run({ home, terminal }, given) {
    const [machine, ...more] = given.words as readonly MachineName[]
    if (more.length > 0) throw badArgument('machine', `One MACHINE is wanted, not ${given.words.length}.`)
    if (machine !== undefined) await look(home, machine)
    const { state } = await readState(home)
    const all = reportsOf(state).filter(report => machine === undefined || report.machine === machine)
    const name = given.text('adopt')
    if (name !== undefined) {
      const run = await adopt(home, all, name)
      terminal.document({ run }, () => `adopted as ${run}\nlarmor show ${run}`)
      return EXIT.done
    }
    const none = `No job that Larmor did not submit has reported itself${machine === undefined ? '' : ` on ${machine}`}.`
    terminal.document({ reports: all }, () =>
      all.length === 0
        ? none
        : columns(
            ['machine', 'job', 'outcome', 'category', 'program', 'folder', 'run'],
            all.map(report => [
              ...[report.machine, report.name, report.outcome, report.category ?? ''],
              ...[report.program ?? '', report.dir, report.adopted ?? ''],
            ]),
          ),
    )
    return EXIT.done
  },
}

/** The last that came first. */
function reportsOf(state: State): readonly ForeignReport[] {
  return Object.values(state.foreign ?? {}).sort((a, b) => (a.at < b.at ? 1 : -1))
}

async function look(home: string, machine: MachineName): Promise<void> {
  const { state } = await readState(home)
  const engine = await ensureEngine(home)
  try {
    orThrow(await engine.send({ type: 'machine.connect', machine }))
  } finally {
    engine.detach()
  }
  for await (const seen of follow(home, AbortSignal.timeout(LOOK_MS))) {
    if (JSON.stringify(seen.state.foreign) !== JSON.stringify(state.foreign)) return
  }
}

async function adopt(home: string, all: readonly ForeignReport[], name: string): Promise<string> {
  const [report, another] = all.filter(each => each.name === name)
  if (!report) throw new FaultError({ code: 'not-found', message: `There is no report "${name}".` })
  if (another)
    throw badArgument('machine', `Two machines have a report "${name}".`, 'larmor reports MACHINE --adopt NAME')
  if (report.adopted !== null) return report.adopted
  const run = runIdOf()
  const engine = await ensureEngine(home)
  try {
    orThrow(await engine.send({ type: 'report.adopt', machine: report.machine, name, run }))
  } finally {
    engine.detach()
  }
  return run
}

export const reportCommands: readonly CliCommand[] = [reports]
