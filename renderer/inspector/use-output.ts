import { useEffect, useMemo, useState } from 'react'
import type { Engine, Reading } from '../../shared/contract.ts'
import { reportOf } from '../../shared/model/foreign.ts'
import { type Attempt, type FetchedFile, isImported, type Job, lastAttempt } from '../../shared/model/job.ts'
import { printable } from '../../shared/printable.ts'
import { programOf, programs } from '../../shared/programs/index.ts'
import type { CoursePoint } from '../../shared/progress/course.ts'
import { useCourses } from '../runs/courses.ts'

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

/** The output of the attempt that counts: read whole when it is fetched, its end while it runs; its course always. */
export function useOutput(engine: Engine, job: Job): Output {
  const attempt = lastAttempt(job)
  const file = outputFile(job, attempt)
  const running = attempt.phase.is === 'running' && attempt.outcome === null
  const [live, setLive] = useState<Reading | null>(null)
  const [read, setRead] = useState<Pick<Output, 'lines' | 'fault'>>(NOTHING)
  const ended = useCourses(
    engine,
    useMemo(() => [job], [job]),
  )
  const key = file === null ? null : `${file.sha256} ${file.bytes}`

  useEffect(() => {
    if (!running) return
    return engine.readings(news => {
      const mine = news.filter(each => each.job === job.id && each.attempt === attempt.n).at(-1)
      if (mine) setLive(mine)
    }, job.id)
  }, [engine, job.id, attempt.n, running])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the same content is read once, whichever object names it
  useEffect(() => {
    if (file === null) return
    let gone = false
    readOutput(engine, file).then(found => {
      if (!gone) setRead(found)
    })
    return () => {
      gone = true
    }
  }, [engine, key])

  const { lines, fault } = file === null ? NOTHING : read
  const course = running ? (live?.course ?? []) : ended(job)
  const proof = attempt.evidence.flatMap(({ source, line }) => (source === 'output' && line !== null ? [line] : []))
  return { file, live: running ? live : null, lines, course, proof, good: attempt.outcome === 'completed', fault }
}

const NOTHING: Pick<Output, 'lines' | 'fault'> = { lines: null, fault: null }

/** Of a job that Larmor did not run its output has any name. */
function outputFile(job: Job, attempt: Attempt): FetchedFile | null {
  const { phase } = attempt
  if (phase.is !== 'fetched' && phase.is !== 'parsed') return null
  if (!Object.hasOwn(programs, job.program)) return null
  const { output } = programOf(job.program)
  const elsewhere = isImported(job) ? phase.files[0]?.name : reportOf(attempt)?.file?.split('/').at(-1)
  return phase.files.find(({ name }) => name === output || (name === elsewhere && !name.endsWith('.gz'))) ?? null
}

async function readOutput(engine: Engine, file: FetchedFile): Promise<Pick<Output, 'lines' | 'fault'>> {
  // Of one that is longer than can be shown nothing is read.
  if (file.bytes > WHOLE) return NOTHING
  const text = await engine.read(file)
  if (!text.ok) return { ...NOTHING, fault: text.fault.message }
  return { lines: text.value.split('\n').map(printable), fault: null }
}
