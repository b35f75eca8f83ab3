import { type FetchedFile, isAdopted, isImported, type Job, lastAttempt, type Phase } from '../model/job.ts'
import type { Machine } from '../model/machine.ts'
import { needsEdit, programOf, programs } from '../programs/index.ts'
import { fail, ok, type Result } from '../result.ts'
import { remedies } from './remedies.ts'
import type { Change, Remedy } from './remedy.ts'

export type { Change } from './remedy.ts'

/** A remedy that can be used on a job now. */
export interface Offer extends Change {
  readonly id: string
  readonly title: string
  /** A real run of this program failed without it and completed with it, in a test; untried otherwise. */
  readonly tried: boolean
}

/**
 * The remedies for a job whose last attempt ended without success, the likeliest first; none where only an edit helps.
 * One that did not help, for what it was to cure came back, is not offered again.
 */
export function remediesOf(job: Job, machine?: Machine): readonly Offer[] {
  const last = lastAttempt(job)
  if (
    last.outcome === null ||
    last.outcome === 'completed' ||
    isImported(job) ||
    isAdopted(last) ||
    !Object.hasOwn(programs, job.program)
  )
    return []
  const program = programOf(job.program)
  const { phase, input, resources, evidence, category } = last
  const situation = {
    program,
    input,
    resources,
    evidence,
    result: phase.is === 'parsed' ? phase.result : null,
    files: wholeFiles(phase),
    limits: { memory_mb: machine?.settings.memory_mb ?? null, cores: machine?.settings.cores ?? null },
  }
  return remedies.flatMap(remedy => {
    if (!remedy.against.includes(category ?? 'none') || didNotHelp(remedy, job)) return []
    const change = remedy.change(situation)
    if (change === null || !program.check(change.input, change.resources).ok) return []
    const { id, title, tried } = remedy
    return [{ id, title, tried: tried.includes(program.id), ...change }]
  })
}

/** What a new attempt may begin with: not what was written while it was read. */
function wholeFiles(phase: Phase): readonly FetchedFile[] {
  if (phase.is !== 'fetched' && phase.is !== 'parsed') return []
  const unsettled = 'unsettled' in phase ? phase.unsettled : undefined
  return unsettled ? phase.files.filter(({ name }) => !unsettled.includes(name)) : phase.files
}

function didNotHelp({ id }: Remedy, { attempts }: Job): boolean {
  return attempts.some((attempt, i) => {
    if (attempt.fix !== id || (attempt.outcome !== 'failed' && attempt.outcome !== 'timeout')) return false
    // One that was taken out of the queue before it began tells nothing of what was to be cured.
    return attempt.category === attempts.slice(0, i).findLast(({ withdrawn }) => !withdrawn)?.category
  })
}

/** What a new attempt is made with: `auto` takes the first remedy, `none` changes nothing, else the remedy of this id. */
export function chooseFix(
  job: Job,
  fix: 'auto' | 'none' | (string & {}),
  machine?: Machine,
): Result<Change & { readonly fix: string }> {
  const { input, resources } = lastAttempt(job)
  if (fix === 'none') return ok({ fix, input, resources })
  const offers = remediesOf(job, machine)
  const offer = fix === 'auto' ? offers[0] : offers.find(({ id }) => id === fix)
  if (offer) return ok({ fix: offer.id, input: offer.input, resources: offer.resources })
  return fail({ code: 'not-now', message: whyNone(job, fix, offers), hint: '--fix none tries the same again' })
}

function whyNone(job: Job, fix: string, offers: readonly Offer[]): string {
  const last = lastAttempt(job)
  if (needsEdit(last.category)) return `only an edit of the input helps: ${last.reason ?? last.category}`
  const known = remedies.some(({ id }) => id === fix)
  if (fix !== 'auto' && !known) return `there is no remedy "${fix}"`
  const others = offers.length > 0 ? `; offered are ${offers.map(({ id }) => id).join(', ')}` : ''
  if (fix !== 'auto') return `the remedy "${fix}" is not for it, or did not help${others}`
  return 'no remedy is left that may help'
}

/** What a remedy does, in a person's words; the id where this version does not know it. */
export function remedyTitle(id: string): string {
  return remedies.find(each => each.id === id)?.title ?? id
}

/** The ids of all remedies, for who checks a word that was typed. */
export const remedyIds: readonly string[] = remedies.map(({ id }) => id)
