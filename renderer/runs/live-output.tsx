import { useEffect, useState } from 'react'
import type { Engine, Reading } from '../../shared/contract.ts'
import type { RunId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { fixed } from '../../shared/show/number.ts'
import { useEngineState } from '../larmor.ts'
import { Scroll } from '../ui/scroll.tsx'

export type Readings = ReadonlyMap<string, Reading>

const NONE: Readings = new Map()

/** The newest reading of every job of a run, by job id; the engine is asked only while `wanted`. */
export function useReadings(engine: Engine, run: RunId, wanted: boolean): Readings {
  const [readings, setReadings] = useState(NONE)
  useEffect(() => {
    if (!wanted) return setReadings(NONE)
    return engine.readings(
      news =>
        setReadings(old => {
          const next = new Map(old)
          for (const reading of news) if (isNewer(reading, old.get(reading.job))) next.set(reading.job, reading)
          return next
        }),
      run,
    )
  }, [engine, run, wanted])
  return readings
}

function isNewer(reading: Reading, old: Reading | undefined): boolean {
  if (!old || reading.attempt !== old.attempt) return !old || reading.attempt > old.attempt
  return reading.n > old.n
}

/** The reading of the attempt that runs now: what an ended one said is no longer news. */
export function currentReading(job: Job | undefined, readings: Readings): Reading | undefined {
  if (!job) return undefined
  const { phase, n } = lastAttempt(job)
  const reading = readings.get(job.id)
  return phase.is === 'running' && reading?.attempt === n ? reading : undefined
}

/** Where the running jobs are, and the end of what they print. */
export function LiveOutput({ jobs, readings }: { readonly jobs: readonly Job[]; readonly readings: Readings }) {
  const state = useEngineState()
  return (
    <ul className="live">
      {jobs.map(job => {
        const reading = currentReading(job, readings)
        const name = jobName(state, job)
        return (
          <li key={job.id} data-live={job.key}>
            <details>
              <summary>
                <strong>{name}</strong> {reading ? describe(reading) : 'nothing to show yet'}
              </summary>
              <Scroll className="tail" label={`End of the output of ${name}`}>
                <pre>{reading?.tail}</pre>
              </Scroll>
            </details>
          </li>
        )
      })}
    </ul>
  )
}

function describe({ opt_cycle, scf_cycle, energy_hartree, max_gradient }: Reading): string {
  const parts = [
    opt_cycle === null ? null : `optimisation cycle ${opt_cycle}`,
    scf_cycle === null ? null : `SCF cycle ${scf_cycle}`,
    energy_hartree === null ? null : `${fixed(energy_hartree, 6)} E\u2095`,
    max_gradient === null ? null : `max gradient ${fixed(max_gradient, 5)} a.u.`,
  ]
  return parts.filter(part => part !== null).join(' · ')
}
