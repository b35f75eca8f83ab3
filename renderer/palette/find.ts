import { type Job, lastAttempt } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { runAddress } from '../../shared/show/run-address.ts'
import { jobsOf, runsByStart } from '../../shared/show/status.ts'
import { address } from '../route.ts'

/** Something that has a name and an address. */
export interface Find {
  readonly id: string
  readonly kind: 'Run' | 'Job' | 'Machine'
  readonly text: string
  readonly beside: string
  readonly address: string
}

const MOST = 30

/** Runs by name, id or molecule, jobs by name, key, label or queue id, machines by name; at most 30, the newest first. */
export function findAll(state: State, text: string): readonly Find[] {
  const words = text.trim().toLowerCase()
  const has = (...where: readonly (string | null)[]) => where.some(each => each?.toLowerCase().includes(words))
  const found: Find[] = []
  for (const run of runsByStart(state)) {
    if (found.length >= MOST) return found
    if (!has(run.name, run.id, moleculeOf(run.params))) continue
    found.push({ id: run.id, kind: 'Run', text: run.name, beside: run.id, address: runAddress(run) })
  }
  for (const { name, settings } of Object.values<Machine>(state.machines)) {
    if (!has(name, settings.ssh?.host ?? null)) continue
    const beside = settings.ssh?.host ?? 'this computer'
    found.push({ id: `m-${name}`, kind: 'Machine', text: name, beside, address: address('machines', name) })
  }
  // Every job has the empty text in its name: without a word none is meant.
  if (words === '') return found
  for (const job of runsByStart(state).flatMap(run => jobsOf(state, run))) {
    if (found.length >= MOST) return found
    const name = jobName(state, job)
    if (!has(name, job.key, job.id, queueIdOf(job))) continue
    found.push({
      id: job.id,
      kind: 'Job',
      text: name,
      beside: job.id,
      address: address('queue', job.run, job.id),
    })
  }
  return found
}

function queueIdOf(job: Job): string | null {
  const { phase } = lastAttempt(job)
  return 'queue_id' in phase ? phase.queue_id : null
}

/** The structure as it was given, where the run keeps one. */
function moleculeOf(params: unknown): string | null {
  const input = (params as { readonly input?: unknown } | null)?.input
  return typeof input === 'string' ? input : null
}
