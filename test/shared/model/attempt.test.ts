import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type SingleFact, singleFacts, step } from '../../../shared/model/attempt.ts'
import type { AttemptFact } from '../../../shared/model/events.ts'
import type { Attempt, Outcome, PhaseName } from '../../../shared/model/job.ts'
import { AT, attemptOf, fact, ref, started } from './facts.ts'

/** Each fact once as it is first told (`same`), and where two can contradict each other, once differently. */
const FACTS: Readonly<Record<string, AttemptFact>> = {
  staged: fact.staged(),
  'staged elsewhere': fact.staged(ref(), '/other'),
  intended: fact.intended(),
  doubted: fact.doubted(),
  'doubted more': fact.doubted(ref(), 'another reason'),
  adopted: fact.adopted(),
  submitted: fact.submitted(),
  'submitted as another': fact.submitted(ref(), '99'),
  held: fact.waiting(ref(), { is: 'held', text: 'JobHeldUser' }),
  'in turn': fact.waiting(),
  'an end recorded': fact.recorded(ref(), { exit: 0, signal: 'KILL', cause: null, text: 'Slurm: FAILED' }),
  'none recorded': fact.recorded(),
  gone: fact.gone(),
  'not gone': fact.gone(ref(), null),
  running: fact.running(),
  ended: fact.ended(),
  'ended otherwise': fact.ended(ref(), 1),
  fetched: fact.fetched(),
  completed: fact.parsed(),
  failed: fact.parsed(ref(), 'failed'),
  timeout: fact.parsed(ref(), 'timeout'),
  'found cancelled': fact.parsed(ref(), 'cancelled'),
  refused: fact.refused(),
  lost: fact.lost(),
  wished: fact.wished(),
  cancelled: fact.cancelled(),
  withdrawn: fact.withdrawn(),
  reused: fact.reused(),
  'reused another': fact.reused(ref(), 'c2'),
}

const PHASES: Readonly<Record<PhaseName, true>> = {
  planned: true,
  staged: true,
  submitting: true,
  queued: true,
  running: true,
  ended: true,
  fetched: true,
  parsed: true,
}

/** The situation of an attempt: its phase, and all beside it that decides what may follow. */
function situation({ phase, outcome, cancel_wished }: Attempt): string {
  return [
    phase.is,
    'doubt' in phase && phase.doubt ? `(${phase.doubt.text})` : '',
    'queue_id' in phase && phase.queue_id === null ? 'unnamed' : '',
    'queue_id' in phase && phase.queue_id === '99' ? 'as 99' : '',
    'waiting' in phase && phase.waiting ? phase.waiting.is : '',
    'dir' in phase && phase.dir === '/other' ? 'elsewhere' : '',
    'exit' in phase && phase.exit === 1 ? 'otherwise' : '',
    'reused' in phase && phase.reused ? `reused ${phase.reused}` : '',
    outcome ?? '',
    cancel_wished ? '+wish' : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** Every situation that any facts in any order can lead to, from a new attempt on. */
function reachable(): ReadonlyMap<string, Attempt> {
  const found = new Map<string, Attempt>()
  const open = [attemptOf(started('a'))]
  for (let attempt = open.pop(); attempt; attempt = open.pop()) {
    const name = situation(attempt)
    if (found.has(name)) continue
    found.set(name, attempt)
    for (const each of Object.values(FACTS)) {
      const next = step(attempt, single(each), AT)
      if (next.is === 'changed') open.push(next.attempt)
    }
  }
  return found
}

function single(each: AttemptFact): SingleFact {
  const [only] = singleFacts(each)
  if (!only) throw new Error('a fact about nobody')
  return only
}

/**
 * The whole transition table. Under each situation: what changes it and into what, and after "=" what it knows already.
 * Everything else is forbidden. `unnamed`: a report came before the answer that names the job in the queue.
 */
const TABLE = `
planned
  staged: staged, staged elsewhere: staged elsewhere, refused: planned failed, adopted: queued
  reused: parsed reused c1 completed, reused another: parsed reused c2 completed
planned failed
  = refused
staged
  intended: submitting, refused: staged failed
  = staged
staged failed
  = staged, refused
submitting
  doubted: submitting (no answer), doubted more: submitting (another reason)
  submitted: queued, submitted as another: queued as 99, running: running unnamed
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  refused: submitting failed, lost: submitting lost
  = staged, intended
submitting (no answer)
  doubted more: submitting (another reason)
  submitted: queued, submitted as another: queued as 99, running: running unnamed
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  refused: submitting (no answer) failed, lost: submitting (no answer) lost
  = staged, intended, doubted
submitting failed
  submitted: queued, submitted as another: queued as 99, running: running unnamed
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  = staged, intended, refused
submitting lost
  submitted: queued, submitted as another: queued as 99, running: running unnamed
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  = staged, intended, lost
submitting (no answer) failed
  submitted: queued, submitted as another: queued as 99, running: running unnamed
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  = staged, intended, refused
submitting (no answer) lost
  submitted: queued, submitted as another: queued as 99, running: running unnamed
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  = staged, intended, lost
queued
  held: queued held, running: running, ended: ended, ended otherwise: ended otherwise, lost: queued lost
  withdrawn: queued cancelled
  = staged, intended, submitted, in turn
queued held
  in turn: queued, running: running, ended: ended, ended otherwise: ended otherwise, lost: queued held lost
  withdrawn: queued held cancelled
  = staged, intended, submitted, held
queued held lost
  running: running, ended: ended, ended otherwise: ended otherwise
  = staged, intended, submitted, lost
queued lost
  running: running, ended: ended, ended otherwise: ended otherwise
  = staged, intended, submitted, lost
running
  ended: ended, ended otherwise: ended otherwise, lost: running lost
  = staged, intended, submitted, running
running lost
  ended: ended, ended otherwise: ended otherwise
  = staged, intended, submitted, running, lost
running unnamed
  submitted: running, submitted as another: running as 99
  ended: ended unnamed, ended otherwise: ended unnamed otherwise, lost: running unnamed lost
  = staged, intended, running
running unnamed lost
  submitted: running lost, submitted as another: running as 99 lost
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  = staged, intended, running, lost
ended
  fetched: fetched
  = staged, intended, submitted, running, ended
ended unnamed
  submitted: ended, submitted as another: ended as 99, fetched: fetched unnamed
  = staged, intended, running, ended
fetched
  completed: parsed completed, failed: parsed failed, timeout: parsed timeout, found cancelled: parsed cancelled
  = staged, intended, submitted, running, ended, fetched
fetched unnamed
  submitted: fetched, submitted as another: fetched as 99
  completed: parsed unnamed completed, failed: parsed unnamed failed
  timeout: parsed unnamed timeout, found cancelled: parsed unnamed cancelled
  = staged, intended, running, ended, fetched
parsed completed
  = staged, intended, submitted, running, ended, fetched, completed, failed, timeout, found cancelled
parsed failed
  = staged, intended, submitted, running, ended, fetched, completed, failed, timeout, found cancelled
parsed timeout
  = staged, intended, submitted, running, ended, fetched, completed, failed, timeout, found cancelled
parsed cancelled
  = staged, intended, submitted, running, ended, fetched, completed, failed, timeout, found cancelled, cancelled
parsed unnamed completed
  submitted: parsed completed, submitted as another: parsed as 99 completed
  = staged, intended, running, ended, fetched, completed, failed, timeout, found cancelled
parsed unnamed failed
  submitted: parsed failed, submitted as another: parsed as 99 failed
  = staged, intended, running, ended, fetched, completed, failed, timeout, found cancelled
parsed unnamed timeout
  submitted: parsed timeout, submitted as another: parsed as 99 timeout
  = staged, intended, running, ended, fetched, completed, failed, timeout, found cancelled
parsed unnamed cancelled
  submitted: parsed cancelled, submitted as another: parsed as 99 cancelled
  = staged, intended, running, ended, fetched, completed, failed, timeout, found cancelled, cancelled
parsed reused c1 completed
  = reused

planned cancelled
  = cancelled
staged cancelled
  = staged, cancelled
submitting cancelled
  submitted: queued, submitted as another: queued as 99, running: running unnamed
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  = staged, intended, cancelled
submitting (no answer) cancelled
  submitted: queued, submitted as another: queued as 99, running: running unnamed
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  = staged, intended, cancelled
queued held cancelled
  running: running, ended: ended, ended otherwise: ended otherwise
  = staged, intended, submitted, cancelled, withdrawn
queued cancelled
  running: running, ended: ended, ended otherwise: ended otherwise
  = staged, intended, submitted, cancelled, withdrawn
running cancelled
  ended: ended, ended otherwise: ended otherwise
  = staged, intended, submitted, running, cancelled
running unnamed cancelled
  submitted: running cancelled, submitted as another: running as 99 cancelled
  ended: ended unnamed, ended otherwise: ended unnamed otherwise
  = staged, intended, running, cancelled
`

type Row = Readonly<Record<string, string>>

/** What is expected of every fact: the situation that it leads to, or `=`; what is not there is forbidden. */
function read(table: string): ReadonlyMap<string, Row> {
  const rows = new Map<string, Record<string, string>>()
  let row: Record<string, string> = {}
  for (const line of table.split('\n').filter(text => text.trim() !== '')) {
    if (!line.startsWith(' ')) {
      row = {}
      rows.set(line, row)
    } else if (line.startsWith('  = ')) {
      for (const word of line.slice(4).split(', ')) row[word] = '='
    } else {
      for (const cell of line.trim().split(', ')) {
        const [word = '', to = ''] = cell.split(': ')
        row[word] = to
      }
    }
  }
  return rows
}

const rows = read(TABLE)
const situations = reachable()

/** Whether nothing that comes now can be a wish any more: it has its outcome, or has ended. */
const isOver = (name: string) => !/^(planned|staged|submitting( \(.*\))?|queued( held)?|running( unnamed)?)$/.test(name)

/** The row of an attempt with a wish to cancel: as without, but the wish is known and may be fulfilled. */
function withWish(name: string): Row | undefined {
  const row = rows.get(name)
  if (!row) return undefined
  const wished = Object.entries(row).map(([word, to]) => [word, to === '=' ? '=' : `${to} +wish`])
  return {
    ...Object.fromEntries(wished),
    ...(name.startsWith('parsed reused') ? {} : { wished: '=' }),
    ...(isOver(name) ? {} : { cancelled: `${name} cancelled +wish` }),
  }
}

function withoutWish(name: string): Row | undefined {
  const row = rows.get(name)
  return row && (isOver(name) ? row : { ...row, wished: `${name} +wish` })
}

/** What a scheduler recorded, or does not know any more, changes nothing of what may follow; once it has ended that is known. */
function withRecord(name: string, row: Row): Row {
  const none = { 'none recorded': '=', 'not gone': '=' }
  if (/^(queued|running)/.test(name)) return { ...row, ...none, 'an end recorded': name, gone: name }
  if (/^(ended|fetched|parsed(?! reused))/.test(name)) return { ...row, ...none, 'an end recorded': '=', gone: '=' }
  return row
}

/** Told differently from the first time, an attempt differs in what it was told, not in what may follow. */
const told = [...situations].filter(([name]) => !/elsewhere|as 99|otherwise|another reason|reused c2/.test(name))

test.each(told)('%s', (name, attempt) => {
  const row = name.endsWith(' +wish') ? withWish(name.slice(0, -' +wish'.length)) : withoutWish(name)
  if (!row) throw new Error('the table has no row for it')
  const happened = Object.entries(FACTS).flatMap(([word, each]) => {
    const next = step(attempt, single(each), AT)
    if (next.is === 'forbidden') return []
    return [[word, next.is === 'known' ? '=' : situation(next.attempt)]]
  })
  expect(Object.fromEntries(happened)).toEqual(withRecord(name, row))
})

test('every row of the table can be reached', () => {
  const names = new Set([...situations.keys()].map(name => name.replace(/ \+wish$/, '')))
  for (const name of rows.keys()) expect(names).toContain(name)
})

test('every fact that the model knows, every phase and every outcome has its place in the table', () => {
  const source = readFileSync(new URL('../../../shared/model/attempt.ts', import.meta.url), 'utf8')
  const types = new Set([...source.matchAll(/case '([a-z]+\.[a-z]+)':/g)].map(([, type]) => type))
  expect(types.size).toBeGreaterThan(10)
  expect(new Set(Object.values(FACTS).map(({ type }) => type))).toEqual(types)
  const phases = new Set([...rows.keys()].map(name => name.split(' ')[0]))
  expect(phases).toEqual(new Set(Object.keys(PHASES)))
  const outcomes: Readonly<Record<Outcome, true>> = {
    completed: true,
    failed: true,
    timeout: true,
    cancelled: true,
    lost: true,
  }
  for (const outcome of Object.keys(outcomes)) expect([...rows.keys()].some(name => name.endsWith(outcome))).toBe(true)
})

test('a fact that is forbidden says what it does not follow', () => {
  const lost = situations.get('queued lost')
  if (!lost) throw new Error('not reachable')
  expect(step(lost, single(fact.refused()), AT)).toEqual({
    is: 'forbidden',
    why: 'jobs.refused does not follow queued, lost',
  })
})

test('what overturns a conclusion takes its reasons and evidence away', () => {
  for (const name of ['submitting failed', 'submitting lost', 'queued lost', 'running unnamed lost']) {
    const attempt = situations.get(name)
    if (!attempt) throw new Error(`${name} cannot be reached`)
    const next = step(attempt, single(fact.ended()), AT)
    expect(next).toMatchObject({
      is: 'changed',
      attempt: { outcome: null, category: null, reason: null, evidence: [{ source: 'report' }] },
    })
    // That it was taken for lost stays known.
    expect(next.is === 'changed' && next.attempt.was_lost).toBe(attempt.outcome === 'lost' ? true : undefined)
  }
})
