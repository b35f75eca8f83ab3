import { Key } from '@blueprintjs/icons'
import type { MachineActivity } from '../../shared/contract.ts'
import { LOCAL, type Machine, type MachineTest } from '../../shared/model/machine.ts'
import { plural } from '../../shared/show/number.ts'
import { programText, schedulerText } from '../runs/words.ts'
import { Badge, Icon, type Look } from '../ui/badge.tsx'
import { Meter } from '../ui/meter.tsx'
import { clockTime } from '../ui/time.ts'
import { isBlocked } from './blocked.ts'
import { type MachineWork, workText } from './machine-work.ts'

interface MachineCardProps {
  readonly machine: Machine
  /** Undefined until the engine has told. */
  readonly activity: MachineActivity | undefined
  readonly work: MachineWork | undefined
  readonly chosen: boolean
  /** Why nothing can be asked of it now, or null. */
  readonly offline: string | null
  readonly connecting: boolean
  onConnect(): void
  onEdit(): void
  onRemove(): void
  /** A sentence where there can be none. */
  readonly onTerminal: (() => void) | string
}

/** One machine: does it answer, what it was asked, what runs there, what was found on it. */
export function MachineCard(props: MachineCardProps) {
  const { machine, activity, work, chosen, offline, connecting, onConnect, onEdit, onRemove, onTerminal } = props
  const { name, settings, reach, found, clock_skew_s, tested, silent, others } = machine
  const isLocal = settings.transport === 'local'
  const programs = Object.entries(found)
  const terminal = typeof onTerminal === 'string' ? onTerminal : offline
  return (
    <article
      className={chosen ? 'card machine chosen' : 'card machine'}
      aria-labelledby={`machine-${name}-name`}
      id={`machine-${name}`}
    >
      <header>
        <div className="row between">
          <h2 id={`machine-${name}-name`}>{name}</h2>
          <Badge look={machineLook(machine, activity, offline !== null)} soft />
        </div>
        <p className="machine-text address">{addressOf(machine)}</p>
      </header>
      {reach.is === 'ok' ? null : (
        <div className={`notice tone-${reach.is === 'wants-login' && !isBlocked(reach) ? 'attention' : 'fail'}`}>
          <p>
            {reach.text}
            {reach.since === null ? '' : ` Since ${clockTime(reach.since)}.`}{' '}
            {reach.is === 'unreachable' ? 'It is tried again by itself. ' : ''}
            {reach.hint}
          </p>
          <button type="button" aria-disabled={offline !== null || connecting} onClick={onConnect}>
            {connecting
              ? 'Connecting…'
              : isBlocked(reach)
                ? 'Compare the keys…'
                : reach.is === 'wants-login'
                  ? 'Log in'
                  : 'Try now'}
          </button>
        </div>
      )}
      {activity?.trouble ? (
        <div className="notice tone-fail">
          <p>
            This computer holds its work up since {clockTime(activity.trouble.since)}:{' '}
            <span className="machine-text">{activity.trouble.text}</span> {activity.trouble.hint}
          </p>
        </div>
      ) : null}
      <dl className="facts">
        <dt>Scheduler</dt>
        <dd>
          {settings.scheduler === 'direct' ? 'none: in order, as there is room' : schedulerText(settings.scheduler)}
        </dd>
        {silent === null ? null : (
          <>
            <dt>Does not answer</dt>
            <dd>
              since {silent.since}: <span className="machine-text">{silent.text}</span>
            </dd>
          </>
        )}
        <dt>Asked, last hour</dt>
        <dd>
          <Asked machine={machine} activity={activity} />
        </dd>
        <dt>Asked in all</dt>
        <dd>{activity ? countersText(activity) : 'not known'}</dd>
        <dt>Your jobs</dt>
        <dd>{workText(work)}</dd>
        {others.length === 0 ? null : (
          <>
            <dt>Yours, not Larmor's</dt>
            <dd>
              <details>
                <summary>{others.length} in the queue</summary>
                <ul>
                  {others.map(({ queue_id, name: job, text }) => (
                    <li key={queue_id}>
                      {queue_id} <span className="machine-text">{job}</span> {text}
                    </li>
                  ))}
                </ul>
              </details>
            </dd>
          </>
        )}
        <dt>Limits</dt>
        <dd>{limitsText(machine)}</dd>
        {clock_skew_s === null || Math.abs(clock_skew_s) < 2 ? null : (
          <>
            <dt>Its clock</dt>
            <dd>
              {Math.abs(Math.round(clock_skew_s))} s {clock_skew_s > 0 ? 'ahead' : 'behind'}
            </dd>
          </>
        )}
      </dl>
      {tested ? <Tested tested={tested} /> : null}
      <div className="programs">
        {programs.length === 0 ? (
          <p className="hint">
            {activity?.last_data ? 'No program that Larmor knows was found.' : 'Not looked for programs yet.'}
          </p>
        ) : (
          <dl className="facts">
            {programs.map(([program, { path, version }]) => (
              <div key={program} className="program">
                <dt>
                  <span className="program-name">{programText(program)}</span>
                </dt>
                <dd>
                  {version === null ? null : <span>{version} </span>}
                  <span className="machine-text">{path}</span>
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
      <footer>
        <div className="row">
          {reach.is === 'ok' ? (
            <button
              type="button"
              aria-disabled={offline !== null || connecting}
              title={offline ?? undefined}
              onClick={onConnect}
            >
              {connecting ? 'Asking…' : 'Test'}
            </button>
          ) : null}
          <button type="button" onClick={onEdit}>
            Settings
          </button>
          <button
            type="button"
            aria-disabled={terminal !== null}
            title={terminal ?? undefined}
            onClick={() => typeof onTerminal !== 'string' && terminal === null && onTerminal()}
          >
            Terminal
          </button>
          {name === LOCAL ? null : (
            <button type="button" aria-disabled={offline !== null} onClick={onRemove}>
              Remove
            </button>
          )}
        </div>
        <p className="hint row between">
          <span className="key-name">
            {isLocal ? (
              'No connection is needed.'
            ) : (
              <>
                <Key size={12} title={false} />{' '}
                {settings.ssh?.host_key ? <code>{shortKey(settings.ssh.host_key)}</code> : 'as in your known hosts'}
              </>
            )}
          </span>
          <span>{activity?.last_data ? `heard ${clockTime(activity.last_data)}` : 'not heard yet'}</span>
        </p>
      </footer>
    </article>
  )
}

/** What the last test found, what is wrong first. */
function Tested({ tested: { at, checks, partitions } }: { readonly tested: MachineTest }) {
  const wrong = checks.filter(({ ok }) => !ok)
  return (
    <details className="tested" open={wrong.length > 0 || undefined}>
      <summary className={wrong.length > 0 ? 'tone-attention' : 'tone-done'}>
        <Icon shape={wrong.length > 0 ? 'diamond' : 'disc check'} />{' '}
        {wrong.length > 0 ? `${plural(wrong.length, 'thing')} to look at` : 'All is there that a job needs'}, tested{' '}
        {clockTime(at)}
      </summary>
      <ul>
        {[...wrong, ...checks.filter(({ ok }) => ok)].map(({ name, ok, found, hint }) => (
          <li key={name}>
            <span className={ok ? 'tone-done' : 'tone-attention'}>
              <Icon shape={ok ? 'disc check' : 'diamond'} />
            </span>{' '}
            <strong>{name}</strong> {found}
            {hint === null ? null : <p className="hint">{hint}</p>}
          </li>
        ))}
        {partitions.length === 0 ? null : (
          <li className="hint">
            Partitions: {partitions.map(({ name, up }) => (up ? name : `${name} (down)`)).join(', ')}
          </li>
        )}
      </ul>
    </details>
  )
}

/** `me@login.helix.example via gate`. */
function addressOf({ settings: { ssh } }: Machine): string {
  if (!ssh) return 'this computer'
  const user = ssh.user === null ? '' : `${ssh.user}@`
  const port = ssh.port === null || ssh.port === 22 ? '' : `:${ssh.port}`
  return `${user}${ssh.host}${port}${ssh.jump === null ? '' : ` via ${ssh.jump}`}`
}

function machineLook({ settings, reach }: Machine, activity: MachineActivity | undefined, isOffline: boolean): Look {
  if (reach.is === 'unreachable') return { word: 'Does not answer', shape: 'octagon', tone: 'fail' }
  if (isBlocked(reach)) return { word: 'Blocked', shape: 'octagon', tone: 'fail' }
  if (reach.is === 'wants-login') return { word: 'Needs you', shape: 'clock', tone: 'attention' }
  if (isOffline) return { word: 'Not known now', shape: 'dashed ring', tone: 'neutral' }
  if (activity?.trouble) return { word: 'Held up', shape: 'octagon', tone: 'fail' }
  if (settings.transport === 'local') return { word: 'Ready', shape: 'disc check', tone: 'done' }
  if (!activity?.last_data) return { word: 'Not asked yet', shape: 'dashed ring', tone: 'neutral' }
  return { word: 'Connected', shape: 'disc check', tone: 'done' }
}

/** Questions to the scheduler, of as many as its interval allows in an hour. */
function Asked({
  machine: { settings },
  activity,
}: {
  readonly machine: Machine
  readonly activity: MachineActivity | undefined
}) {
  if (settings.scheduler === 'direct') return <>nobody to ask</>
  const most = Math.floor(3600 / settings.poll_s)
  const asked = activity?.questions_last_hour
  return (
    <span className="asked">
      <span className="asked-bar">
        <Meter parts={[{ share: (asked ?? 0) / most, tone: 'ink' }]} />
      </span>
      {asked ?? '–'} of {most} at most
    </span>
  )
}

function countersText({ connections, login_tries, prompts, round_trips, since }: MachineActivity): string {
  const counts = [
    plural(connections, 'connection'),
    plural(login_tries, 'login'),
    plural(prompts, 'prompt'),
    plural(round_trips, 'round trip'),
  ]
  return `${counts.join(', ')} since ${clockTime(since)}`
}

function limitsText({ settings }: Machine): string {
  const { scheduler, poll_s, max_jobs, cores, memory_mb } = settings
  return (
    [
      scheduler === 'direct' ? null : `asks every ${poll_s} s`,
      max_jobs === null ? null : `${plural(max_jobs, 'job')} at once`,
      cores === null ? null : plural(cores, 'core'),
      memory_mb === null ? null : `${memory_mb} MB a job`,
    ]
      .filter(part => part !== null)
      .join(', ') || 'none'
  )
}

/** `SHA256:q3Vn…Tz8E`. */
function shortKey(key: string): string {
  return key.length < 24 ? key : `${key.slice(0, 11)}…${key.slice(-4)}`
}
