import { remainingText } from '../../shared/show/duration.ts'
import { MARK_MEANING, stateNow } from '../../shared/show/mark.ts'
import type { RunDocument } from '../../shared/show/run.ts'
import type { RunStatus } from '../../shared/show/status.ts'
import type { MachineTrouble } from '../engine-client.ts'
import { columns } from './terminal.ts'

/** A run with what it waits for, where nothing of it computes. */
export interface DrivenRun extends RunStatus {
  /** A clause: `for its turn in the queue of helix`. */
  readonly waits_for: string | null
  /** Whether anything of it was ever done. */
  readonly begun: boolean
}

export interface StatusDocument {
  readonly engine: string
  /** The computer whose engine may be driving the runs; nothing can be known of it from here. */
  readonly engine_elsewhere: string | null
  readonly as_of: string | null
  readonly runs: readonly DrivenRun[]
  readonly troubles: readonly MachineTrouble[]
}

const NO_RUNS = 'No runs yet. A first one: larmor nmr "CC(O)CC" --solvent CDCl3 --preset draft'

/** `status` for a person: a table, what is wrong with a run below it, and whether anything drives the runs. */
export function statusText(document: StatusDocument, now: Date): string {
  const { runs, engine, troubles } = document
  if (runs.length === 0) return [NO_RUNS, ...drivenNote(document)].join('\n')
  const rows = runs.map(run => [
    run.run,
    shortened(run.name),
    drivenState(run, document),
    run.begun ? `${Math.floor(run.progress * 100)} %${triedAgain(run) > 0 ? ` +${triedAgain(run)}` : ''}` : DASH,
    run.begun && OPEN.includes(run.state) ? run.confidence : DASH,
    stepsText(run),
    run.machine,
    agoText(run.updated, now),
  ])
  const troubled = new Set<string>(troubles.map(({ machine }) => machine))
  const notes = [
    ...runs.flatMap(run => notesOf(run, engine === 'alive' && !troubled.has(run.machine))),
    ...troubles.map(troubleText),
  ]
  return [
    columns(['run', 'name', 'state', 'done', 'mark', 'steps', 'machine', 'last news'], rows),
    ...(notes.length > 0 ? ['', ...notes] : []),
    ...drivenNote(document),
  ].join('\n')
}

/** A state that nothing keeps up to date is told as what it was. */
function drivenState(
  { state, state_text, waits_for, all_stalled }: DrivenRun,
  { engine, engine_elsewhere }: StatusDocument,
): string {
  const isOpen = OPEN.includes(state)
  const now = waits_for === null ? stateNow(state_text, { all_stalled }) : 'waiting'
  return engine === 'none' && engine_elsewhere === null && isOpen ? `${now}, no engine` : now
}

/** New attempts, which lengthened the work of a run that goes on. */
function triedAgain({ state, plan_version }: RunStatus): number {
  return OPEN.includes(state) ? plan_version - 1 : 0
}

const OPEN: readonly string[] = ['planned', 'running', 'paused']

/** That nobody drives what is still open, or that it cannot be known: a line of its own, with an empty one before it. */
export function drivenNote({
  engine,
  engine_elsewhere,
  as_of,
  runs,
}: Omit<StatusDocument, 'troubles' | 'runs'> & {
  readonly runs: readonly Pick<RunStatus, 'state'>[]
}): readonly string[] {
  if (engine_elsewhere !== null) {
    return [
      '',
      `An engine on ${engine_elsewhere} owns this data folder; whether it lives cannot be known from here. As of ${as_of ?? 'never'}.`,
    ]
  }
  const open = runs.some(({ state }) => OPEN.includes(state))
  if (engine !== 'none' || !open) return []
  return [
    '',
    `No engine lives: submitted jobs go on, the next phase waits. As of ${as_of ?? 'never'}. To go on: larmor engine start`,
  ]
}

/** All steps with what completed and what failed, and what the jobs of the run, of whatever step, do now. */
export function stepsText({ steps, state, counts }: RunStatus): string {
  const { planned, staged, submitting, queued, running, ended, fetched } = counts
  const doing = [
    part(running, 'running'),
    part(planned + staged + submitting + queued, 'waiting'),
    part(ended + fetched, 'being read'),
  ].flat()
  const word = counts.failed + counts.timeout + counts.lost === 0 && counts.cancelled > 0 ? 'cancelled' : 'failed'
  const parts = steps.map(({ label, done, failed, total, found }) => {
    if (found !== null) return `${label}: ${found} found`
    return `${label} ${done}/${total}${failed > 0 ? `, ${failed} ${word}` : ''}`
  })
  return [
    parts.join(' · '),
    ...(state === 'completed' || doing.length === 0 ? [] : [`jobs: ${doing.join(', ')}`]),
  ].join('; ')
}

function part(n: number, what: string): readonly string[] {
  return n > 0 ? [`${n} ${what}`] : []
}

/** `isOfMachine`: a stale figure is, because the machine does not answer. */
function notesOf(status: DrivenRun, isOfMachine: boolean): readonly string[] {
  const { run, name, state, reason, doubt, confidence, stale_since, machine, waits_for } = status
  // As in the window: what a machine that does not answer will do is not foretold.
  const remaining = remainingText(confidence === 'stale' ? { ...status, eta: null } : status)
  const again = triedAgain(status)
  return [
    ...(waits_for === null ? [] : [`${shortened(name)} (${run}): waits ${waits_for}`]),
    ...(again > 0
      ? [`${shortened(name)} (${run}): +${again}: ${again === 1 ? 'one attempt' : 'attempts'} more than was planned`]
      : []),
    ...(remaining === null ? [] : [`${shortened(name)} (${run}): ${remaining}`]),
    ...(reason === null || reason === state ? [] : [`${shortened(name)} (${run}): ${reason}`]),
    ...(confidence === 'stalled' ? [`${shortened(name)} (${run}): stalled: ${MARK_MEANING.stalled}`] : []),
    ...(doubt === 0 ? [] : [`${shortened(name)} (${run}): ${doubtText(doubt)}`]),
    ...(confidence === 'stale' && isOfMachine
      ? [
          `${shortened(name)} (${run}): "${machine}" is not reachable${stale_since ? ` since ${clockText(stale_since)}` : ''}, this is what was last known`,
        ]
      : []),
  ]
}

/** What keeps this computer from its work for a machine, and what to do about it. */
export function troubleText({ machine, since, runs, text, hint }: MachineTrouble): string {
  return `${machine}: ${runs === null ? 'the' : 'part of the'} work of this computer is held up since ${clockText(since)}. ${text} ${hint}`
}

function clockText(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`
}

function doubtText(n: number): string {
  return `of ${n === 1 ? 'one job' : `${n} jobs`} it is not known yet whether it was submitted, or how it ended (larmor show tells); none is submitted a second time`
}

const DASH = '–'
const LONGEST_NAME = 30

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name
}

/** How long ago something was, in one unit. */
function agoText(instant: RunDocument['updated'], now: Date): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(instant)) / 1000)
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} days ago`
}
