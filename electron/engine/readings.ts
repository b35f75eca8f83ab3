import type { Reading } from '../../shared/contract.ts'
import { isWithin, type JobId, type Label, type MachineName, type RunId } from '../../shared/ids.ts'
import { type Attempt, type Job, lastAttempt } from '../../shared/model/job.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import { printable } from '../../shared/printable.ts'
import { courseOf } from '../../shared/progress/course.ts'
import { schedulerOf } from '../../shared/schedulers/index.ts'
import { type LiveLook, type LiveOutput, liveOutputOf } from './live-output.ts'
import { left, monotonic } from './machines/monotonic.ts'
import { Unreachable } from './machines/transports/index.ts'
import { say } from './machines/trouble.ts'

export interface Readings {
  /** `of`: the run or the job that is looked at; undefined: all. */
  listen(listener: (readings: readonly Reading[]) => void, of?: RunId | JobId): () => void
  stop(): void
}

const EVERY_MS = 1000
const TAIL_BYTES = 2048
/** More without an end is no line of a program: what would be one is given in pieces, so that nothing grows without bound. */
const LONGEST_LINE = 1 << 18
/** How often an adopted job's folder is looked into for an output that says what wrote it. */
const SEARCH_MS = 15_000

interface Followed {
  readonly output: LiveOutput
  /** When its output was looked for (monotonic). */
  since: number
  offset: number
  /** Bytes after the last whole line. */
  rest: Buffer
  tail: string
  n: number
}

/**
 * What running jobs show of themselves, read from their growing outputs only while somebody looks at them. Not facts:
 * nothing is decided from them, nothing is journaled, and the last one wins.
 */
export function createReadings(state: () => State, machines: LiveLook, log: (line: string) => void): Readings {
  const listeners = new Map<(readings: readonly Reading[]) => void, RunId | JobId | undefined>()
  const followed = new Map<Label, Followed>()
  const latest = new Map<Label, Reading>()
  let timer: NodeJS.Timeout | null = null
  /** Each machine by itself, one look at a time: two would read from the same offset. */
  const looking = new Set<MachineName>()
  /** What has failed once is no longer read. */
  const broken = new Set<Label>()

  function look(): void {
    const running = [...values(state().jobs)].filter(isRunning)
    const alive = new Set(running.map(job => lastAttempt(job).label))
    for (const label of followed.keys()) {
      if (alive.has(label)) continue
      followed.delete(label)
      latest.delete(label)
    }
    for (const label of broken) if (!alive.has(label)) broken.delete(label)
    const wanted = running.filter(
      job => !looking.has(job.machine) && [...listeners.values()].some(of => isWithin(job.id, of)),
    )
    for (const machine of new Set(wanted.map(job => job.machine))) {
      looking.add(machine)
      lookAt(wanted.filter(job => job.machine === machine))
        .catch((error: unknown) => log(`a listener of readings failed: ${say(error)}`))
        .finally(() => looking.delete(machine))
    }
  }

  async function lookAt(jobs: readonly Job[]): Promise<void> {
    const fresh: Reading[] = []
    for (const job of jobs) {
      const attempt = lastAttempt(job)
      if (broken.has(attempt.label)) continue
      try {
        const reading = await follow(job, attempt)
        if (reading) fresh.push(reading)
      } catch (error) {
        broken.add(attempt.label)
        log(`reading along with ${attempt.label}: ${say(error)}`)
      }
    }
    for (const [listener, of] of listeners) {
      const wanted = fresh.filter(({ job }) => isWithin(job, of))
      if (wanted.length > 0) listener(wanted)
    }
  }

  async function follow(job: Job, attempt: Attempt): Promise<Reading | null> {
    const known = await outputOf(job, attempt)
    if (!known) return null
    const { file, reader } = known.output
    const bytes = await machines.tail(job.machine, attempt.label, file, known.offset).catch(nothingYet)
    if (!bytes || bytes.length === 0) return null
    known.offset += bytes.length
    const text = Buffer.concat([known.rest, bytes])
    const lineEnd = text.lastIndexOf(10) + 1
    const end = text.length - lineEnd > LONGEST_LINE ? text.length : lineEnd
    known.rest = text.subarray(end)
    const lines = text.subarray(0, end).toString('utf8').split('\n')
    for (const line of end === lineEnd ? lines.slice(0, -1) : lines) reader.line(line, file)
    known.tail = printable(known.tail + bytes.toString('utf8')).slice(-TAIL_BYTES)
    known.n += 1
    const { result, now, figures } = reader.reading()
    const reading: Reading = {
      job: job.id,
      attempt: attempt.n,
      n: known.n,
      at: new Date().toISOString(),
      energy_hartree: result.energy_hartree,
      scf_cycle: now.scf_cycle,
      opt_cycle: now.opt_cycle,
      max_gradient: result.max_gradient,
      course: courseOf(figures),
      tail: known.tail,
    }
    latest.set(attempt.label, reading)
    return reading
  }

  /** The one that is followed; one that does not say what wrote it only until there is another. */
  async function outputOf(job: Job, { label }: Attempt): Promise<Followed | null> {
    const known = followed.get(label)
    if (known && (known.output.isNamed || left(known.since, SEARCH_MS) > 0)) return known
    const on = state().machines[job.machine]
    const scheduler = on ? schedulerOf(on.settings.scheduler) : {}
    const output = await liveOutputOf(job, scheduler, machines).catch(nothingYet)
    if (known && !output?.isNamed) {
      known.since = monotonic()
      return known
    }
    if (!output) return null
    const found: Followed = {
      output,
      since: monotonic(),
      offset: 0,
      rest: Buffer.alloc(0),
      tail: '',
      // There is at most one a second: so it rises over restarts, too, of which nothing else is remembered.
      n: known?.n ?? Math.floor(Date.now() / 1000),
    }
    followed.set(label, found)
    return found
  }

  function again(): void {
    timer ??= setTimeout(() => {
      timer = null
      look()
      if (listeners.size > 0) again()
    }, EVERY_MS)
  }

  function rest(): void {
    if (timer) clearTimeout(timer)
    timer = null
  }

  return {
    listen(listener, of) {
      listeners.set(listener, of)
      const known = [...latest.values()].filter(({ job }) => isWithin(job, of))
      if (known.length > 0) listener(known)
      again()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) rest()
      }
    },
    stop() {
      listeners.clear()
      rest()
    },
  }
}

function isRunning(job: Job): boolean {
  const { phase, outcome } = lastAttempt(job)
  return outcome === null && phase.is === 'running'
}

/** A line that was lost is tried again; any other error is a defect, and told. */
function nothingYet(error: unknown): null {
  if (error instanceof Unreachable) return null
  throw error
}
