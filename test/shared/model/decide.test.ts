import { describe, expect, test } from 'vitest'
import type { JobId, MachineName, RemotePath, RunId } from '../../../shared/ids.ts'
import { admit } from '../../../shared/model/admit.ts'
import type { Command } from '../../../shared/model/commands.ts'
import { decide } from '../../../shared/model/decide.ts'
import type { AttemptFact, EventBody } from '../../../shared/model/events.ts'
import {
  asConfigured,
  localMachine,
  type Machine,
  type MachineSettings,
  type SshSettings,
} from '../../../shared/model/machine.ts'
import { resubmitRefusal } from '../../../shared/model/resubmit.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { AT, apply, attemptOf, fact, job, jobOf, RUN, ref, runOf, started } from './facts.ts'

const run = RUN
const to: Readonly<Record<'pause' | 'resume' | 'stop' | 'cancel', Command>> = {
  pause: { type: 'run.pause', run },
  resume: { type: 'run.resume', run },
  stop: { type: 'run.stop', run },
  cancel: { type: 'run.cancel', run },
}
const start: Command = {
  type: 'run.start',
  run,
  name: 'test',
  workflow: 'single',
  params: { jobs: [] },
  machine: localMachine.name,
}
const cancel = (...jobs: readonly JobId[]): Command => ({ type: 'jobs.cancel', jobs })
const resubmit = (...jobs: readonly JobId[]): Command => ({ type: 'jobs.resubmit', jobs, fix: null })

/** What the engine makes of a command: its events, or the code and text of the fault. */
function types(state: State, command: Command): string {
  const decided = decide(state, command)
  if (!decided.ok) return `${decided.fault.code}: ${decided.fault.message}`
  return decided.value.map(({ type }) => type).join(', ')
}

/** The state after a command that must be allowed. */
function stateAfter(state: State, command: Command): State {
  const decided = decide(state, command)
  if (!decided.ok) throw new Error(decided.fault.message)
  return apply(state, ...admit(state, decided.value, AT))
}

const ended = (outcome: 'completed' | 'failed' | 'cancelled' | 'stopped'): EventBody => ({
  type: 'run.ended',
  run,
  outcome,
  reason: null,
})

const runs: Readonly<Record<string, State>> = {
  open: started('a'),
  paused: apply(started('a'), { type: 'run.paused', run }),
  stopping: apply(started('a'), { type: 'run.stopping', run }),
  cancelling: apply(started('a'), { type: 'run.cancelling', run }),
  completed: apply(started('a'), ended('completed')),
  failed: apply(started('a'), ended('failed')),
  cancelled: apply(started('a'), ended('cancelled')),
  stopped: apply(started('a'), ended('stopped')),
}

const HOLDS = `
run        | pause                               | resume       | stop                                 | cancel
open       | run.paused                          |              | run.stopping                         | run.cancelling, cancel.wished, jobs.cancelled
paused     |                                     | run.resumed  | run.stopping                         | run.cancelling, cancel.wished, jobs.cancelled
stopping   | not-now: The run is stopping.       | run.resumed  |                                      | run.cancelling, cancel.wished, jobs.cancelled
cancelling | not-now: The run is cancelling.     | not-now: The run is cancelling. | not-now: The run is cancelling. | cancel.wished, jobs.cancelled
completed  | not-now: The run has ended (completed). | not-now: The run has ended (completed); resubmit what failed instead. | not-now: The run has ended (completed). | not-now: The run has ended (completed).
failed     | not-now: The run has ended (failed). | not-now: The run has ended (failed); resubmit what failed instead. | not-now: The run has ended (failed). | not-now: The run has ended (failed).
cancelled  | not-now: The run has ended (cancelled). | not-now: The run has ended (cancelled); resubmit what failed instead. | not-now: The run has ended (cancelled). | not-now: The run has ended (cancelled).
stopped    | not-now: The run has ended (stopped). | run.reopened | not-now: The run has ended (stopped). | not-now: The run has ended (stopped).
`

const [head = [], ...rows] = HOLDS.trim()
  .split('\n')
  .map(line => line.split('|').map(cell => cell.trim()))

describe.each(rows)('a run that is %s', (name, ...cells) => {
  test.each(cells.map((cell, i) => [head[i + 1] as keyof typeof to, cell] as const))('%s: %s', (word, expected) => {
    const state = runs[name as string]
    if (!state) throw new Error(`no run ${name}`)
    expect(types(state, to[word])).toBe(expected)
  })
})

test('the table of holds has every state of a run', () => {
  expect(rows.map(([name]) => name)).toEqual(Object.keys(runs))
})

const wished: readonly AttemptFact[] = [fact.wished()]
const phases: Readonly<Record<string, readonly AttemptFact[]>> = {
  planned: [],
  staged: [fact.staged()],
  submitting: [fact.staged(), fact.intended()],
  doubted: [fact.staged(), fact.intended(), fact.doubted()],
  queued: [fact.staged(), fact.intended(), fact.submitted()],
  running: [fact.staged(), fact.intended(), fact.submitted(), fact.running()],
  ended: [fact.staged(), fact.intended(), fact.submitted(), fact.ended()],
  fetched: [fact.staged(), fact.intended(), fact.submitted(), fact.ended(), fact.fetched()],
  completed: [fact.staged(), fact.intended(), fact.submitted(), fact.ended(), fact.fetched(), fact.parsed()],
  failed: [
    fact.staged(),
    fact.intended(),
    fact.submitted(),
    fact.ended(),
    fact.fetched(),
    fact.parsed(ref(), 'failed'),
  ],
  refused: [fact.staged(), fact.intended(), fact.refused()],
  lost: [fact.staged(), fact.intended(), fact.submitted(), fact.lost()],
  cancelled: [fact.staged(), fact.intended(), fact.submitted(), ...wished, fact.cancelled()],
}
const at = (name: string) => apply(started('a', 'b'), ...(phases[name] ?? []))

describe('cancelling a job', () => {
  test.each(['planned', 'staged'])('that is %s ends it here and now: nothing was sent off', name => {
    const state = stateAfter(at(name), cancel(job()))
    expect(attemptOf(state)).toMatchObject({ outcome: 'cancelled', phase: { is: name }, ignored: [] })
    expect(attemptOf(state, 'b').outcome).toBeNull()
  })

  test.each(['submitting', 'doubted', 'queued', 'running'])('that is %s is a wish, not yet its end', name => {
    const state = stateAfter(at(name), cancel(job()))
    expect(attemptOf(state)).toMatchObject({ outcome: null, cancel_wished: AT })
    expect(types(state, cancel(job()))).toBe('')
  })

  test.each(['ended', 'fetched'])('that is %s comes too late', name => {
    expect(types(at(name), cancel(job()))).toBe('')
  })

  test.each(['completed', 'failed', 'refused', 'lost', 'cancelled'])('that is %s is refused', name => {
    expect(types(at(name), cancel(job()))).toBe('not-now: These jobs have already ended.')
  })

  test('that is not there is refused, and nothing happens to the others', () => {
    expect(types(at('planned'), cancel(job(), job('nobody')))).toBe(`not-found: There is no job "${job('nobody')}".`)
  })

  test('of several only what is not over', () => {
    const state = stateAfter(at('completed'), cancel(job('a'), job('b')))
    expect(attemptOf(state, 'a').outcome).toBe('completed')
    expect(attemptOf(state, 'b').outcome).toBe('cancelled')
  })

  test('twice in one command is once', () => {
    const state = stateAfter(at('planned'), cancel(job(), job()))
    expect(attemptOf(state)).toMatchObject({ outcome: 'cancelled', ignored: [] })
  })
})

describe('cancelling a run', () => {
  test('cancels what was not sent off and wishes the rest away', () => {
    const state = stateAfter(
      apply(started('a', 'b', 'c'), ...(phases.running ?? []), fact.staged(ref(1, 'b'))),
      to.cancel,
    )
    expect(runOf(state).phase).toEqual({ is: 'open', hold: 'cancelling' })
    expect(attemptOf(state, 'a')).toMatchObject({ outcome: null, cancel_wished: AT })
    expect(attemptOf(state, 'b')).toMatchObject({ outcome: 'cancelled', phase: { is: 'staged' } })
    expect(attemptOf(state, 'c')).toMatchObject({ outcome: 'cancelled', phase: { is: 'planned' } })
    expect(types(state, to.cancel)).toBe('')
  })
})

describe('resubmitting with an edited input', () => {
  const sha256 = 'cd'.repeat(32)
  const file = (name: string) => ({ name, sha256, bytes: 9 })
  const edit = (...files: readonly ReturnType<typeof file>[]): Command => ({
    type: 'job.edit',
    job: job(),
    files,
    seen: 1,
  })

  test.each(['failed', 'refused', 'lost', 'cancelled'])(
    'a job that is %s gets one attempt with just these files',
    name => {
      const state = stateAfter(at(name), edit(file('a.sh'), file('b.txt')))
      expect(attemptOf(state)).toMatchObject({
        n: 2,
        fix: 'edited',
        input: { files: [file('a.sh'), file('b.txt')], main: 'a.sh', args: [] },
        resources: attemptOf(at(name)).resources,
      })
      // Sent twice: the second one saw an older attempt.
      expect(types(state, edit(file('a.sh')))).toBe('')
    },
  )

  test('what cannot be run again, or not so, is refused', () => {
    expect(types(at('running'), edit(file('a.sh')))).toContain('not-now')
    expect(types(at('completed'), edit(file('a.sh')))).toBe('not-now: rtest.a is not resubmitted: it completed')
    expect(types(at('failed'), edit())).toBe('bad-input: There is no file to run.')
    expect(types(at('failed'), edit(file('b.txt')))).toBe('bad-input: The script is not among the files.')
    expect(types(at('failed'), edit(file('a.sh'), file('../b.txt')))).toContain('bad-input: Not a name')
    expect(types(emptyState, edit(file('a.sh')))).toContain('not-found')
  })

  test('a run that has ended goes on', () => {
    expect(types(apply(at('failed'), ended('failed')), edit(file('a.sh')))).toBe('run.reopened, attempt.added')
  })
})

describe('resubmitting', () => {
  test.each(['planned', 'staged', 'submitting', 'doubted', 'queued', 'running', 'ended', 'fetched'])(
    'a job that is %s is refused: its attempt is alive',
    name => {
      expect(resubmitRefusal(jobOf(at(name)))).toBe('its last attempt has not ended')
      expect(types(at(name), resubmit(job()))).toBe('')
    },
  )

  test('a job that completed is refused', () => {
    expect(resubmitRefusal(jobOf(at('completed')))).toBe('it completed')
    expect(types(at('completed'), resubmit(job()))).toBe('')
  })

  test.each(['failed', 'refused', 'lost', 'cancelled'])('a job that is %s gets one more attempt', name => {
    const state = stateAfter(at(name), resubmit(job()))
    expect(jobOf(state).attempts.map(({ n, label, outcome }) => [n, label, outcome !== null])).toEqual([
      [1, 'rtest.a.1', true],
      [2, 'rtest.a.2', false],
    ])
    expect(attemptOf(state)).toMatchObject({ phase: { is: 'planned' }, cancel_wished: null, evidence: [], ignored: [] })
    expect(jobOf(state).attempts[0]).toEqual(attemptOf(at(name)))
    expect(types(state, resubmit(job()))).toBe('')
  })

  test('a job named twice gets one attempt', () => {
    const state = stateAfter(at('failed'), resubmit(job(), job()))
    expect(jobOf(state).attempts).toHaveLength(2)
    expect(types(at('failed'), resubmit(job(), job()))).toBe('attempt.added')
  })

  test('several jobs of a run that has ended reopens it once', () => {
    const both = apply(at('failed'), fact.refused(ref(1, 'b')), ended('failed'))
    expect(types(both, resubmit(job('a'), job('b')))).toBe('run.reopened, attempt.added, attempt.added')
    const state = stateAfter(both, resubmit(job('a'), job('b')))
    expect(runOf(state).phase).toEqual({ is: 'open', hold: null })
  })

  test('a job of a run that is being cancelled is refused: nobody would end it', () => {
    const state = apply(at('failed'), { type: 'run.cancelling', run })
    expect(types(state, resubmit(job()))).toBe('not-now: The run is cancelling.')
  })

  test('a job that is not there is refused', () => {
    expect(types(at('failed'), resubmit(job(), job('nobody')))).toBe(`not-found: There is no job "${job('nobody')}".`)
  })

  test('a second attempt beside a living one never comes about, whatever event says so', () => {
    for (const name of ['planned', 'queued', 'running', 'fetched']) {
      const state = at(name)
      const forced = apply(state, {
        type: 'attempt.added',
        run,
        ...ref(2),
        fix: null,
        input: null,
        resources: { ranks: 1, memory_mb: 1, seconds: 1 },
      })
      expect(jobOf(forced)).toEqual(jobOf(state))
    }
  })
})

describe('starting a run', () => {
  test('again is harmless', () => {
    expect(types(emptyState, start)).toBe('run.started')
    expect(types(stateAfter(emptyState, start), start)).toBe('')
  })

  test('with a job for a machine that nobody knows is refused: it would stay open for ever', () => {
    const job = { key: 'a', machine: 'atlantis', program: 'command', input: null, resources: null }
    expect(types(emptyState, { ...start, params: { jobs: [job] } })).toBe(
      'bad-input: There is no machine "atlantis", which the job "a" is for.',
    )
    expect(types(emptyState, { ...start, params: { jobs: [{ ...job, machine: 'local' }] } })).toBe('run.started')
  })

  test.each([
    ['single', null],
    ['single', { jobs: 5 }],
    ['single', { jobs: [null] }],
    ['single', { jobs: [{ key: 'a', machine: 'local', program: 'toString', input: null }] }],
    ['nmr', { structure: 1 }],
    ['nmr', []],
    ['campaign', {}],
  ])('of the workflow %s by %j is refused: nobody could look at it', (workflow, params) => {
    expect(types(emptyState, { ...start, workflow, params })).toBe(
      `bad-input: These are no parameters of the workflow "${workflow}".`,
    )
  })

  test.each(['no-such', 'toString', '__proto__', 'constructor'])(
    'of the unknown workflow "%s" is refused',
    workflow => {
      expect(types(emptyState, { ...start, workflow })).toBe(`bad-input: There is no workflow "${workflow}".`)
    },
  )

  test.each(['no-such', 'toString', '__proto__'])('on the unknown machine "%s" is refused', machine => {
    expect(types(emptyState, { ...start, machine: machine as MachineName })).toBe(
      `bad-input: There is no machine "${machine}".`,
    )
  })
})

describe('machines', () => {
  const cluster = { ...localMachine, name: 'cluster' as MachineName }

  test.each(['constructor', '__proto__', 'toString'])('of the name "%s" there are none, and never will be', name => {
    const machine = name as MachineName
    const adopt = { type: 'job.adopt', run: 'r2' as RunId, machine, queue_id: '1', dir: '/w' } as never
    expect(types(emptyState, adopt)).toBe(`not-found: There is no machine "${name}".`)
    expect(types(emptyState, { type: 'machine.set', machine: { ...cluster, name: machine } })).toContain(
      'no name for a machine',
    )
  })

  test('are set and removed, local always stays', () => {
    const with_ = stateAfter(emptyState, { type: 'machine.set', machine: cluster })
    expect(Object.keys(with_.machines)).toEqual(['local', 'cluster'])
    expect(types(with_, { type: 'machine.remove', machine: localMachine.name })).toBe(
      'not-now: The machine "local" always exists.',
    )
    const without = stateAfter(with_, { type: 'machine.remove', machine: cluster.name })
    expect(without.machines).toEqual(emptyState.machines)
    expect(types(without, { type: 'machine.remove', machine: cluster.name })).toBe(
      'not-found: There is no machine "cluster".',
    )
  })

  test.each([
    ['work', { work: '/elsewhere' as RemotePath }],
    ['scheduler', { scheduler: 'slurm' }],
  ])('keep their %s while jobs are there: elsewhere these would be absent, and called lost', (field, change) => {
    const set = (settings: Partial<MachineSettings>): Command => ({
      type: 'machine.set',
      machine: { ...localMachine, settings: { ...localMachine.settings, ...settings } },
    })
    expect(types(started('a'), set(change))).toBe('machine.changed')
    for (const name of ['staged', 'submitting', 'queued', 'running', 'ended'] as const) {
      expect(decide(at(name), set(change))).toMatchObject({ ok: false, fault: { code: 'not-now', field } })
      expect(types(at(name), set({ cores: 7, poll_s: 99 }))).toBe('machine.changed')
    }
    expect(types(at('completed'), set(change))).toBe('machine.changed')
    // A run that was stopped cannot be cancelled as it is: what works is said.
    const stopped = apply(at('staged'), { type: 'run.ended', run: RUN, outcome: 'stopped', reason: 'stopped' })
    const hint = expect.stringContaining('cancel those jobs, or resume it')
    expect(decide(stopped, set(change))).toMatchObject({ ok: false, fault: { hint } })
    const freed = stateAfter(stopped, { type: 'jobs.cancel', jobs: [ref().job] })
    expect(types(freed, set(change))).toBe('machine.changed')
  })

  test.each([
    ['ssh', { host: 'elsewhere' }, 'HostName'],
    ['user', { user: 'somebody' }, 'Cancel it'],
  ])('that are reached by ssh keep their %s while jobs are there', (field, change, hint) => {
    const helix = (ssh: Partial<SshSettings> = {}): Machine => ({
      ...cluster,
      settings: {
        ...cluster.settings,
        transport: 'ssh',
        ssh: { ...asConfigured, host: 'helix', ...ssh },
        work: '/work' as RemotePath,
      },
    })
    const set = (ssh: Partial<SshSettings>): Command => ({ type: 'machine.set', machine: helix(ssh) })
    const spec = { key: 'a', program: 'command', input: null, resources: { ranks: 1, memory_mb: 1, seconds: 1 } }
    const start = { run, name: '', workflow: 'single', workflow_version: 1, params: null, machine: cluster.name }
    const planned = apply(
      emptyState,
      { type: 'machine.changed', machine: helix() },
      { type: 'run.started', ...start },
      { type: 'jobs.planned', run, jobs: [{ ...ref(), ...spec, machine: cluster.name }] },
    )
    expect(types(planned, set(change))).toBe('machine.changed')
    const running = apply(planned, fact.staged(), fact.intended(), fact.submitted(), fact.running())
    expect(decide(running, set(change))).toMatchObject({
      ok: false,
      fault: { code: 'not-now', field, hint: expect.stringContaining(hint) },
    })
    // The same one by another way.
    expect(types(running, set({ port: 2222, jump: 'gate', identity: '/k' }))).toBe('machine.changed')
    expect(types(apply(running, fact.ended(), fact.fetched(), fact.parsed()), set(change))).toBe('machine.changed')
  })

  test('with work on them are not removed: it would be forgotten', () => {
    const elsewhere = apply(stateAfter(emptyState, { type: 'machine.set', machine: cluster }), {
      type: 'run.started',
      run,
      name: '',
      workflow: 'single',
      workflow_version: 1,
      params: null,
      machine: cluster.name,
    })
    const planned = apply(elsewhere, {
      type: 'jobs.planned',
      run,
      jobs: [
        {
          ...ref(),
          key: 'a',
          machine: cluster.name,
          program: 'command',
          input: null,
          resources: { ranks: 1, memory_mb: 1, seconds: 1 },
        },
      ],
    })
    expect(types(planned, { type: 'machine.remove', machine: cluster.name })).toMatch(/^not-now: /)
    expect(types(apply(planned, fact.refused()), { type: 'machine.remove', machine: cluster.name })).toMatch(
      /^not-now: /,
    )
    expect(
      types(apply(planned, fact.refused(), ended('failed')), { type: 'machine.remove', machine: cluster.name }),
    ).toBe('machine.removed')
  })
})

test('every command sent twice does what it does once', () => {
  const states = [...Object.values(runs), ...Object.keys(phases).map(at)]
  const commands: readonly Command[] = [
    start,
    ...Object.values(to),
    cancel(job()),
    cancel(job('a'), job('b')),
    resubmit(job()),
    { type: 'machine.set', machine: localMachine },
  ]
  for (const state of states) {
    for (const command of commands) {
      if (!decide(state, command).ok) continue
      const once = stateAfter(state, command)
      const again = decide(once, command)
      const twice = again.ok ? apply(once, ...admit(once, again.value, AT)) : once
      expect({ ...twice, seq: 0 }).toEqual({ ...once, seq: 0 })
    }
  }
})

test('a command about a run that is not there says so', () => {
  for (const command of Object.values(to)) {
    expect(types(emptyState, { ...command, run: 'rnobody' as RunId } as Command)).toBe(
      'not-found: There is no run "rnobody".',
    )
  }
})

test('a repeated start is known by what was asked, else by its params, and other work is refused', () => {
  const other = { ...start, params: { jobs: [], later: 1 } }
  const asked = (command: Command, words: string) => ({ ...command, asked: words }) as Command
  const byWords = stateAfter(emptyState, asked(start, 'a'))
  expect(types(byWords, asked(start, 'a'))).toBe('')
  expect(types(byWords, asked(other, 'a'))).toBe('')
  expect(types(byWords, asked(start, 'b'))).toContain('bad-input')
  const byParams = stateAfter(emptyState, start)
  expect(types(byParams, start)).toBe('')
  expect(types(byParams, asked(start, 'a'))).toBe('')
  expect(types(byParams, other)).toContain('bad-input')
})
