import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, onTestFinished } from 'vitest'
import { PATIENCE_S } from '../until.ts'

const CLI = fileURLToPath(new URL('../../out/electron/cli.js', import.meta.url))

export interface Surroundings {
  /** LARMOR_HOME; without it the command would use the real one, so it must be given. */
  readonly home: string
  /** Beside the environment of the test. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Milliseconds, after which it is killed and `run` rejects: it should have ended by itself. */
  readonly timeout?: number
}

export interface Ended {
  readonly exit: number | null
  readonly out: string
  readonly err: string
  /** The one JSON document on standard output; throws when there is none, or more than one. */
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
  readonly json: any
}

/** Runs the built `larmor` to its end. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  const { timeout = 1000 * PATIENCE_S } = surroundings
  const child = spawnLarmor(args, surroundings)
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', text => {
    out += text
  })
  child.stderr?.setEncoding('utf8').on('data', text => {
    err += text
  })
  let late = false
  const timer = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, timeout)
  const [exit] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  if (late) throw new Error(`larmor ${args.join(' ')} did not end within ${timeout} ms; it said:\n${out}${err}`)
  return {
    exit,
    out,
    err,
    get json() {
      return documentOf(out, args)
    },
  }
}

/** A command that goes on by itself (a stream, a server), and the lines it has printed. */
export interface Streaming {
  readonly process: ChildProcess
  readonly lines: readonly string[]
  /** The first line, printed so far or later, for which `is` holds, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
  until(is: (line: any) => boolean): Promise<any>
  /** Sends the signal and waits for the end: the exit status, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
}

export function start(args: readonly string[], surroundings: Surroundings): Streaming {
  const child = spawnLarmor(args, surroundings)
  const lines: string[] = []
  let err = ''
  const output = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })
  output.on('line', line => lines.push(line))
  child.stderr?.setEncoding('utf8').on('data', text => {
    err += text
  })
  const closed = once(child, 'close')
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    process: child,
    lines,
    async until(is) {
      for (let read = 0; ; read++) {
        while (lines.length <= read) {
          const ended = await Promise.race([once(output, 'line').then(() => false), closed.then(() => true)])
          if (ended && lines.length <= read) throw new Error(`larmor ${args.join(' ')} ended before: ${err}`)
        }
        const line: unknown = JSON.parse(lines[read] ?? '')
        if (is(line)) return line
      }
    },
    async end(signal) {
      child.kill(signal)
      await closed
      return child.exitCode ?? child.signalCode
    },
  }
}

function spawnLarmor(args: readonly string[], { home, env, cwd }: Surroundings): ChildProcess {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: npm run build`)
  return spawn(process.execPath, [CLI, ...args], {
    cwd: cwd ?? tmpdir(),
    env: { ...process.env, ...env, LARMOR_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function documentOf(out: string, args: readonly string[]): unknown {
  try {
    return JSON.parse(out)
  } catch {
    throw new Error(`larmor ${args.join(' ')} printed no JSON document, but:\n${out}`)
  }
}

/** A data folder of a test's own; afterwards its runs are cancelled, its engine is stopped, and it is removed. */
export async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'larmor-cli-'))
  onTestFinished(() => clear(home))
  return home
}

/** The same for all tests of a file. */
export async function sharedHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'larmor-cli-'))
  afterAll(() => clear(home))
  return home
}

async function clear(home: string): Promise<void> {
  const { exit, json } = await run(['status', '--json'], { home })
  const open = exit === 0 ? json.runs.filter((run: { state: string }) => OPEN.includes(run.state)) : []
  for (const { run: id } of open) {
    await run(['cancel', id], { home })
    await run(['wait', id, '--timeout', '20'], { home })
  }
  await run(['engine', 'stop'], { home })
  await rm(home, { recursive: true, force: true })
}

const OPEN = ['planned', 'running', 'paused']
