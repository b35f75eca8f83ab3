import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { bundle } from '../../../run-ts.mjs'

/** A process of this folder's scripts, and the lines it has printed. */
export interface Started {
  readonly process: ChildProcess
  readonly lines: readonly string[]
  /** The next line that it prints; throws when it ends instead. */
  nextLine(): Promise<string>
  send(line: string): void
  /** Kills it with SIGKILL and waits until it is gone. */
  kill(): Promise<void>
}

/** Makes a script of this folder startable in a test file: bundled from the sources once, before the tests. */
export function script(source: URL): (...args: readonly string[]) => Started {
  let folder: string
  let path: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larmor-script-'))
    path = await bundle(fileURLToPath(source), folder)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return (...args) => start(path, args)
}

function start(path: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  const output = createInterface({ input: child.stdout })
  output.on('line', line => lines.push(line))
  const closed = once(child, 'close')
  let read = 0
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    process: child,
    lines,
    async nextLine() {
      while (lines.length <= read) {
        const ended = await Promise.race([once(output, 'line').then(() => false), closed.then(() => true)])
        if (ended && lines.length <= read) throw new Error(`the process ended, ${child.exitCode ?? child.signalCode}`)
      }
      return lines[read++] ?? ''
    },
    send: line => void child.stdin.write(`${line}\n`),
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}
