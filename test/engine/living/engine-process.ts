import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { AttachedEngine } from '../../../electron/engine/socket/client.ts'
import { attachLiving, type EngineGreeting } from '../../../electron/engine-client.ts'
import { PATIENCE_S } from '../../until.ts'
import { killProcessesOf } from './processes.ts'

/** The compiled terminal. */
export const cli = fileURLToPath(new URL('../../../out/electron/cli.js', import.meta.url))

type OnFinished = (clean: () => Promise<void>) => unknown
export type Env = Readonly<Record<string, string>>

/** A new data folder that does not exist yet; with it go, after the test, all processes that were started for it. */
export async function newHome(onTestFinished: OnFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-life-'))
  const home = join(folder, 'home')
  onTestFinished(async () => {
    killProcessesOf(home)
    for (let tries = 0; existsSync(folder) && tries < 20; tries++) {
      await rm(folder, { recursive: true, force: true }).catch(() => sleep(50)) // what was killed may still write
    }
  })
  return home
}

/** Nothing of this test run's own environment that would change what Larmor does. */
export function environment(home: string, env: Env): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('LARMOR_') && name !== 'NODE_OPTIONS',
  )
  return { ...Object.fromEntries(inherited), LARMOR_HOME: home, ...env }
}

/** The engine of a data folder in a process of its own, as a host starts it. */
export interface EngineProcess {
  readonly pid: number
  /** What it told who started it; null where it ended without a word. */
  readonly greeting: Promise<EngineGreeting | null>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** What it said on its standard error. */
  said(): string
  kill(signal?: NodeJS.Signals): Promise<void>
}

export function startEngineProcess(home: string, env: Env = {}): EngineProcess {
  const child: ChildProcess = spawn(process.execPath, [cli, 'engine', 'run'], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: environment(home, env),
  })
  let err = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = new Promise<Awaited<EngineProcess['ended']>>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve({ code, signal }))
  })
  const greeting = new Promise<EngineGreeting>(resolve => {
    child.on('message', message => {
      resolve(message as EngineGreeting)
      child.disconnect()
    })
  })
  return {
    pid: child.pid ?? 0,
    greeting: Promise.race([greeting, ended.then(() => null)]),
    ended,
    said: () => err,
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      await ended
    },
  }
}

/** Attaches to the engine of a data folder as soon as it listens; null once that engine has ended. */
export async function attached(home: string, engine: EngineProcess): Promise<AttachedEngine | null> {
  let over = false
  void engine.ended.then(() => {
    over = true
  })
  while (!over) {
    const client = await attachLiving(home)
    if (client) return client
    await sleep(20)
  }
  return null
}

/** How a command of the terminal ended, and what it printed. */
export interface Told {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  /** The document on standard output. */
  json(): never
}

export interface CliOptions {
  readonly env?: Env
  readonly cwd?: string
  /** Seconds after which it is killed. */
  readonly limit_s?: number
  /** Called with the process once it is started. */
  readonly started?: (child: ChildProcess) => void
}

/** `larmor ARGS...` in a process of its own. */
export function larmor(home: string, args: readonly string[], options: CliOptions = {}): Promise<Told> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: options.cwd ?? tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(home, options.env ?? {}),
  })
  options.started?.(child)
  const limit = setTimeout(() => child.kill('SIGKILL'), 1000 * (options.limit_s ?? PATIENCE_S))
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      resolve({ code, signal, out, err, json: () => JSON.parse(out) as never })
    })
  })
}
