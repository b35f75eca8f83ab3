import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pack } from 'tar-stream'
import { onTestFinished } from 'vitest'
import { type Answer, readAnswers } from '../../../electron/engine/machines/remote-agent.ts'
import { agentScript } from '../../../electron/engine/machines/remote-scripts.ts'
import type { Label, RemotePath } from '../../../shared/ids.ts'
import { jobFiles } from '../../../shared/job-folder.ts'
import { localMachine, type MachineSettings } from '../../../shared/model/machine.ts'
import { programOf } from '../../../shared/programs/index.ts'
import { schedulers } from '../../../shared/schedulers/index.ts'
import { which } from '../../setup/groups.mjs'

const resources = fileURLToPath(new URL('../../../resources/remote', import.meta.url))
const script = await agentScript()

/** The shells that stand for `sh` here: Debian's own and the one that most clusters have. */
export const SHELLS = ['dash', 'bash'].filter(shell => which(shell) !== null)

export interface Answered {
  readonly exit: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: Buffer | string
}

/** What one job is to be: the script that it runs, and what it asks for. */
export interface TestJob {
  readonly label: string
  readonly script: string
  readonly ranks?: number
  readonly seconds?: number
  /** Cores of the machine that `direct` may use. */
  readonly cores?: number
  /** What else the machine says. */
  readonly settings?: Partial<MachineSettings>
  /** Patterns of files that a restart begins with, and of what is never copied. */
  readonly restart?: string
  readonly scratch?: string
}

/** A file as it is sent. */
interface SentFile {
  readonly name: string
  readonly text: string
}

/** A work folder as on any machine, in which one shell stands for `sh`; all its processes end with the test. */
export interface Box {
  readonly work: string
  readonly agent: string
  readonly environment: NodeJS.ProcessEnv
  /** Lines that the jobs themselves wrote with `echo ... >>"$LOG"`: what was really executed, in order. */
  log(): readonly string[]
  call(verb: string, words?: readonly string[], options?: Options): Promise<Answered>
  /** As call, read as the engine reads it. Throws when the verb fails. */
  ask(verb: string, words?: readonly string[], options?: Options): Promise<readonly Answer[]>
  /** Any command, with the box's `sh` and environment. */
  run(command: string, args: readonly string[], options?: Options & { readonly cwd?: string }): Promise<Answered>
  /** Puts a program of this name before the system's own; the script reaches that one as "$REAL". */
  shim(name: string, script: string): void
  files(job: TestJob): readonly SentFile[]
  stage(...jobs: readonly TestJob[]): Promise<readonly Answer[]>
  /** Stages and submits; the queue ids in the order of the jobs. */
  start(...jobs: readonly TestJob[]): Promise<readonly string[]>
  /** A file of the work folder as text; null where there is none. */
  read(...path: readonly string[]): string | null
  /** The report of a job by its keys, or null. */
  report(label: string, event?: string): Readonly<Record<string, string>> | null
  /** Every process that was started from here and still lives. */
  processes(): readonly number[]
}

export function newBox(shell: string): Box {
  const folder = mkdtempSync(join(tmpdir(), 'larmor-remote-'))
  const work = join(folder, 'work of Größe')
  const log = join(folder, 'log')
  const agent = join(work, 'agent.sh')
  mkdirSync(work)
  mkdirSync(join(folder, 'bin'))
  symlinkSync(which(shell) ?? shell, join(folder, 'bin', 'sh'))
  writeFileSync(agent, script)
  writeFileSync(log, '')
  const environment = {
    ...process.env,
    PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
    LARMOR_WORK: work,
    LARMOR_AGENT: agent,
    LOG: log,
  }
  onTestFinished(async () => {
    for (let tries = 0; tries < 50 && box.processes().length > 0; tries++) {
      for (const pid of box.processes()) killOne(pid)
      await sleep(20)
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const box: Box = {
    work,
    agent,
    environment,
    log: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    run: (command, args, { env, stdin, cwd } = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd: cwd ?? folder, env: { ...environment, ...env }, detached: true })
        const chunks: Buffer[] = []
        let err = ''
        child.stdout.on('data', chunk => void chunks.push(chunk))
        child.stderr.on('data', chunk => {
          err += chunk
        })
        child.stdin.on('error', () => {})
        child.stdin.end(stdin ?? '')
        child.on('error', reject)
        child.on('close', (exit, signal) =>
          resolve({ exit, signal, out: Buffer.concat(chunks).toString('latin1'), err }),
        )
      }),
    call: (verb, words = [], options = {}) => box.run('sh', [agent, verb, ...words], options),
    async ask(verb, words, options) {
      const { exit, out, err } = await box.call(verb, words, options)
      if (exit !== 0) throw new Error(`${verb} exited with ${exit}: ${err}`)
      return readAnswers(Buffer.from(out, 'latin1').toString('utf8'))
    },
    shim(name, script) {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nREAL=${which(name)}\n${script}\n`, { mode: 0o700 })
    },
    files({ label, script, ranks = 1, seconds = 3600, cores = 2, settings = {}, restart = '', scratch = '' }) {
      const ref = { sha256: sha256(script), bytes: script.length }
      return jobFiles({
        label: label as Label,
        dir: join(work, 'jobs', label) as RemotePath,
        spool: join(work, 'spool') as RemotePath,
        program: { ...programOf('command'), restartFiles: words(restart), scratch: words(scratch) },
        executable: '',
        scheduler: schedulers.direct,
        settings: { ...localMachine.settings, cores, ...settings },
        input: { files: [{ name: 'run.sh', ...ref }], main: 'run.sh', args: [] },
        resources: { ranks, memory_mb: 100, seconds },
        contents: () => script,
        body: readFileSync(join(resources, 'job.sh'), 'utf8'),
      }).map(file => ('text' in file ? file : { name: file.name, text: script }))
    },
    async stage(...jobs) {
      return box.ask('stage', [], { stdin: await tarOf(jobs.map(job => [job.label, box.files(job)])) })
    },
    async start(...jobs) {
      await box.stage(...jobs)
      const answers = await box.ask(
        'submit',
        jobs.map(job => job.label),
      )
      return answers.map(({ word, fields, text, complaint }) => {
        if (word !== 'answered' || fields[1] !== '0') throw new Error(`${word} ${fields.join(' ')} ${complaint}`)
        return text
      })
    },
    read(...path) {
      const file = join(work, ...path)
      return existsSync(file) ? readFileSync(file, 'utf8') : null
    },
    report(label, event = 'ended') {
      const text = box.read('jobs', label, `report.${event}`)
      if (text === null) return null
      return Object.fromEntries(text.split('\n').flatMap(line => (line.includes('=') ? [line.split(/=(.*)/s, 2)] : [])))
    },
    processes() {
      return readdirSync('/proc').flatMap(name => {
        if (!/^\d+$/.test(name)) return []
        try {
          // A zombie has no environment any more.
          return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`LARMOR_WORK=${latin1(work)}\0`)
            ? [Number(name)]
            : []
        } catch {
          return []
        }
      })
    },
  }
  return box
}

/** A tar stream of `<label>/<file>`, with the sums that stage wants, unless SHA256SUMS is given. */
export async function tarOf(
  jobs: readonly (readonly [label: string, files: readonly SentFile[]])[],
  sums = sumsOf,
): Promise<Buffer> {
  const tar = pack()
  for (const [label, files] of jobs) {
    for (const { name, text } of [...files, { name: 'SHA256SUMS', text: sums(files) }]) {
      tar.entry({ name: `${label}/${name}`, mode: 0o600 }, text)
    }
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export function sumsOf(files: readonly SentFile[]): string {
  return files.map(({ name, text }) => `${sha256(text)}  ${name}\n`).join('')
}

export function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whether a process lives: a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
  } catch {
    return false
  }
}

export function killOne(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended by itself
  }
}

/** The number of a process as `direct` names it: pid:start:boot. */
export function pidOf(queueId: string): number {
  return Number(queueId.split(':')[0])
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function words(text: string): readonly string[] {
  return text.split(' ').filter(Boolean)
}
