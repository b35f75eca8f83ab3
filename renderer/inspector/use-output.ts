import { useEffect, useState } from 'react'
import type { Engine, Reading } from '../../shared/contract.ts'
import { type Attempt, type FetchedFile, type Job, lastAttempt } from '../../shared/model/job.ts'
import { printable } from '../../shared/printable.ts'
import { programOf, programs } from '../../shared/programs/index.ts'

/** Energy and gradient, cycle by cycle. */
export interface CoursePoint {
  readonly cycle: number
  readonly energy_hartree: number | null
  readonly max_gradient: number | null
}

export interface Output {
  /** The file that holds it; null while it is not fetched. */
  readonly file: FetchedFile | null
  /** Its end as a running job shows it. */
  readonly live: Reading | null
  /** Its lines, once read; null before, or where it is too long to be read whole. */
  readonly lines: readonly string[] | null
  readonly course: readonly CoursePoint[]
  /** The lines that prove the verdict, 1-based. */
  readonly proof: readonly number[]
  /** They prove a success. */
  readonly good: boolean
  /** Why nothing can be shown. */
  readonly fault: string | null
}

const WHOLE = 16_000_000
/** So many lines are read between two breaths of the window. */
const AT_ONCE = 4000

/** The output of the attempt that counts: read whole when it is fetched, its end and its course while it runs. */
export function useOutput(engine: Engine, job: Job): Output {
  const attempt = lastAttempt(job)
  const file = outputFile(job, attempt)
  const running = attempt.phase.is === 'running' && attempt.outcome === null
  const [live, setLive] = useState<Reading | null>(null)
  const [points, setPoints] = useState<readonly CoursePoint[]>([])
  const [read, setRead] = useState<Pick<Output, 'lines' | 'course' | 'fault'>>(NOTHING)
  const key = file === null ? null : `${file.sha256} ${file.bytes}`

  useEffect(() => {
    if (!running) return
    return engine.readings(news => {
      const mine = news.filter(each => each.job === job.id && each.attempt === attempt.n).at(-1)
      if (!mine) return
      setLive(mine)
      setPoints(before => withPoint(before, mine))
    })
  }, [engine, job.id, attempt.n, running])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the same content is read once, whichever object names it
  useEffect(() => {
    if (file === null) return
    let gone = false
    const stop = () => gone
    readOutput(engine, job, file, stop).then(found => {
      if (!gone) setRead(found)
    })
    return () => {
      gone = true
    }
  }, [engine, key])

  const { lines, course, fault } = file === null ? { ...NOTHING, course: points } : read
  const proof = attempt.evidence.flatMap(({ source, line }) => (source === 'output' && line !== null ? [line] : []))
  return { file, live: running ? live : null, lines, course, proof, good: attempt.outcome === 'completed', fault }
}

const NOTHING: Pick<Output, 'lines' | 'course' | 'fault'> = { lines: null, course: [], fault: null }

function outputFile(job: Job, { phase }: Attempt): FetchedFile | null {
  if (phase.is !== 'fetched' && phase.is !== 'parsed') return null
  if (!Object.hasOwn(programs, job.program)) return null
  const { output } = programOf(job.program)
  return phase.files.find(({ name }) => name === output) ?? null
}

async function readOutput(engine: Engine, job: Job, file: FetchedFile, gone: () => boolean) {
  const from = Math.max(0, file.bytes - WHOLE)
  const text = await engine.read(file, from === 0 ? undefined : { offset: from, length: WHOLE })
  if (!text.ok) return { ...NOTHING, fault: text.fault.message }
  const lines = text.value.split('\n')
  const course = await courseOf(job, lines, file.name, gone)
  return { lines: from === 0 ? lines.map(printable) : null, course, fault: null }
}

/** What the program's own reader makes of it, cycle by cycle. */
async function courseOf(
  job: Job,
  lines: readonly string[],
  name: string,
  gone: () => boolean,
): Promise<readonly CoursePoint[]> {
  const reader = programOf(job.program).reader(lastAttempt(job).input)
  let points: readonly CoursePoint[] = []
  for (const [i, line] of lines.entries()) {
    reader.line(line, name)
    if (i % 20 === 0 || i === lines.length - 1) {
      const { now, result } = reader.reading()
      points = withPoint(points, { ...now, ...result })
    }
    if (i % AT_ONCE === AT_ONCE - 1) {
      await new Promise(resolve => setTimeout(resolve))
      if (gone()) return []
    }
  }
  return points
}

/** What a cycle says when it is counted; an energy that follows is that of a geometry on the way to the next one. */
function withPoint(
  points: readonly CoursePoint[],
  { opt_cycle, energy_hartree, max_gradient }: Pick<Reading, 'opt_cycle' | 'energy_hartree' | 'max_gradient'>,
): readonly CoursePoint[] {
  if (opt_cycle === null || energy_hartree === null || points.at(-1)?.cycle === opt_cycle) return points
  return [...points, { cycle: opt_cycle, energy_hartree, max_gradient }]
}
