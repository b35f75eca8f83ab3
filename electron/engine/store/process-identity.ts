import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * One process, told apart from every other: a pid alone is given out again. `start` and `boot_id` are only compared,
 * never read as times; null where the system does not say.
 */
export interface ProcessMark {
  readonly pid: number
  /** Linux: clock ticks since boot (/proc/PID/stat, field 22, proc(5)); macOS: `ps -o lstart=`. */
  readonly start: string | null
  /** Linux: /proc/sys/kernel/random/boot_id; macOS: sysctl kern.bootsessionuuid (kern.boottime moves with the clock). */
  readonly boot_id: string | null
  /** Linux: in which namespace the pid means anything; containers share the boot id. */
  readonly pid_namespace: string | null
  readonly host: string
}

/** `elsewhere`: nothing can be said from this computer. */
export type Liveness = 'alive' | 'dead' | 'elsewhere'

/** This process. */
export function thisProcess(): ProcessMark {
  return {
    pid: process.pid,
    start: processStart(process.pid),
    boot_id: bootId(),
    pid_namespace: pidNamespace(),
    host: hostname(),
  }
}

/** Whether that very process still lives. A laptop's host name may change while it does; a pid says nothing elsewhere. */
export function liveness(mark: ProcessMark): Liveness {
  const boot = bootId()
  const comparable = boot !== null && mark.boot_id === boot && mark.pid_namespace === pidNamespace()
  if (comparable && mark.start !== null && processStart(mark.pid) === mark.start) return 'alive'
  if (mark.host !== hostname()) return 'elsewhere'
  if (boot === null || mark.boot_id === null) return byPidAlone(mark.pid)
  // Of this computer: gone, or from before it was started anew. In another container of it the pid may live.
  return comparable || mark.boot_id !== boot ? 'dead' : 'elsewhere'
}

/** When the process started, as a text to compare; null when there is no such process (a zombie is none). */
function processStart(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      // The command's name may hold spaces and brackets: fields are counted after the last one. Field 3 is the state.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[22 - 3] ?? null)
    }
    if (process.platform === 'darwin') {
      const [state, ...start] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .trim()
        .split(/\s+/)
      return state === undefined || state.startsWith('Z') ? null : start.join(' ')
    }
  } catch {
    // No such process.
  }
  return null
}

let boot: string | null | undefined

/** Names the time since this computer was started; null where the system does not say (Windows). */
function bootId(): string | null {
  if (boot === undefined) boot = readBootId()
  return boot
}

function readBootId(): string | null {
  try {
    if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    if (process.platform === 'darwin') {
      return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim()
    }
  } catch {
    // A system without it.
  }
  return null
}

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return null
  }
}

function byPidAlone(pid: number): Liveness {
  try {
    process.kill(pid, 0)
    return 'alive'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'alive' : 'dead'
  }
}
