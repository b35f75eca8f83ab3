/** Branded names, so that a run can never be passed where a job is meant. */
export type RunId = string & { readonly __id: 'run' }
export type JobId = string & { readonly __id: 'job' }
/** The name of one attempt of one job: the scheduler's job name, and the job's folder. */
export type Label = string & { readonly __id: 'label' }
/** The scheduler's own name for a job: a Slurm job id, or for `direct` pid:start:boot. */
export type QueueId = string & { readonly __id: 'queue' }
/** The name a person gave a machine; `local` always exists. */
export type MachineName = string & { readonly __id: 'machine' }
/** Absolute POSIX path on the machine that runs the job. */
export type RemotePath = string & { readonly __path: 'remote' }
/** ISO 8601 in UTC, with milliseconds; read once when the event is made, never inside a reducer. */
export type Instant = string

/** Bytes kept outside the state: sha256 of the content (hexadecimal), and its length. */
export interface ContentRef {
  readonly sha256: string
  readonly bytes: number
}

/** What JSON can say. All that crosses a process boundary or reaches the journal is made of it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Whether a text can be the id of a run: it becomes part of labels and of folder names. */
export function isRunId(text: string): text is RunId {
  return /^[a-z][a-z0-9]{1,30}$/.test(text)
}

const LABEL_LENGTH = 64

/**
 * The job of a run that has this key. The same run and key give the same id: planning twice is a no-op. Two keys never
 * share one: what is not a plain name is told apart by a hash of 48 bits.
 */
export function jobId(run: RunId, key: string): JobId {
  const slug = slugOf(key)
  return isPlain(key) && slug.length <= roomFor(run) ? (`${run}.${slug}` as JobId) : hashedId(run, key)
}

/**
 * New jobs of a run for these keys, in their order, beside those that it has: jobId, but of two that differ by case alone
 * the later one is told apart, since a disk that ignores case would have one folder for both.
 */
export function jobIds(run: RunId, keys: readonly string[], there: readonly JobId[]): readonly JobId[] {
  const taken = new Set(there.map(id => id.toLowerCase()))
  return keys.map(key => {
    const plain = jobId(run, key)
    const id = taken.has(plain.toLowerCase()) ? hashedId(run, key) : plain
    taken.add(id.toLowerCase())
    return id
  })
}

function hashedId(run: RunId, key: string): JobId {
  const hash = `${fnv1a(key)}${fnv1a(`#${key}`).slice(0, 4)}`
  return `${run}.${slugOf(key).slice(0, roomFor(run) - 1 - hash.length)}-${hash}` as JobId
}

function slugOf(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9._-]+/g, '-')
}

function roomFor(run: RunId): number {
  return LABEL_LENGTH - run.length - 1 - '.999'.length
}

/** `name`, or `name/step`, which becomes `name-step`: a name that ends like that is not plain, so that none is taken twice. */
function isPlain(key: string): boolean {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*\/[a-z]+$/.test(key)) return true
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(key) && !/-[a-z]+$/.test(key)
}

/** Whether a job is what is meant, or of the run that is; undefined means all. */
export function isWithin(job: JobId, of: RunId | JobId | undefined): boolean {
  return of === undefined || job === of || job.startsWith(`${of}.`)
}

/** The label of attempt `n`: a letter first (runs begin with one), then [A-Za-z0-9._-], at most 64 long. */
export function label(job: JobId, n: number): Label {
  return `${job}.${n}` as Label
}

/** FNV-1a, 32 bit, as 8 hexadecimal digits: a short stable name for a text; not for security. */
export function fnv1a(text: string): string {
  return hash32(text).toString(16).padStart(8, '0')
}

/** FNV-1a as an unsigned number. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
