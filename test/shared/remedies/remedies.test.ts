import { describe, expect, test } from 'vitest'
import type { JobId, Json, Label, MachineName, RunId } from '../../../shared/ids.ts'
import { decide } from '../../../shared/model/decide.ts'
import type { Attempt, Evidence, FetchedFile, Job, JobResult } from '../../../shared/model/job.ts'
import { localMachine, type Machine } from '../../../shared/model/machine.ts'
import { newAttempt } from '../../../shared/model/new-attempt.ts'
import { resubmitRefusal } from '../../../shared/model/resubmit.ts'
import { emptyState, type State } from '../../../shared/model/state.ts'
import { draftOf, emptyTable } from '../../../shared/model/table.ts'
import { chooseFix, remediesOf } from '../../../shared/remedies/index.ts'
import { result as anyResult, parsed } from '../model/facts.ts'

const sha = (letter: string) => letter.repeat(64)
const calculation = {
  kind: 'calculation',
  task: 'opt',
  geometry: { sha256: sha('a'), bytes: 10 },
  atoms: 3,
  title: 't',
  charge: 0,
  multiplicity: 1,
  xc: 'B3LYP',
  basis: '6-31G*',
  shielding: null,
  solvent: 'gas',
  max_cycles: 50,
  autoz: true,
} satisfies Json
const deck = {
  kind: 'deck',
  files: [{ name: 'a.nw', sha256: sha('d'), bytes: 9 }],
  main: 'a.nw',
} satisfies Json
const result: JobResult = { ...anyResult, geometry: { sha256: sha('b'), bytes: 12 } }
const movecs: FetchedFile = { name: 'larmor.movecs', sha256: sha('c'), bytes: 99 }

function attempt(change: Partial<Attempt> & { readonly files?: readonly FetchedFile[] } = {}, n = 1): Attempt {
  const { files = [], ...others } = change
  const of = { job: 'r.j' as JobId, attempt: n, label: `r.j.${n}` as Label }
  const resources = { ranks: 4, memory_mb: 4000, seconds: 3600 }
  return {
    ...newAttempt(of, { input: calculation, resources }, null),
    phase: parsed(result, files),
    outcome: 'failed',
    category: 'crash-unknown',
    reason: 'why',
    ...others,
  }
}

function job(...attempts: readonly Attempt[]): Job {
  const [id, run] = ['r.j' as JobId, 'r' as RunId]
  return { id, run, key: 'j', machine: 'local' as MachineName, program: 'nwchem', attempts }
}

const ids = (of: Job, machine?: Machine) => remediesOf(of, machine).map(({ id }) => id)

describe('which remedies are offered', () => {
  test.each<[string | null, string]>([
    ['scf-not-converged', 'scf-help scf-damping'],
    ['scf-blow-up', 'scf-help scf-damping'],
    ['post-scf-not-converged', 'more-iterations'],
    ['opt-not-converged', 'more-cycles hessian cartesian'],
    ['opt-failed', 'hessian cartesian continue'],
    ['internals', 'cartesian'],
    ['out-of-memory', 'more-memory fewer-ranks'],
    ['too-many-cores', 'cores-pairs'],
    ['response-not-converged', 'direct response'],
    ['disk', 'direct again'],
    ['time-limit', 'more-time'],
    ['killed', 'continue again'],
    ['node-lost', 'continue again'],
    ['preempted', 'continue again'],
    ['mpi', 'continue again'],
    ['crash-unknown', 'again'],
    [null, 'continue again'],
    // Only an edit helps.
    ['bad-input', ''],
    ['missing-basis', ''],
    ['multiplicity', ''],
    ['geometry', ''],
  ])('against %s: %s', (category, expected) => {
    expect(ids(job(attempt({ category }))).join(' ')).toBe(expected)
  })

  test('none for what Larmor did not submit: there is no input to run again', () => {
    const adopted = job(attempt({ category: 'killed', input: { adopted: true, queue_id: '7', name: 'theirs' } }))
    expect(ids(adopted)).toEqual([])
    expect(resubmitRefusal(adopted)).toContain('no input to run again')
  })

  test('none for what completed or is alive', () => {
    expect(ids(job(attempt({ outcome: 'completed', category: null })))).toEqual([])
    expect(ids(job(attempt({ outcome: null })))).toEqual([])
  })

  test('the deck of a person loses its restart, a calculation the orbitals that were sent along', () => {
    const [offer] = remediesOf(job(attempt({ category: 'missing-file', input: deck })))
    expect(offer).toMatchObject({ id: 'no-restart', input: { repairs: { no_restart: true } } })
    const sent = { ...calculation, repairs: { vectors: { ...movecs, name: 'larmor-restart.movecs' } } }
    const [other] = remediesOf(job(attempt({ category: 'missing-file', input: sent })))
    expect(other).toMatchObject({ id: 'no-restart', input: { repairs: {} } })
    expect(ids(job(attempt({ category: 'missing-file' })))).toEqual([])
  })
})

describe('what a remedy changes', () => {
  test('an optimisation goes on from its last geometry and orbitals, with more cycles', () => {
    const [offer] = remediesOf(job(attempt({ category: 'opt-not-converged', files: [movecs] })))
    expect(offer?.input).toEqual({
      ...calculation,
      max_cycles: 200,
      geometry: { sha256: sha('b'), bytes: 12 },
      repairs: { vectors: { name: 'larmor-restart.movecs', sha256: sha('c'), bytes: 99 } },
    })
  })

  test('without a geometry or orbitals it is the same with more cycles: what is gone is not waited for', () => {
    const { phase } = attempt()
    const bare = { ...phase, result: { ...result, geometry: null } } as Attempt['phase']
    const [offer] = remediesOf(job(attempt({ category: 'opt-not-converged', phase: bare })))
    expect(offer?.input).toEqual({ ...calculation, max_cycles: 200 })
  })

  test('time is doubled, and what the last attempt had reached is kept', () => {
    const [offer] = remediesOf(job(attempt({ outcome: 'timeout', category: 'time-limit', files: [movecs] })))
    expect(offer).toMatchObject({
      id: 'more-time',
      resources: { seconds: 7200 },
      input: { geometry: { sha256: sha('b') } },
    })
  })

  test.each<[string, number]>([
    ['insufficient memory', 8000],
    ['Please increase MaxCore to more than: 3000 MB', Math.ceil((3500 * 4) / 0.75)],
    ['Please increase MaxCore to more than: 100 MB', 8000],
    ['this job needs 9000 MB', 9500],
  ])('memory after "%s": %d MB', (text, memory_mb) => {
    const evidence: Evidence[] = [{ source: 'output', file: 'a', line: 1, text }]
    const [offer] = remediesOf(job(attempt({ category: 'out-of-memory', evidence })))
    expect(offer).toMatchObject({ id: 'more-memory', resources: { memory_mb, ranks: 4 } })
  })

  test('memory that the machine does not have is not asked for: fewer ranks are', () => {
    const small = { ...localMachine, settings: { ...localMachine.settings, memory_mb: 5000 } }
    expect(ids(job(attempt({ category: 'out-of-memory' })), small)).toEqual(['fewer-ranks'])
    expect(remediesOf(job(attempt({ category: 'out-of-memory' })), small)[0]?.resources.ranks).toBe(2)
  })

  test('cores become the number of pairs', () => {
    const text = 'Number of processes (4) in parallel calculation exceeds number of pairs (3)'
    const evidence: Evidence[] = [{ source: 'output', file: 'a', line: 1, text }]
    const [offer] = remediesOf(job(attempt({ category: 'too-many-cores', evidence })))
    expect(offer?.resources.ranks).toBe(3)
  })
})

describe('a remedy that did not help is not offered again', () => {
  test('nor where it was taken out of the queue once before it was tried', () => {
    const scf = { category: 'scf-not-converged' }
    const taken = { ...scf, category: null, outcome: 'cancelled', withdrawn: true, fix: 'scf-help' } as const
    expect(ids(job(attempt(scf), attempt(taken, 2), attempt({ ...scf, fix: 'scf-help' }, 3)))).toEqual(['scf-damping'])
  })

  test('when what it was to cure came back', () => {
    const first = attempt({ category: 'scf-not-converged' })
    const second = attempt({ category: 'scf-not-converged', fix: 'scf-help' }, 2)
    expect(ids(job(first, second))).toEqual(['scf-damping'])
    const third = attempt({ category: 'scf-not-converged', fix: 'scf-damping' }, 3)
    expect(ids(job(first, second, third))).toEqual([])
    expect(chooseFix(job(first, second, third), 'auto')).toMatchObject({
      ok: false,
      fault: { message: 'no remedy is left that may help' },
    })
  })

  test('it helped when something else came after, and it may help again', () => {
    const first = attempt({ category: 'crash-unknown' })
    const second = attempt({ category: 'scf-not-converged', fix: 'again' }, 2)
    const third = attempt({ category: 'crash-unknown', fix: 'scf-help' }, 3)
    expect(ids(job(first, second, third))).toEqual(['again'])
  })

  test('what was cancelled proves nothing', () => {
    const lost = attempt({ category: null, outcome: 'cancelled', fix: 'again' }, 2)
    expect(ids(job(attempt({ category: null, outcome: 'cancelled' }), lost))).toEqual(['continue', 'again'])
  })
})

describe('the command', () => {
  function stateOf(...attempts: readonly Attempt[]): State {
    const jobs = draftOf<Job>(emptyTable)
    jobs.set('r.j', job(...attempts))
    return { ...emptyState, jobs: jobs.done() }
  }
  const send = (state: State, fix: string | null, seen?: number) =>
    decide(state, {
      type: 'jobs.resubmit',
      jobs: ['r.j' as JobId],
      fix,
      ...(seen === undefined ? {} : { seen: { ['r.j' as JobId]: seen } }),
    })

  test('takes the likeliest, the named, or none', () => {
    const state = stateOf(attempt({ category: 'scf-not-converged' }))
    expect(send(state, null)).toMatchObject({ value: [{ fix: 'scf-help', attempt: 2, label: 'r.j.2' }] })
    expect(send(state, 'auto')).toMatchObject({ value: [{ fix: 'scf-help' }] })
    expect(send(state, 'scf-damping')).toMatchObject({ value: [{ input: { repairs: { scf: 'damp' } } }] })
    expect(send(state, 'none')).toMatchObject({ value: [{ fix: 'none', input: calculation }] })
  })

  test.each([
    ['auto', 'bad-input', 'only an edit of the input helps: why'],
    ['again', 'bad-input', 'only an edit of the input helps: why'],
    ['more-memory', 'crash-unknown', 'the remedy "more-memory" is not for it, or did not help; offered are again'],
    ['pray', 'crash-unknown', 'there is no remedy "pray"'],
  ])('refuses %s against %s', (fix, category, message) => {
    const refused = send(stateOf(attempt({ category })), fix)
    expect(refused).toMatchObject({ ok: false, fault: { message: `r.j is not resubmitted: ${message}` } })
  })

  test('the same again is always possible, for who wants it', () => {
    expect(send(stateOf(attempt({ category: 'bad-input' })), 'none')).toMatchObject({ value: [{ fix: 'none' }] })
  })

  test('sent by somebody who saw an older attempt it changes nothing', () => {
    const state = stateOf(attempt(), attempt({}, 2))
    expect(send(state, null, 1)).toEqual({ ok: true, value: [] })
    expect(send(state, 'none', 2)).toMatchObject({ value: [{ attempt: 3 }] })
  })
})
