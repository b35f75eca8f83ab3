import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTRACT_VERSION } from '../../shared/contract.ts'
import { FaultError } from '../../shared/result.ts'
import { runEngineProcess } from '../engine/engine-process.ts'
import { resourcesFolder } from '../engine/machines/remote-scripts.ts'
import { POINTS } from '../engine/points.ts'
import { attachLiving, type EngineGreeting, ensureEngine, livingEngine, readState } from '../engine-client.ts'
import { startServe } from '../serve.ts'
import { version } from '../version.ts'
import { badArgument, type CliCommand, oneWord, type Surroundings } from './command.ts'
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
        const attached = await attachLiving(surroundings.home)
        await attached?.shutdown()
        while (attached && (await livingEngine(surroundings.home))) await sleep(20) // it lets go of its lock last
        return printEngine(surroundings)
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

/** The process that `ensureEngine` starts: tells its parent how the start went, then works until it is idle. */
async function runHere(home: string): Promise<number> {
  const greet = (greeting: EngineGreeting) => void process.send?.(greeting)
  try {
    await runEngineProcess(home, () => greet({ is: 'ready' }))
    return EXIT.done
  } catch (error) {
    if (error instanceof FaultError) greet({ is: 'fault', fault: error.fault })
    throw error
  }
}

async function printEngine({ home, terminal }: Surroundings): Promise<number> {
  const owner = await livingEngine(home)
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
  }
  terminal.document(document, () =>
    owner ? `engine ${owner.version} runs, pid ${owner.pid}, since ${owner.started}` : `no engine runs for ${home}`,
  )
  return EXIT.done
}

async function serve({ home, terminal }: Surroundings, port: number, open: boolean): Promise<number> {
  const attached = await ensureEngine(home)
  const served = await startServe({
    engine: attached,
    port,
    staticFolder: join(resourcesFolder, '..', 'out', 'renderer'),
  })
  terminal.line({ url: served.url, token: served.token, pid: process.pid }, () => served.url)
  if (open) openInBrowser(served.url)
  const reason = await Promise.race([interrupted(), attached.closed.then(() => 'engine' as const)])
  await served.close()
  attached.detach()
  if (reason === 'engine') throw new FaultError({ code: 'not-now', message: 'The engine has ended.' })
  return EXIT.done
}

function interrupted(): Promise<'signal'> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('signal'))
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
    surroundings.terminal.say('The desktop window is not in this version: opening the same page in the browser.')
    return serve(surroundings, 0, true)
  },
}

/** `larmor --version`. */
export function versionDocument() {
  return { version, contract: CONTRACT_VERSION, schema: 1 }
}

export const engineCommands: readonly CliCommand[] = [engine, serveCommand, open]
