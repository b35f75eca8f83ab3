import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { appendFile, mkdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { csvOf } from '../../shared/exports/index.ts'
import type { Instant, Json, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import type { Event } from '../../shared/model/events.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { get, values } from '../../shared/model/table.ts'
import { runState, statusOf } from '../../shared/show/status.ts'
import {
  type FinishedTask,
  factorFiles,
  finishedTasks,
  shiftsFile,
  statisticsRows,
  statusFile,
} from '../../shared/workflows/index.ts'
import type { Known } from '../../shared/workflows/workflow.ts'
import { left, monotonic, NEVER } from './machines/monotonic.ts'
import { say } from './machines/trouble.ts'
import { writeAtomic } from './store/atomic-write.ts'
import type { Blobs } from './store/blobs.ts'
import { canonicalJson } from './store/canonical-json.ts'
import { ifExists } from './store/disk-fault.ts'
import { thisProcess } from './store/process-identity.ts'

/** How soon a file named STOP is seen, and how often status.json is written while nothing happens. */
const POLL_MS = 1000
const REFRESH_MS = 30_000

const BEFORE =
  'A file named STOP was there before the start and is not obeyed: remove it, or remove it and make it anew to stop.'

export interface CampaignFolders {
  /** What follows from a batch of events. */
  after(events: readonly Event[]): void
  /** Writes what is due, and ends. */
  stop(): Promise<void>
}

interface Options {
  readonly home: string
  readonly state: () => State
  readonly blobs: Blobs
  readonly send: (command: Command) => Promise<unknown>
  readonly now: () => Instant
  readonly log: (line: string) => void
}

/**
 * The files of campaigns for other tools, in runs/RUN: status.json, progress.jsonl, shifts.json beside each output, and
 * at the end tables and factors. They follow from the state, are never read back as truth, and are made again where they
 * are missing. A file named STOP there stops the campaign.
 */
export function keepCampaignFolders({ home, state, blobs, send, now, log }: Options): CampaignFolders {
  const due = new Set<RunId>()
  /** When status.json was written last (monotonic). */
  const written = new Map<RunId, number>()
  const told = new Map<RunId, Set<string>>()
  const shown = new Set<string>()
  /** STOP files that were there before a start: which file it is, so that a new one is obeyed. */
  const ignored = new Map<RunId, string>()
  const lacking = new Set<RunId>()
  const obeyed = new Set<RunId>()
  const troubles = new Set<string>()
  const self = thisProcess()
  let working: Promise<void> = Promise.resolve()
  let ended = false

  const folderOf = (run: RunId) => join(home, 'runs', run)
  const stopOf = (run: RunId) => join(folderOf(run), 'STOP')

  function after(events: readonly Event[]): void {
    for (const event of events) {
      if (!('run' in event) || get(state().runs, event.run)?.workflow !== 'campaign') continue
      due.add(event.run)
      if (event.type === 'run.started' || event.type === 'run.resumed' || event.type === 'run.reopened')
        begins(event.run)
      if (event.type === 'run.ended') void step()
    }
  }

  function begins(run: RunId): void {
    obeyed.delete(run)
    lacking.delete(run)
    const there = markOf(stopOf(run))
    if (there === null) {
      lacking.add(run)
      ignored.delete(run)
    } else ignore(run, there)
  }

  function ignore(run: RunId, there: string): void {
    if (ignored.get(run) === there) return
    ignored.set(run, there)
    log(`${run}: ${BEFORE}`)
  }

  /** A STOP that appeared while somebody looked, or is younger than the start and the last resume, is obeyed. */
  function lookForStop(run: Run): void {
    const there = markOf(stopOf(run.id))
    if (there === null) {
      lacking.add(run.id)
      ignored.delete(run.id)
      return
    }
    if (obeyed.has(run.id) || ignored.get(run.id) === there) return
    if (!lacking.has(run.id) && Number(there.split(':')[0]) < Date.parse(run.resumed ?? run.started)) {
      ignore(run.id, there)
      due.add(run.id)
      return
    }
    obeyed.add(run.id)
    log(`${run.id}: a file named STOP was found: what runs is finished, then the campaign stops`)
    void send({ type: 'run.stop', run: run.id }).catch((error: unknown) => tell(`${run.id}: ${say(error)}`))
  }

  async function turn(): Promise<void> {
    for (const { id } of [...values(state().runs)]) {
      // As it is now: while those before it were written, it may have gone on, or ended.
      const run = get(state().runs, id)
      if (run?.workflow !== 'campaign') continue
      const isOpen = run.phase.is === 'open'
      if (isOpen) lookForStop(run)
      const isOld = isOpen && left(written.get(run.id) ?? NEVER, REFRESH_MS) === 0
      if (!due.has(run.id) && !isOld) continue
      due.delete(run.id)
      try {
        await write(run)
        written.set(run.id, monotonic())
      } catch (error) {
        due.add(run.id) // a full disk may have space again
        tell(`the files of ${run.id}: ${say(error)}`)
      }
    }
  }

  async function write(run: Run): Promise<void> {
    const known = knownOf(state(), run)
    const folder = folderOf(run.id)
    await mkdir(folder, { recursive: true })
    const finished = finishedTasks(known)
    for (const each of finished) await writeShifts(known, folder, each)
    await writeProgress(run, folder, finished)
    if (run.phase.is === 'ended') await writeTables(known, folder)
    await writeStatus(run, known, folder)
    if (run.phase.is !== 'ended' || !obeyed.has(run.id)) return
    // Acknowledged in status.json: only now may it go.
    await rm(stopOf(run.id), { force: true })
    obeyed.delete(run.id)
  }

  async function writeStatus(run: Run, known: Known, folder: string): Promise<void> {
    const { eta, confidence, stale_since } = statusOf(state(), run)
    const status = {
      ...statusFile(known, { state: runState(run), remaining_s: eta?.median_s ?? null, now: now() }),
      eta,
      confidence,
      stale_since,
      pid: self.pid,
      pid_started: self.start,
      boot_id: self.boot_id,
      host: self.host,
      warnings: ignored.has(run.id) ? [BEFORE] : [],
    }
    await writeAtomic(join(folder, 'status.json'), `${JSON.stringify(status, null, 2)}\n`)
  }

  /** A line for each calculation that has ended, once, whatever crashed between; the file only grows. */
  async function writeProgress(run: Run, folder: string, finished: readonly FinishedTask[]): Promise<void> {
    const path = join(folder, 'progress.jsonl')
    const before = told.get(run.id) ?? (await toldIn(path))
    told.set(run.id, before)
    const lines = finished.filter(({ id }) => !before.has(id)).map(({ id, line }) => ({ at: now(), id, ...line }))
    const standing = `state:${runState(run)}:${run.phase.is === 'ended' ? run.phase.at : run.plan_version}`
    const last = [...before].findLast(id => id.startsWith('state:'))
    const changed = last === standing ? [] : [{ at: now(), id: standing, event: `state_${runState(run)}` }]
    if (lines.length + changed.length === 0) return
    await appendFile(path, [...lines, ...changed].map(line => `${JSON.stringify(line)}\n`).join('')).catch(error => {
      // On a full disk a part of it may be there: what is told is what can be read.
      told.delete(run.id)
      throw error
    })
    for (const { id } of [...lines, ...changed]) {
      before.delete(id)
      before.add(id)
    }
  }

  /** The outputs first, then shifts.json by rename; one that is of the same input already stays. */
  async function writeShifts(known: Known, folder: string, { id, task, folder: name }: FinishedTask): Promise<void> {
    const { job } = task
    if (task.outcome !== 'completed' || !job || shown.has(`${job.run}/${id}`)) return
    const { phase, input } = lastAttempt(job)
    const sha256 = createHash('sha256').update(canonicalJson(input)).digest('hex')
    const at = join(folder, name)
    const path = join(at, 'shifts.json')
    if ((await inputOf(path)) !== sha256) {
      await mkdir(at, { recursive: true })
      for (const file of phase.is === 'parsed' ? phase.files : []) {
        if (/^[\w.-]+\.(out|nw|inp|txt)$/.test(file.name)) await blobs.link(file, join(at, file.name))
      }
      await writeAtomic(path, `${JSON.stringify(shiftsFile(known, task, sha256), null, 2)}\n`)
    }
    shown.add(`${job.run}/${id}`)
  }

  async function writeTables(known: Known, folder: string): Promise<void> {
    await writeAtomic(join(folder, 'statistics.csv'), csvOf(statisticsRows(known)))
    for (const { name, file } of factorFiles(known)) {
      const text = `${JSON.stringify(file, null, 2)}\n`
      await writeAtomic(join(folder, name), text)
      // Where `nmr` looks for them.
      await mkdir(join(home, 'factors'), { recursive: true })
      await writeAtomic(join(home, 'factors', `${known.run.id}-${name}`), text)
    }
  }

  /** Says it once for as long as the engine lives. */
  function tell(text: string): void {
    if (troubles.has(text)) return
    if (troubles.size > 100) troubles.clear()
    troubles.add(text)
    log(text)
  }

  /** One turn after the other, never two at a time. */
  function step(): Promise<void> {
    working = working.then(turn).catch((error: unknown) => tell(say(error)))
    return working
  }

  for (const run of values(state().runs)) {
    if (run.workflow !== 'campaign') continue
    due.add(run.id)
    // It stopped because of the file, and the engine died before it took it away.
    if (run.phase.is === 'ended' && run.phase.outcome === 'stopped' && markOf(stopOf(run.id))) obeyed.add(run.id)
  }
  const timer = setInterval(() => ended || void step(), POLL_MS).unref()

  return {
    after,
    async stop() {
      ended = true
      clearInterval(timer)
      await step()
    },
  }
}

/** Which file it is: its time, and what tells it from one made in the same moment; null where there is none. */
function markOf(path: string): string | null {
  const about = statSync(path, { throwIfNoEntry: false })
  return about?.isFile() ? `${about.mtimeMs}:${about.ino}` : null
}

/** The hash of the input that a shifts.json is the result of; undefined for none, or one that is damaged. */
async function inputOf(path: string): Promise<Json | undefined> {
  const text = await ifExists(readFile(path, 'utf8'))
  try {
    return text === undefined ? undefined : (JSON.parse(text) as { readonly input_sha256?: Json }).input_sha256
  } catch {
    return undefined
  }
}

/** What progress.jsonl tells already; a last line that a crash or a full disk has cut is taken away. */
async function toldIn(path: string): Promise<Set<string>> {
  const found = (await ifExists(readFile(path, 'utf8'))) ?? ''
  const text = found.slice(0, found.lastIndexOf('\n') + 1)
  if (text !== found) await truncate(path, Buffer.byteLength(text))
  const ids = text.split('\n').flatMap(line => {
    try {
      return [(JSON.parse(line) as { readonly id: string }).id]
    } catch {
      return []
    }
  })
  const told = new Set<string>()
  for (const id of ids) {
    told.delete(id)
    told.add(id)
  }
  return told
}
