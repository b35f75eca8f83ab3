import { useEffect, useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import type { ContentRef } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Figures } from '../../shared/programs/index.ts'
import { type CoursePoint, courseOf } from '../../shared/progress/course.ts'

/** By the content that they were read from; what is read once is kept. */
const known = new Map<string, readonly CoursePoint[]>()
const MOST_KEPT = 5000
const AT_ONCE = 4

/** The courses of optimisations that have ended, by the content of their figures; those that are missing are asked for. */
export function useCourses(engine: Engine, jobs: readonly Job[]): (job: Job) => readonly CoursePoint[] {
  const [, came] = useState(0)
  const refs = jobs.flatMap(job => figuresOf(job) ?? [])
  const missing = refs.filter(({ sha256 }) => !known.has(sha256))
  const key = missing.map(({ sha256 }) => sha256).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same contents are asked for once
  useEffect(() => {
    const waiting = [...missing]
    let gone = false
    async function work(): Promise<void> {
      for (let ref = waiting.shift(); ref && !gone; ref = waiting.shift()) {
        const course = await readCourse(engine, ref)
        if (course === null) continue
        if (known.size >= MOST_KEPT) known.clear()
        known.set(ref.sha256, course)
        // Drawn again for some at once.
        if (!gone && waiting.length % 16 === 0) came(n => n + 1)
      }
    }
    for (let i = 0; i < Math.min(AT_ONCE, missing.length); i++) void work()
    return () => {
      gone = true
    }
  }, [engine, key])
  return job => known.get(figuresOf(job)?.sha256 ?? '') ?? []
}

/** Null where it cannot be had now. */
async function readCourse(engine: Engine, ref: ContentRef): Promise<readonly CoursePoint[] | null> {
  const text = await engine.read(ref)
  if (!text.ok) return null
  try {
    return courseOf(JSON.parse(text.value) as Figures)
  } catch {
    return []
  }
}

function figuresOf(job: Job): ContentRef | null {
  const { phase } = lastAttempt(job)
  return phase.is === 'parsed' && phase.result.opt_cycles !== null ? (phase.result.figures ?? null) : null
}
