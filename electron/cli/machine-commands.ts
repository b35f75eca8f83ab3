import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Engine, MachineActivity } from '../../shared/contract.ts'
import type { MachineName } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { LOCAL, localMachine, type Machine, type MachineSettings, reachOf } from '../../shared/model/machine.ts'
import { checkMachine } from '../../shared/model/machine-settings.ts'
import { machineNamed } from '../../shared/model/state.ts'
import { FaultError, orThrow } from '../../shared/result.ts'
import { machinesFile, readMachinesFile } from '../../shared/show/machines-file.ts'
import { writeAtomic } from '../engine/store/atomic-write.ts'
import { errnoOf } from '../engine/store/disk-fault.ts'
import { activityOf, attachLiving, ensureEngine, readState, sendCommand } from '../engine-client.ts'
import { badArgument, type CliCommand, type Given, oneWord, type Surroundings } from './command.ts'
import { changedSettings, MACHINE_OPTIONS, MACHINE_USAGE, newSettings } from './machine-flags.ts'
import { type Person, personHere } from './person.ts'
import { programsHere } from './programs-here.ts'
import { troubleText } from './status-text.ts'
import { columns, EXIT } from './terminal.ts'

type Verb = (surroundings: Surroundings, given: Given) => Promise<number>

const verbs: Readonly<Record<string, Verb>> = {
  list,
  add,
  set,
  test,
  connect,
  remove,
  export: exportFile,
  import: importFile,
}

const machines: CliCommand = {
  name: 'machines',
  usage: `list | test M | connect M | remove M | add NAME ... | set NAME ... | export FILE | import FILE\nadd, set: ${MACHINE_USAGE}`,
  summary: 'where runs can go',
  options: MACHINE_OPTIONS,
  async run(surroundings, given) {
    const [verb, ...words] = given.words
    if (verb === undefined)
      throw badArgument('machines', 'A verb is missing.', `larmor machines ${Object.keys(verbs).join('|')}`)
    const act = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (!act)
      throw badArgument(
        'machines',
        `There is no "machines ${verb}".`,
        `larmor machines ${Object.keys(verbs).join('|')}`,
      )
    return act(surroundings, { ...given, words })
  },
}

async function list({ home, terminal }: Surroundings, given: Given): Promise<number> {
  if (given.words.length > 0) throw badArgument('machines', `"list" takes no further words, not "${given.words[0]}".`)
  const { state } = await readState(home)
  const counted = await countedBy(home)
  const document = Object.values(state.machines).map(machine => shown(machine, counted))
  terminal.document(document, () =>
    [
      columns(
        ['machine', 'reach', 'scheduler', 'asked', 'programs'],
        document.map(({ name, reach, scheduler, programs, counters, text, silent }) => [
          name,
          text === null ? reach.replace('-', ' ') : `${reach}: ${text}`,
          silent === null ? scheduler : `${scheduler}, silent since ${silent.since}`,
          counters.round_trips === null ? '–' : `${counters.round_trips} calls, ${counters.questions} to the scheduler`,
          programsText(programs),
        ]),
      ),
      ...document.flatMap(({ name, silent }) => (silent ? [`${name}: ${silent.text}`] : [])),
      ...document.flatMap(({ name, trouble }) => (trouble ? [troubleText({ machine: name, ...trouble })] : [])),
      ...document.flatMap(({ name, others }) =>
        others.map(({ queue_id, name: job, text }) => `${name}: your own job ${queue_id}  ${text}  ${job}`),
      ),
    ].join('\n'),
  )
  return EXIT.done
}

async function add({ home, terminal, cwd }: Surroundings, given: Given): Promise<number> {
  const name = oneWord(given, 'NAME') as MachineName
  const settings = await newSettings(given, cwd)
  orThrow(checkMachine(name, settings))
  const { state } = await readState(home)
  if (machineNamed(state, name))
    throw badArgument('name', `There is a machine "${name}" already.`, `larmor machines set ${name} changes it.`)
  await meet(name, settings)
  const machine: Machine = { ...localMachine, name, settings }
  await sendCommand(home, { type: 'machine.set', machine })
  return show({ home, terminal }, name, `${name} is added. larmor machines test ${name} tells what is there.`)
}

/** Compares the host's key before the machine is added: whoever adds it is there to say whether it is the right one. */
async function meet(name: MachineName, { ssh }: MachineSettings): Promise<void> {
  if (ssh === null || ssh.host_key !== null) return
  const { seeHostKey } = await import('../engine/machines/transports/index.ts')
  const person = personHere()
  const seen = await seeHostKey(ssh, { signal: new AbortController().signal, ask: person, count: () => {} }).catch(
    (error: unknown) => error,
  )
  if (seen === 'known') return
  if (!(seen instanceof Error) || !('hint' in seen)) throw seen
  const { message, hint, more } = seen as Error & {
    readonly hint: string | null
    readonly more: Readonly<Record<string, string>>
  }
  const code = more.fingerprint === undefined && seen.name !== 'WantsLogin' ? 'not-now' : 'person-wanted'
  const how =
    more.fingerprint === undefined
      ? (hint?.replaceAll('NAME', name) ?? null)
      : 'Compare it with what those who run the machine say, then add it with --host-key and that text.'
  throw new FaultError({ code, message, field: 'ssh', ...(how === null ? {} : { hint: how }), more })
}

async function set({ home, terminal, cwd }: Surroundings, given: Given): Promise<number> {
  const machine = await theMachine(home, given)
  const settings = await changedSettings(machine.settings, given, cwd)
  orThrow(checkMachine(machine.name, settings))
  await sendCommand(home, { type: 'machine.set', machine: { ...machine, settings } })
  return show({ home, terminal }, machine.name, `${machine.name} is changed.`)
}

async function remove({ home, terminal }: Surroundings, given: Given): Promise<number> {
  const { name } = await theMachine(home, given)
  await sendCommand(home, { type: 'machine.remove', machine: name })
  terminal.document({ name, removed: true }, () => `${name} is removed. What lies there is left as it is.`)
  return EXIT.done
}

async function connect({ home, terminal }: Surroundings, given: Given): Promise<number> {
  const { name } = await theMachine(home, given)
  await loggingIn(home, { type: 'machine.connect', machine: name })
  return show({ home, terminal }, name, `${name} is connected.`)
}

async function test({ home, terminal }: Surroundings, given: Given): Promise<number> {
  const { name } = await theMachine(home, given)
  await loggingIn(home, { type: 'machine.test', machine: name })
  const { state } = await readState(home)
  const machine = state.machines[name]
  if (!machine) throw notThere(name)
  const checks = machine.tested?.checks ?? []
  const document = {
    ...shown(machine, await countedBy(home)),
    ok: checks.every(({ ok }) => ok),
    tested: machine.tested?.at ?? null,
    checks,
    partitions: machine.tested?.partitions ?? [],
  }
  terminal.document(document, () =>
    columns(
      ['', 'what', 'found', ''],
      checks.map(({ name: what, ok, found, hint }) => [ok ? 'ok' : '!', what, found, hint ?? '']),
    ),
  )
  return EXIT.done
}

async function exportFile({ home, terminal, cwd }: Surroundings, given: Given): Promise<number> {
  const path = resolve(cwd, oneWord(given, 'FILE'))
  const { state } = await readState(home)
  const file = machinesFile(Object.values(state.machines))
  await writeAtomic(path, `${JSON.stringify(file, null, 2)}\n`)
  const names = file.machines.map(({ name }) => name)
  terminal.document(
    { file: path, machines: names },
    () => `${path}: ${names.join(', ') || 'no machine besides this computer'}`,
  )
  return EXIT.done
}

async function importFile({ home, terminal, cwd }: Surroundings, given: Given): Promise<number> {
  const path = resolve(cwd, oneWord(given, 'FILE'))
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw badArgument(
      'file',
      errnoOf(error) === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${error.message}`,
    )
  })
  const read = orThrow(readMachinesFile(text))
  const { state } = await readState(home)
  const known = read.filter(({ name }) => state.machines[name])
  const fresh = read.filter(({ name }) => !state.machines[name])
  const other = known.filter(
    ({ name, settings }) => JSON.stringify(state.machines[name]?.settings) !== JSON.stringify(settings),
  )
  if (other[0])
    throw badArgument(
      'file',
      `There is a machine "${other[0].name}" already, with other settings.`,
      'Remove or rename it first; nothing was changed.',
    )
  for (const { name, settings } of fresh)
    await sendCommand(home, { type: 'machine.set', machine: { ...localMachine, name, settings } })
  const names = fresh.map(({ name }) => name)
  terminal.document({ file: path, machines: names, known: known.map(({ name }) => name) }, () =>
    names.length === 0
      ? 'nothing new in it'
      : `${names.join(', ')}: added. Each login is your own; larmor machines test NAME.`,
  )
  return EXIT.done
}

/** A login that may ask the person here. Where nobody is, and one is known to be wanted, nothing is tried. */
async function loggingIn(home: string, command: Command): Promise<void> {
  const engine = await ensureEngine(home)
  const person = personHere()
  const over = new AbortController()
  const leave = person === null ? () => {} : engine.questions(answering(engine, person, over.signal))
  try {
    orThrow(await engine.send(command))
  } finally {
    over.abort()
    leave()
    engine.detach()
  }
}

/** `signal`: nobody waits for an answer any more. A question that is closed meanwhile is taken back as well. */
function answering(engine: Engine, person: Person, signal: AbortSignal): Parameters<Engine['questions']>[0] {
  const asked = new Map<string, AbortController>()
  return open => {
    for (const [id, closed] of asked) if (!open.some(question => question.id === id)) closed.abort()
    for (const question of open) {
      if (asked.has(question.id)) continue
      const closed = new AbortController()
      asked.set(question.id, closed)
      const until = AbortSignal.any([signal, closed.signal])
      void person(question, until).then(async answer => {
        if (!until.aborted) await engine.answer(question.id, answer)
      })
    }
  }
}

async function theMachine(home: string, given: Given): Promise<Machine> {
  const name = oneWord(given, 'NAME')
  const { state } = await readState(home)
  const machine = machineNamed(state, name)
  if (!machine) throw notThere(name)
  return machine
}

function notThere(name: string): FaultError {
  return new FaultError({ code: 'not-found', message: `There is no machine "${name}".`, hint: 'larmor machines list' })
}

async function show(
  { home, terminal }: Pick<Surroundings, 'home' | 'terminal'>,
  name: MachineName,
  text: string,
): Promise<number> {
  const { state } = await readState(home)
  const machine = state.machines[name]
  if (!machine) throw notThere(name)
  terminal.document(shown(machine, await countedBy(home)), () => text)
  return EXIT.done
}

/** As `machines list` shows it. */
function shown(machine: Machine, counted: ReadonlyMap<string, MachineActivity>) {
  const { name, reach, settings, found, clock_skew_s, silent, others } = machine
  const { connections, login_tries, prompts, questions, round_trips, bytes_fetched, since } =
    counted.get(name) ?? UNCOUNTED
  return {
    name,
    reach: reachOf(machine),
    text: reach.text,
    hint: reach.hint,
    since: reach.since,
    scheduler: settings.scheduler,
    programs: name === LOCAL ? programsHere(found) : found,
    clock_skew_s,
    silent,
    trouble: counted.get(name)?.trouble ?? null,
    others,
    counters: { connections, login_tries, prompts, questions, round_trips, bytes_fetched, since },
    settings,
  }
}

/** What the living engine has counted; of machines that it does not know, and without one, nothing is known. */
async function countedBy(home: string): Promise<ReadonlyMap<string, MachineActivity>> {
  const engine = await attachLiving(home).catch(() => null)
  if (!engine) return new Map()
  try {
    const all = await activityOf(engine).catch(() => [])
    return new Map(all.map(one => [one.machine, one]))
  } finally {
    engine.detach()
  }
}

function programsText(programs: Machine['found']): string {
  const texts = Object.entries(programs).map(([name, { path, version }]) =>
    version === null ? `${name} (${path})` : `${name} ${version} (${path})`,
  )
  return texts.join(', ') || 'none found'
}

/** Null is not zero: no engine lives that could have counted. */
const UNCOUNTED = {
  connections: null,
  login_tries: null,
  prompts: null,
  questions: null,
  round_trips: null,
  bytes_fetched: null,
  since: null,
}

export const machineCommands: readonly CliCommand[] = [machines]
