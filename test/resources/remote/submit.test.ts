import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Answer, readAnswers } from '../../../electron/engine/machines/remote-agent.ts'
import { agentScript } from '../../../electron/engine/machines/remote-scripts.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { schedulers } from '../../../shared/schedulers/index.ts'
import { until } from '../../until.ts'
import { type Box, newBox, SHELLS } from './box.ts'

const a = { label: 'r1.a.1', script: 'echo a >>"$LOG"' }
const b = { label: 'r1.b.1', script: 'echo b >>"$LOG"' }
const said = ({ word, fields, text }: Answer) => [word, ...fields, text].join(' ').trim()
const first = (answers: readonly Answer[]): Answer => {
  const [answer] = answers
  if (!answer) throw new Error('no answer')
  return answer
}
const ended = (box: Box, label = a.label) => until(`the end of ${label}`, () => box.report(label) !== null)

describe.each(SHELLS)('submit (%s)', shell => {
  test('answers with the id, and with the same id whenever it is asked again', async () => {
    const box = newBox(shell)
    await box.stage(a, b)
    const once = await box.ask('submit', [a.label, b.label])
    expect(once.map(({ word, fields }) => [word, ...fields])).toEqual([
      ['answered', a.label, '0'],
      ['answered', b.label, '0'],
    ])
    for (const { text } of once)
      expect(schedulers.direct.submit.read({ exit: 0, out: text, err: '' }, localMachine.settings).ok).toBe(true)
    await ended(box)
    await ended(box, b.label)
    expect(await box.ask('submit', [b.label, a.label])).toEqual(once.toReversed())
    expect(box.log().toSorted()).toEqual(['a', 'b'])
    expect(box.report(a.label)).toMatchObject({ queue_id: once[0]?.text })
  })

  test('ten callers at once: executed once, and all who know the id know the same', async () => {
    const box = newBox(shell)
    await box.stage(a)
    const answers = (await Promise.all(Array.from({ length: 10 }, () => box.ask('submit', [a.label])))).map(first)
    const ids = answers.filter(({ word }) => word === 'answered').map(({ text }) => text)
    expect(ids.length).toBeGreaterThan(0)
    expect(new Set(ids).size).toBe(1)
    for (const answer of answers.filter(({ word }) => word !== 'answered'))
      expect(said(answer)).toBe(`doubt ${a.label} another call is submitting it`)
    await ended(box)
    await until('every process has ended', () => box.processes().length === 0)
    expect(box.log()).toEqual(['a'])
    expect(existsSync(join(box.work, 'jobs', a.label, 'report.duplicate'))).toBe(false)
  })

  test('where a full disk takes no lock nothing is begun, and what was begun before is answered', async () => {
    const box = newBox(shell)
    await box.stage(a, b)
    const before = first(await box.ask('submit', [b.label]))
    const full = `trap '' XFSZ; ulimit -f 0; exec sh "$0" "$@"`
    const { out } = await box.run('sh', ['-c', full, box.agent, 'submit', a.label, b.label])
    const [mine, other] = readAnswers(out)
    expect(mine && said(mine)).toBe(`unbegun ${a.label} its lock could not be written`)
    expect(other).toEqual(before)
    expect(first(await box.ask('submit', [a.label])).word).toBe('answered')
    await ended(box)
    await ended(box, b.label)
    expect(box.log().toSorted()).toEqual(['a', 'b'])
  })

  test('a caller that is slow to submit is not overtaken, and answers in the end', async () => {
    const box = newBox(shell)
    await box.stage(a)
    const go = join(box.work, 'go')
    box.shim('setsid', `while [ ! -e '${go}' ]; do sleep 0.02; done; exec "$REAL" "$@"`)
    const slow = box.ask('submit', [a.label])
    await until('it has begun', () => existsSync(join(box.work, 'jobs', a.label, 'submit.lock')))
    for (let i = 0; i < 3; i++)
      expect(said(first(await box.ask('submit', [a.label])))).toBe(`doubt ${a.label} another call is submitting it`)
    writeFileSync(go, '')
    const answer = first(await slow)
    expect(answer.word).toBe('answered')
    expect(first(await box.ask('submit', [a.label]))).toEqual(answer)
    await ended(box)
    expect(box.log()).toEqual(['a'])
  })

  test('a refusal is kept, with the words of the scheduler, and never tried again', async () => {
    const box = newBox(shell)
    await box.stage(a)
    writeFileSync(
      join(box.work, 'jobs', a.label, 'submit.sh'),
      'echo tried >>"$LOG"; echo out; echo "sbatch: error: no such partition" >&2; exit 3',
    )
    for (let i = 0; i < 2; i++) {
      expect(await box.ask('submit', [a.label])).toEqual([
        { word: 'answered', fields: [a.label, '3'], text: 'out', complaint: 'sbatch: error: no such partition' },
      ])
    }
    expect(box.log()).toEqual(['tried'])
  })

  test('a submission that a signal ended is a doubt: it may have arrived', async () => {
    const box = newBox(shell)
    await box.stage(a)
    writeFileSync(join(box.work, 'jobs', a.label, 'submit.sh'), 'echo tried >>"$LOG"; exec sh -c \'kill -KILL $$\'')
    for (let i = 0; i < 2; i++) {
      const answer = first(await box.ask('submit', [a.label]))
      expect(answer.word).toBe('doubt')
      expect(answer.fields[1]).toMatch(/no answer was kept/)
    }
    expect(box.log()).toEqual(['tried'])
  })

  test('an answer of many lines, or of none, comes back as it was', async () => {
    const box = newBox(shell)
    await box.stage(a, b)
    writeFileSync(
      join(box.work, 'jobs', a.label, 'submit.sh'),
      `printf '** Welcome **\\n\\n| x\\n! y\\nanswered\\tz\\t0\\n17\\n'`,
    )
    writeFileSync(join(box.work, 'jobs', b.label, 'submit.sh'), ':')
    const answers = await box.ask('submit', [a.label, b.label])
    expect(answers.map(({ word, fields, text }) => [word, ...fields, text])).toEqual([
      ['answered', a.label, '0', '** Welcome **\n\n| x\n! y\nanswered\tz\t0\n17'],
      ['answered', b.label, '0', ''],
    ])
  })

  test('an answer that was cut anywhere is none: a doubt, and never a second try', async () => {
    const box = newBox(shell)
    await box.stage(a)
    writeFileSync(join(box.work, 'jobs', a.label, 'submit.sh'), 'echo tried >>"$LOG"; echo end; echo 4711; echo 12')
    const [whole] = await box.ask('submit', [a.label])
    expect(whole).toMatchObject({ word: 'answered', text: 'end\n4711\n12' })
    const kept = join(box.work, 'jobs', a.label, 'submit.out')
    const text = readFileSync(kept, 'utf8')
    for (let length = 0; length < text.length - 1; length += 3) {
      writeFileSync(kept, text.slice(0, length))
      expect(first(await box.ask('submit', [a.label])).word, JSON.stringify(text.slice(0, length))).toBe('doubt')
    }
    writeFileSync(kept, text)
    expect(await box.ask('submit', [a.label])).toEqual([whole])
    expect(box.log()).toEqual(['tried'])
  })

  test('what was never staged is missing, and what is no label is passed over', async () => {
    const box = newBox(shell)
    await box.stage(a)
    const answers = await box.ask('submit', ['../x', '', '-n', 'a b', '$(id)', 'new\nline', 'r1.none.1', '..', '.'])
    expect(answers.map(said)).toEqual(['missing r1.none.1'])
  })

  test('goes on when the connection drops, and a later call learns the id', async () => {
    const box = newBox(shell)
    await box.stage(a, b)
    const go = join(box.work, 'go')
    box.shim('setsid', `while [ ! -e '${go}' ]; do sleep 0.02; done; exec "$REAL" "$@"`)
    // Its own output is closed, and it is told of the hang-up, as by sshd.
    const call = box.run('sh', [
      '-c',
      `(sh "$0" submit ${a.label} ${b.label} & echo $! >"$1") | :`,
      box.agent,
      join(box.work, 'pid'),
    ])
    await until('it has begun', () => existsSync(join(box.work, 'jobs', a.label, 'submit.lock')))
    process.kill(Number(readFileSync(join(box.work, 'pid'), 'utf8')), 'SIGHUP')
    writeFileSync(go, '')
    await call
    await ended(box)
    await ended(box, b.label)
    const answers = await box.ask('submit', [a.label, b.label])
    expect(answers.map(({ word }) => word)).toEqual(['answered', 'answered'])
    expect(box.log().toSorted()).toEqual(['a', 'b']) // side by side, in whatever order
  })

  test('the job has the signals that a job usually has', async () => {
    const box = newBox(shell)
    await box.start({ label: a.label, script: `grep SigIgn /proc/self/status >>"$LOG"` })
    await ended(box)
    const ignored = BigInt(`0x${box.log()[0]?.split(/\s+/)[1]}`)
    const isIgnored = (signal: number) => ((ignored >> BigInt(signal - 1)) & 1n) === 1n
    expect({ PIPE: isIgnored(13), TERM: isIgnored(15), USR1: isIgnored(10), CHLD: isIgnored(17) }).toEqual({
      PIPE: false,
      TERM: false,
      USR1: false,
      CHLD: false,
    })
  })
})

describe.each(SHELLS)('a tombstone (%s)', shell => {
  test('beats every later submission', async () => {
    const box = newBox(shell)
    await box.stage(a)
    expect((await box.ask('cancel', [a.label])).map(said)).toEqual([`cancelled ${a.label}`])
    for (let i = 0; i < 2; i++) expect((await box.ask('submit', [a.label])).map(said)).toEqual([`cancelled ${a.label}`])
    expect((await box.ask('cancel', [a.label])).map(said)).toEqual([`cancelled ${a.label}`])
    expect(box.processes()).toEqual([])
    expect(box.log()).toEqual([])
  })

  test('stands before the files come', async () => {
    const box = newBox(shell)
    await box.call('probe')
    expect((await box.ask('cancel', [a.label])).map(said)).toEqual([`cancelled ${a.label}`])
    expect((await box.stage(a)).map(said)).toEqual([`conflict ${a.label}`])
    expect((await box.ask('submit', [a.label])).map(said)).toEqual([`cancelled ${a.label}`])
  })

  test('comes too late after a submission', async () => {
    const box = newBox(shell)
    const [id] = await box.start(a)
    expect((await box.ask('cancel', [a.label])).map(said)).toEqual([`taken ${a.label}`])
    expect((await box.ask('submit', [a.label])).map(({ word, text }) => [word, text])).toEqual([['answered', id]])
    await ended(box)
    expect(box.log()).toEqual(['a'])
  })

  test('and a submission at the same time: one of them, never both', async () => {
    for (let round = 0; round < 6; round++) {
      const box = newBox(shell)
      await box.stage(a)
      const [submitted, cancelled] = await Promise.all([box.ask('submit', [a.label]), box.ask('cancel', [a.label])])
      const words = `${first(submitted).word} ${first(cancelled).word}`
      expect(['answered taken', 'cancelled cancelled']).toContain(words)
      if (words === 'answered taken') await ended(box)
      expect(box.log()).toEqual(words === 'answered taken' ? ['a'] : [])
    }
  })
})

const script = await agentScript()

/** Dying there: whether it runs, and what the next call answers. `stage.unpacked` is in stage.test.ts. */
const DEATHS: Readonly<Record<string, { readonly runs: boolean; readonly next: 'answered' | 'doubt' }>> = {
  // Nobody had begun: the next call submits it.
  'submit.ready': { runs: true, next: 'answered' },
  // Whether it arrived cannot be told from here: never a second try. The queue and the reports tell.
  'submit.locked': { runs: false, next: 'doubt' },
  'submit.accepted': { runs: true, next: 'doubt' },
  'submit.kept': { runs: true, next: 'answered' },
  'direct.forked': { runs: false, next: 'doubt' },
  'direct.ticketed': { runs: true, next: 'doubt' },
}

test('every point at which the agent may die has its case', () => {
  const points = [...script.matchAll(/^\s*crash_point ([a-z.]+)$/gm)].map(([, name]) => name)
  expect(points.toSorted()).toEqual(['stage.unpacked', ...Object.keys(DEATHS)].toSorted())
})

describe.each(SHELLS)('killed on the machine (%s)', shell => {
  test.each(Object.entries(DEATHS))('at %s', async (point, { runs, next }) => {
    const box = newBox(shell)
    await box.stage(a)
    await box.call('submit', [a.label], { env: { LARMOR_CRASH_REMOTE: point } })
    if (runs && next === 'doubt') await ended(box)
    for (let i = 0; i < 3; i++) expect(first(await box.ask('submit', [a.label])).word).toBe(next)
    if (runs) await ended(box)
    else await until('nothing is left of it', () => box.processes().length === 0)
    expect(box.log()).toEqual(runs ? ['a'] : [])
    expect(first(await box.ask('cancel', [a.label])).word).toBe('taken')
    expect(box.log()).toEqual(runs ? ['a'] : [])
  })

  const points = Object.entries(DEATHS).filter(([point]) => point !== 'direct.forked') // its waiting script takes 10 s
  test.each(points)('at %s, then asked by ten at once', async (point, { runs, next }) => {
    const box = newBox(shell)
    await box.stage(a)
    await box.call('submit', [a.label], { env: { LARMOR_CRASH_REMOTE: point } })
    const words = (await Promise.all(Array.from({ length: 10 }, () => box.ask('submit', [a.label])))).map(
      answers => first(answers).word,
    )
    expect(words.filter(word => word !== 'doubt' && word !== next)).toEqual([])
    if (runs) await ended(box)
    await until('nothing of it lives', () => box.processes().length === 0)
    expect(box.log()).toEqual(runs ? ['a'] : [])
  })

  test('again and again before it had begun: it is not forgotten', async () => {
    const box = newBox(shell)
    await box.stage(a)
    for (let i = 0; i < 3; i++) {
      await box.run('rm', ['-rf', join(box.work, 'crashed.submit.ready')])
      await box.call('submit', [a.label], { env: { LARMOR_CRASH_REMOTE: 'submit.ready' } })
    }
    expect(first(await box.ask('submit', [a.label])).word).toBe('answered')
    await ended(box)
    expect(box.log()).toEqual(['a'])
  })
})
