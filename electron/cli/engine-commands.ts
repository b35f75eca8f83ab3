import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTRACT_VERSION, type Engine } from '../../shared/contract.ts'
import { type Fault, FaultError, fail } from '../../shared/result.ts'
import { model } from '../engine/model.ts'
import { POINTS } from '../engine/points.ts'
import { readingAt } from '../engine/store/disk-reader.ts'
import { type EngineOwner, readLock } from '../engine/store/lock.ts'
import { readStore } from '../engine/store/store.ts'
import { attachLiving, type EngineGreeting, ensureEngine, livingEngine, readState } from '../engine-client.ts'
import { resourcesFolder } from '../resources-folder.ts'
import { steadyEngine } from '../serve/steady-engine.ts'
import { startServe } from '../serve.ts'
import { version } from '../version.ts'
import { badArgument, type CliCommand, oneWord, type Surroundings } from './command.ts'
import { openDesktop } from './desktop.ts'
import { openInBrowser } from './open-in-browser.ts'
import { EXIT } from './terminal.ts'

const engine: CliCommand = {
  name: 'engine',
  usage: 'start|stop|status|points',
  summary: 'the engine, which drives the runs and outlives this terminal',
  options: {},
  async run(surroundings, given) {
    const verb = oneWord(given, 'start|stop|status|points')
    switch (verb) {
      case 'start':
        ;(await ensureEngine(surroundings.home)).detach()
        return printEngine(surroundings)
      case 'stop': {
        const stopped = await stopEngine(surroundings.home)
        return printEngine(surroundings, stopped)
      }
      case 'status':
        return printEngine(surroundings)
      case 'points': {
        surroundings.terminal.document(
          Object.entries(POINTS).map(([name, effect]) => ({ name, effect })),
          () =>
            Object.entries(POINTS)
              .map(([name, effect]) => `${name.padEnd(18)}${effect}`)
              .join('\n'),
        )
        return EXIT.done
      }
      case 'run':
        return runHere(surroundings.home)
      default:
        throw badArgument('engine', `There is no "engine ${verb}".`, 'larmor engine start|stop|status|points')
    }
  },
}

/** Resolves when the living engine, which it returns, has let go of its lock, which it does last; null: there was none. */
async function stopEngine(home: string): Promise<EngineOwner | null> {
  const owner = await livingEngine(home)
  if (!owner) return null
  try {
    await (await attachLiving(home))?.shutdown()
  } catch {
    process.kill(owner.pid, 'SIGTERM') // one of another version, with which nothing can be spoken
  }
  while ((await livingEngine(home))?.token === owner.token) await sleep(20)
  return owner
}

/** The process that `ensureEngine` starts: tells its parent how the start went, then works until it is idle. */
async function runHere(home: string): Promise<number> {
  const greet = (greeting: EngineGreeting) => void process.send?.(greeting)
  try {
    const { runEngineProcess } = await import('../engine/engine-process.ts')
    await runEngineProcess(home, () => greet({ is: 'ready' }))
    return EXIT.done
  } catch (error) {
    if (error instanceof FaultError) greet({ is: 'fault', fault: error.fault })
    throw error
  }
}

async function printEngine({ home, terminal }: Surroundings, stopped: EngineOwner | null = null): Promise<number> {
  const lock = await readLock(home)
  const owner = lock?.liveness === 'alive' ? lock.owner : null
  const elsewhere = lock?.liveness === 'elsewhere' ? lock.owner : null
  const { state } = await readState(home)
  const document = {
    running: owner !== null,
    pid: owner?.pid ?? null,
    started: owner?.started ?? null,
    version: owner?.version ?? null,
    home,
    socket: owner?.socket ?? null,
    url: owner?.url ?? null,
    seq: state.seq,
    elsewhere: elsewhere && { host: elsewhere.host, pid: elsewhere.pid, started: elsewhere.started },
  }
  terminal.document(document, () => {
    if (owner) return `engine ${owner.version} runs, pid ${owner.pid}, since ${owner.started}`
    if (stopped && !elsewhere) return `engine stopped, pid ${stopped.pid}; what is submitted goes on, nothing else does`
    if (!elsewhere) return `no engine runs for ${home}`
    return `an engine on ${elsewhere.host} owns ${home} (pid ${elsewhere.pid}, since ${elsewhere.started}); whether it lives cannot be known from here`
  })
  return EXIT.done
}

async function serve({ home, terminal }: Surroundings, port: number, open: boolean): Promise<number> {
  await requireFreePort(port)
  const engine = steadyEngine(await ensureEngine(home), {
    living: () => attachLiving(home),
    ensured: () => ensureEngine(home),
    stored: async () => (await readStore(home, model)).state,
    disk: readingAt(home),
  })
  const served = await startServe({ engine, port, staticFolder: join(resourcesFolder, '..', 'out', 'renderer') })
  const over = interrupted() // before anybody can know the process that would be interrupted
  terminal.line({ url: served.url, token: served.token, pid: process.pid }, () => served.url)
  if (open) openInBrowser(served.url)
  await over
  await served.close()
  engine.detach()
  return EXIT.done
}

/** Looks before an engine is started for nothing; `startServe` says what is wrong with the port. */
async function requireFreePort(port: number): Promise<void> {
  const nobody: Engine = {
    subscribe: () => () => {},
    send: async () => fail(STARTING),
    put: async () => fail(STARTING),
    terminal: async () => fail(STARTING),
    read: async () => fail(STARTING),
    archivedRuns: async () => fail(STARTING),
    archivedRun: async () => fail(STARTING),
    readings: () => () => {},
    questions: () => () => {},
    answer: async () => fail(STARTING),
    activity: () => () => {},
  }
  await (await startServe({ engine: nobody, port, staticFolder: '' })).close()
}

const STARTING: Fault = { code: 'not-now', message: 'The page is just starting; try again.' }

function interrupted(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

const serveCommand: CliCommand = {
  name: 'serve',
  usage: '[--port N] [--no-open]',
  summary: 'the window in a browser on 127.0.0.1',
  options: { port: { type: 'string' }, 'no-open': { type: 'boolean' } },
  run: (surroundings, given) =>
    serve(surroundings, portOf(given.number('port')), !given.flag('no-open') && !surroundings.terminal.json),
}

function portOf(port = 0): number {
  if (!Number.isInteger(port) || port > 65_535) throw badArgument('port', `--port wants a port number, not ${port}.`)
  return port
}

const open: CliCommand = {
  name: 'open',
  usage: '',
  summary: 'the window',
  options: {},
  async run(surroundings) {
    const why = await openDesktop(surroundings.home)
    surroundings.terminal.say(
      why === null ? 'Larmor opens in its window.' : `Larmor opens in the browser, since ${why}.`,
    )
    return why === null ? EXIT.done : serve(surroundings, 0, !surroundings.terminal.json)
  },
}

/** `larmor --version`. */
export function versionDocument() {
  return { version, contract: CONTRACT_VERSION, schema: 1 }
}

export const engineCommands: readonly CliCommand[] = [engine, serveCommand, open]
