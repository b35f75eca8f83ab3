import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const PREFIX = 'larmor-testbed-'

/** Every process of a testbed carries its folder in this variable, and so do the jobs and shells that it starts. */
export const TESTBED = 'LARMOR_TESTBED'

/** Those that this process has started, so that its end is theirs. */
const open = new Set<string>()
process.once('exit', () => {
  for (const folder of open) removeTestbed(folder)
})

/**
 * A folder for all the state of some daemons, which other users may read. What earlier test runs have left behind,
 * because they were killed, is ended and removed first.
 */
export function createTestbed(): string {
  for (const name of readdirSync(tmpdir()).filter(entry => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name)
    if (!isAlive(ownerOf(folder))) removeTestbed(folder)
  }
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'owner'), `${process.pid} ${startOf(process.pid)}`)
  open.add(folder)
  return folder
}

/** Kills what still runs in a testbed and deletes its folder. */
export function removeTestbed(folder: string): void {
  for (const pid of processesOf(folder)) kill(pid, 'SIGKILL')
  for (const path of read(join(folder, 'elsewhere')).split('\n').filter(Boolean))
    rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  open.delete(folder)
}

/** A stop that may be called twice: what there is to do is done once. */
export function once(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | undefined
  return () => {
    stopping ??= stop()
    return stopping
  }
}

/** A folder in an account's home that ends with the testbed. */
export function createFolderOf(folder: string, user: string): string {
  const { uid, gid, home } = account(user)
  const made = mkdtempSync(join(home, 'larmor-'))
  removeToo(folder, made)
  chownSync(made, uid, gid)
  return made
}

/** What lies outside of a testbed's folder and ends with it. */
export function removeToo(folder: string, path: string): void {
  appendFileSync(join(folder, 'elsewhere'), `${path}\n`)
}

/** Starts a daemon in a session of its own; the pid file is the daemon's own, written where `pidFile` says. */
export function startDaemon(
  folder: string,
  program: string,
  args: readonly string[],
  options: { readonly uid?: number; readonly gid?: number; readonly env?: Readonly<Record<string, string>> } = {},
): ChildProcess {
  const child = spawn(program, args, {
    detached: true,
    stdio: 'ignore',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
    env: { PATH: process.env.PATH, ...options.env, [TESTBED]: folder },
  })
  child.unref()
  return child
}

/** Ends the daemon of a pid file and waits until it is gone; after 10 s by force. */
export async function stopByPidFile(path: string): Promise<void> {
  if (!existsSync(path)) return
  const pid = Number(readFileSync(path, 'utf8'))
  if (!(pid > 1)) return
  kill(pid, 'SIGTERM')
  for (let i = 0; i < 200 && isRunning(pid); i++) await sleep(50)
  if (isRunning(pid)) kill(pid, 'SIGKILL')
}

/** A port of 127.0.0.1 that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** User and group number of an account. */
export function account(name: string): { readonly uid: number; readonly gid: number; readonly home: string } {
  const fields = execFileSync('getent', ['passwd', name], { encoding: 'utf8' }).trim().split(':')
  return { uid: Number(fields[2]), gid: Number(fields[3]), home: fields[5] ?? '/' }
}

/** The processes that descend from `pid`, itself not among them. */
export function descendants(pid: number): readonly number[] {
  const children = processes().filter(other => parentOf(other) === pid)
  return children.flatMap(child => [child, ...descendants(child)])
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already, which is what was wanted.
  }
}

function processes(): readonly number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

/** By environment or command line, as sshd overwrites its environment; and what descends from those. */
function processesOf(folder: string): readonly number[] {
  const named = processes().filter(pid => {
    if (pid === process.pid) return false
    return (
      read(`/proc/${pid}/environ`).includes(`${TESTBED}=${folder}\0`) || read(`/proc/${pid}/cmdline`).includes(folder)
    )
  })
  return [...new Set(named.flatMap(pid => [pid, ...descendants(pid)]))]
}

/** Parent and start time, fields 4 and 22 of /proc/PID/stat; the name before them may hold anything. */
function stat(pid: number): readonly string[] {
  const text = read(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function parentOf(pid: number): number {
  return Number(stat(pid)[1])
}

function startOf(pid: number): string {
  return stat(pid)[19] ?? ''
}

function isRunning(pid: number): boolean {
  const state = stat(pid)[0]
  return state !== undefined && state !== '' && state !== 'Z'
}

function ownerOf(folder: string): { readonly pid: number; readonly start: string } {
  const [pid = '', start = ''] = read(join(folder, 'owner')).split(' ')
  return { pid: Number(pid), start }
}

function isAlive({ pid, start }: { readonly pid: number; readonly start: string }): boolean {
  return pid > 0 && startOf(pid) === start
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
