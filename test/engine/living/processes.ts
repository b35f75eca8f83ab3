import { readdirSync, readFileSync } from 'node:fs'

/** A process of this computer that was started, over whatever steps, for a data folder. */
export interface HomeProcess {
  readonly pid: number
  readonly command: string
}

/** Why processes cannot be told apart on this computer, or null. */
export const blind = process.platform === 'linux' ? null : 'which processes belong to a data folder is read from /proc'

/**
 * Every living process that has this data folder's name in its environment: the engine, and all that it started,
 * whatever session it is in. A zombie is none.
 */
export function processesOf(home: string): readonly HomeProcess[] {
  const mark = `LARMOR_HOME=${home}\0`
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return []
    try {
      if (!`${readFileSync(`/proc/${name}/environ`, 'utf8')}\0`.includes(mark)) return []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return command === '' ? [] : [{ pid: Number(name), command }]
    } catch {
      return [] // it has just ended, or is another user's
    }
  })
}

/** Ends all of them, for the end of a test. */
export function killProcessesOf(home: string): void {
  for (const { pid } of processesOf(home)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
}
