import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobId } from '../../../shared/ids.ts'

/** The pid of this program in the folder of this job, once it is there. */
export async function processOf(program: string, job: JobId): Promise<number> {
  for (;;) {
    const found = readdirSync('/proc').find(pid => {
      try {
        if (!/^\d+$/.test(pid) || readFileSync(`/proc/${pid}/comm`, 'utf8') !== `${program}\n`) return false
        return readlinkSync(`/proc/${pid}/cwd`).includes(job)
      } catch {
        return false
      }
    })
    if (found) return Number(found)
    await sleep(50)
  }
}

/** Resolves when the first attempt of a job on this computer has printed this. */
export async function hasPrinted(home: string, job: JobId, output: string, text: string): Promise<void> {
  for (;;) {
    try {
      if (readFileSync(join(home, 'work', 'jobs', `${job}.1`, output), 'latin1').includes(text)) return
    } catch {
      // It has not begun.
    }
    await sleep(50)
  }
}
