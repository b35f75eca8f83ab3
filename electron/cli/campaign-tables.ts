import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../../shared/model/run.ts'
import { runState } from '../../shared/show/status.ts'

/** The engine writes them within a second; a full disk may hold it up for as long as it likes. */
const MOST_MS = 20_000
const LOOK_MS = 100

/**
 * Waits until the living engine has written the tables and factors of a campaign that has ended (status.json is the last
 * of them), at most 20 s. Returns at once for one that goes on.
 */
export async function campaignTables(home: string, run: Run, signal: AbortSignal): Promise<void> {
  const until = Date.now() + MOST_MS
  while (run.phase.is === 'ended' && Date.now() < until && !signal.aborted) {
    const { state, updated_at } = await statusFile(join(home, 'runs', run.id, 'status.json'))
    // An earlier end of the same run may have left one.
    if (state === runState(run) && updated_at !== undefined && updated_at >= run.phase.at) return
    await sleep(LOOK_MS)
  }
}

/** Empty where there is none, or one that is damaged. */
async function statusFile(path: string): Promise<{ readonly state?: string; readonly updated_at?: string }> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return {}
  }
}
