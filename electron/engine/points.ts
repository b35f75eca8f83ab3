import { FaultError } from '../../shared/result.ts'

/** Every effect that a crash may fall before or after, by name. A test holds this list and the code together. */
export const POINTS = {
  'journal.append': 'a group of batches is written to the journal and flushed',
  'snapshot.write': 'the state is written beside the journal',
  'archive.write': 'the document of a closed run is written',
  'calculation.write': 'a finished calculation is kept for other runs',
  'blob.write': 'content is kept under its hash',
  'lock.take': 'engine.json is made',
  'stage.send': 'the files of jobs are sent to their machine',
  'submit.send': 'jobs are submitted by one remote call',
  'watch.ask': 'a machine is asked about its jobs',
  'fetch.receive': 'the files of ended jobs are received',
  'fetch.keep': 'received files are kept and linked into the readable folder',
  'cancel.send': 'a machine is told to cancel',
  'withdraw.send': "what waits is taken back from a queue of Larmor's own",
  'task.run': 'a task is done in a worker thread',
  plan: 'a workflow is asked what should exist',
} as const

export type PointName = keyof typeof POINTS
type When = 'before' | 'after'

interface Crash {
  readonly name: PointName
  readonly when: When
  readonly nth: number
  /** KILL, or STOP for who wants to do something to the machine just then and lets it go on. */
  readonly signal: 'SIGKILL' | 'SIGSTOP'
}

let crash: Crash | null | undefined
let passed = 0

/**
 * Marks one side of an effect. With `LARMOR_CRASH_AT=POINT:before|after[:N]` the process is killed here (SIGKILL), the
 * Nth time it comes by, or with `LARMOR_CRASH_BY=STOP` stopped until it gets SIGCONT; a packaged Larmor
 * (`LARMOR_PACKAGED=1`) never is.
 */
export function point(name: PointName, when: When): void {
  if (crash === undefined) crash = process.env.LARMOR_PACKAGED === '1' ? null : parse(process.env.LARMOR_CRASH_AT)
  if (crash?.name !== name || crash.when !== when) return
  passed += 1
  if (passed === crash.nth) process.kill(process.pid, crash.signal)
}

/** The value of the effect, with a crash point on either side of it. */
export async function around<T>(name: PointName, effect: () => T | Promise<T>): Promise<T> {
  point(name, 'before')
  const value = await effect()
  point(name, 'after')
  return value
}

/** A misspelt point would make a test pass that never killed anything, so it is refused. */
function parse(text: string | undefined): Crash | null {
  if (text === undefined || text === '') return null
  const [, name, when, nth] = /^([^:]+):(before|after)(?::([1-9]\d*))?$/.exec(text) ?? []
  if (name === undefined || !Object.hasOwn(POINTS, name)) {
    throw new FaultError({
      code: 'bad-input',
      field: 'LARMOR_CRASH_AT',
      message: `LARMOR_CRASH_AT=${text} names no crash point.`,
      hint: `POINT:before|after[:N], where POINT is one of ${Object.keys(POINTS).join(', ')}`,
    })
  }
  const signal = process.env.LARMOR_CRASH_BY === 'STOP' ? 'SIGSTOP' : 'SIGKILL'
  return { name: name as PointName, when: when as When, nth: Number(nth ?? 1), signal }
}
