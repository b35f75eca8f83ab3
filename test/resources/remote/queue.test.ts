import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { schedulers } from '../../../shared/schedulers/index.ts'
import { until } from '../../until.ts'
import { type Box, isAlive, killOne, newBox, pidOf, SHELLS, type TestJob } from './box.ts'

/** A job that writes when it begins and ends, and ends when its file `go` is there. */
function gated(name: string, of: Partial<TestJob> = {}): TestJob {
  const wait = `while [ ! -e go ] && [ ! -e ../go.all ]; do sleep 0.02; done`
  return { label: `r1.${name}.1`, script: `echo "+${name}" >>"$LOG"; ${wait}; echo "-${name}" >>"$LOG"`, ...of }
}

function release(box: Box, name: string): void {
  writeFileSync(join(box.work, 'jobs', `r1.${name}.1`, 'go'), '')
}

const begun = (box: Box, name: string) => box.log().includes(`+${name}`)
const queue = async (box: Box) => {
  const listed = schedulers.direct.list.read({ ...(await box.call('queue')), err: '' })
  if (!listed.ok) throw new Error(listed.fault.message)
  return listed.value.entries.map(({ label, status }) => `${label} ${status}`)
}
/** Long enough for any waiting script to have looked at the queue once more, had it been its turn. */
const looks = (box: Box) => box.run('sleep', ['1'])

describe.each(SHELLS)('places on a machine (%s)', shell => {
  test('one core: in order, one after the other', async () => {
    const box = newBox(shell)
    const names = ['a', 'b', 'c', 'd']
    await box.start(...names.map(name => gated(name, { cores: 1 })))
    await until('the first begins', () => begun(box, 'a'))
    await looks(box)
    expect(box.log()).toEqual(['+a'])
    expect(await queue(box)).toEqual(['r1.a.1 running', 'r1.b.1 queued', 'r1.c.1 queued', 'r1.d.1 queued'])
    writeFileSync(join(box.work, 'jobs', 'go.all'), '')
    await until('all have ended', () => box.log().length === 8)
    expect(box.log()).toEqual(['+a', '-a', '+b', '-b', '+c', '-c', '+d', '-d'])
    await until('nothing is left', () => box.processes().length === 0)
    expect(await queue(box)).toEqual([])
    expect(readdirSync(join(box.work, 'queue'))).toEqual([])
  })

  test('two cores: two at a time, and the next when either ends', async () => {
    const box = newBox(shell)
    await box.start(...['a', 'b', 'c', 'd'].map(name => gated(name, { cores: 2 })))
    await until('two begin', () => box.log().length === 2)
    await looks(box)
    expect(box.log().toSorted()).toEqual(['+a', '+b'])
    release(box, 'b')
    await until('the third begins', () => begun(box, 'c'))
    expect(begun(box, 'd')).toBe(false)
    release(box, 'a')
    await until('the fourth begins', () => begun(box, 'd'))
    expect(
      box
        .log()
        .filter(line => line.startsWith('+'))
        .slice(2),
    ).toEqual(['+c', '+d'])
  })

  test('a job of two ranks waits for two cores, and nobody overtakes it', async () => {
    const box = newBox(shell)
    await box.start(gated('a', { cores: 2 }), gated('two', { cores: 2, ranks: 2 }), gated('c', { cores: 2 }))
    await until('the first begins', () => begun(box, 'a'))
    await looks(box)
    expect(box.log()).toEqual(['+a'])
    release(box, 'a')
    await until('the one of two ranks begins', () => begun(box, 'two'))
    await looks(box)
    expect(begun(box, 'c')).toBe(false)
    release(box, 'two')
    await until('the last begins', () => begun(box, 'c'))
  })

  test('a job of more ranks than there are cores runs alone, in its turn', async () => {
    const box = newBox(shell)
    await box.start(
      gated('a', { cores: 2 }),
      gated('b', { cores: 2 }),
      gated('big', { cores: 2, ranks: 9 }),
      gated('c', { cores: 2 }),
    )
    await until('two begin', () => box.log().length === 2)
    release(box, 'a')
    await until('one ends', () => box.log().includes('-a'))
    await looks(box)
    expect(begun(box, 'big')).toBe(false)
    release(box, 'b')
    await until('the big one begins', () => begun(box, 'big'))
    await looks(box)
    expect(begun(box, 'c')).toBe(false)
    release(box, 'big')
    await until('the last begins', () => begun(box, 'c'))
  })

  test('what is held does not begin and is passed over; let go, it comes last, and nothing runs beside it', async () => {
    const box = newBox(shell)
    const ids = await box.start(...['a', 'b', 'c', 'd'].map(name => gated(name, { cores: 1 })))
    await until('the first begins', () => begun(box, 'a'))
    const [a = '', b = '', c = ''] = ids
    const words = async (verb: string, ...of: readonly string[]) =>
      (await box.ask(verb, of)).map(({ word, fields: [id = ''] }) => `${word} ${'abcd'[ids.indexOf(id)]}`)
    // What runs is not held.
    expect(await words('keep', a, b, c, '1:2:3')).toEqual(['held b', 'held c'])
    expect(await words('keep', b)).toEqual(['held b'])
    expect(await queue(box)).toEqual(['r1.a.1 running', 'r1.b.1 held', 'r1.c.1 held', 'r1.d.1 queued'])
    release(box, 'a')
    await until('the last begins', () => begun(box, 'd'))
    expect(await words('release', b, c)).toEqual(['released b', 'released c'])
    await looks(box)
    expect(await queue(box)).toEqual(['r1.d.1 running', 'r1.b.1 queued', 'r1.c.1 queued'])
    writeFileSync(join(box.work, 'jobs', 'go.all'), '')
    await until('all have ended', () => box.log().length === 8)
    expect(box.log()).toEqual(['+a', '-a', '+d', '-d', '+b', '-b', '+c', '-c'])
    await until('nothing is left', () => box.processes().length === 0)
    expect(await queue(box)).toEqual([])
    expect(readdirSync(join(box.work, 'queue'))).toEqual([])
  })

  test('what a full disk lets be neither held nor withdrawn is a failure that says why', async () => {
    const box = newBox(shell)
    const ids = await box.start(...['a', 'b', 'c'].map(name => gated(name, { cores: 1 })))
    await until('the first begins', () => begun(box, 'a'))
    const [a = '', b = '', c = ''] = ids
    const onFullDisk = (...words: readonly string[]) =>
      box.run('sh', ['-c', `trap '' XFSZ; ulimit -f 0; exec sh "$0" "$@"`, box.agent, ...words])
    await box.ask('keep', [c])
    for (const words of [
      ['keep', b],
      ['withdraw', 'r1.b.1', b],
      ['withdraw', 'r1.c.1', c],
    ]) {
      expect(await onFullDisk(...words)).toMatchObject({
        exit: 1,
        out: '',
        err: expect.stringMatching(/File too large|I\/O error/),
      })
    }
    expect(await queue(box)).toEqual(['r1.a.1 running', 'r1.b.1 queued', 'r1.c.1 held'])
    // Of what has begun nothing is to be written, and of what is held nothing more.
    expect(await box.call('withdraw', ['r1.a.1', a])).toMatchObject({ exit: 0, out: '', err: '' })
    expect(await box.call('keep', [a, c])).toMatchObject({ exit: 0, out: `held\t${c}\n`, err: '' })
  })

  test('where the queue takes no ticket, as on a full disk, nothing is begun or let go, and it is said why', async () => {
    const box = newBox(shell)
    const [, b = ''] = await box.start(...['a', 'b'].map(name => gated(name, { cores: 1 })))
    await until('the first begins', () => begun(box, 'a'))
    await box.ask('keep', [b])
    await box.stage(gated('c', { cores: 1 }))
    // A link takes room in the folder that holds it: no other write need fail with it.
    box.shim(
      'ln',
      `case $* in */queue/*) echo "ln: $2: No space left on device" >&2; exit 1 ;; esac; exec "$REAL" "$@"`,
    )
    const [answer] = await box.ask('submit', ['r1.c.1'])
    expect(answer).toMatchObject({ fields: ['r1.c.1', '1'], complaint: expect.stringContaining('No space left') })
    expect(await box.call('release', [b])).toMatchObject({
      exit: 1,
      out: '',
      err: expect.stringContaining('No space left'),
    })
    expect(await queue(box)).toEqual(['r1.a.1 running', 'r1.b.1 held'])
    box.shim('ln', 'exec "$REAL" "$@"')
    expect(await box.call('release', [b])).toMatchObject({ exit: 0, out: `released\t${b}\n`, err: '' })
    writeFileSync(join(box.work, 'jobs', 'go.all'), '')
    await until('nothing is left', () => box.processes().length === 0)
    expect(box.log()).toEqual(['+a', '-a', '+b', '-b'])
    expect(await queue(box)).toEqual([])
    expect(readdirSync(join(box.work, 'queue'))).toEqual([])
  })

  test('a job that is held at the moment in which it would begin does the one or the other, as it was answered', async () => {
    const box = newBox(shell)
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const ids = await box.start(...names.map(name => gated(name, { cores: 6 })))
    const answers = await box.ask('keep', ids)
    const held = names.filter((_, n) => answers.some(({ fields: [id] }) => id === ids[n]))
    await until('the others begin', () => box.log().length === names.length - held.length)
    await looks(box)
    for (const name of names) expect(begun(box, name)).toBe(!held.includes(name))
  })

  test('one that is held can be ended', async () => {
    const box = newBox(shell)
    const [, b = ''] = await box.start(gated('a', { cores: 1 }), gated('b', { cores: 1 }))
    await until('the first begins', () => begun(box, 'a'))
    await box.ask('keep', [b])
    expect((await box.ask('end', [b])).map(({ word }) => word)).toEqual(['dead'])
    expect(await queue(box)).toEqual(['r1.a.1 running'])
  })

  test('what is withdrawn never begins, held or not, and what has begun is not', async () => {
    const box = newBox(shell)
    const ids = await box.start(...['a', 'b', 'c', 'd'].map(name => gated(name, { cores: 1 })))
    await until('the first begins', () => begun(box, 'a'))
    await box.ask('keep', [ids[2] ?? ''])
    const words = ['a', 'b', 'c'].flatMap((name, i) => [`r1.${name}.1`, ids[i] ?? ''])
    const withdrawn = ['b', 'c'].map(name => ({ word: 'withdrawn', fields: [`r1.${name}.1`] }))
    expect(await box.ask('withdraw', [...words, '../x', '1:2:3'])).toMatchObject(withdrawn)
    // Asked again, whose script is dead: the same, for nothing of it can begin.
    expect(await box.ask('withdraw', words)).toMatchObject(withdrawn)
    // Whoever did not get the answer is told by the queue, and theirs is no place.
    expect(await queue(box)).toEqual(['r1.a.1 running', 'r1.b.1 gone', 'r1.c.1 gone', 'r1.d.1 queued'])
    writeFileSync(join(box.work, 'jobs', 'go.all'), '')
    await until('all have ended', () => box.log().length === 4)
    expect(box.log()).toEqual(['+a', '-a', '+d', '-d'])
    await until('nothing is left', () => box.processes().length === 0)
    expect(await queue(box)).toEqual(['r1.b.1 gone', 'r1.c.1 gone'])
  })

  test('fifty short jobs: each once, in order', async () => {
    const box = newBox(shell)
    const names = Array.from({ length: 50 }, (_, i) => String(i).padStart(2, '0'))
    await box.start(
      ...names.map(name => ({ label: `r1.n${name}.1`, script: `echo ${name} >>"$LOG"; sleep 0.05`, cores: 1 })),
    )
    await until('all have ended', () => box.log().length >= 50)
    await until('nothing is left', () => box.processes().length === 0)
    expect(box.log()).toEqual(names)
  })

  test('a waiting script that is killed does not hold up those behind it, and its job never runs', async () => {
    const box = newBox(shell)
    const ids = await box.start(...['a', 'b', 'c', 'd'].map(name => gated(name, { cores: 1 })))
    await until('the first begins', () => begun(box, 'a'))
    killOne(pidOf(ids[1] ?? ''))
    killOne(pidOf(ids[2] ?? ''))
    await until('they are dead', () => !isAlive(pidOf(ids[1] ?? '')) && !isAlive(pidOf(ids[2] ?? '')))
    release(box, 'a')
    await until('the last begins', () => begun(box, 'd'))
    expect(await queue(box)).toEqual(['r1.d.1 running'])
    release(box, 'd')
    await until('nothing is left', () => box.processes().length === 0)
    expect(box.log()).toEqual(['+a', '-a', '+d', '-d'])
  })

  test('a job that is killed with all its processes gives its place back', async () => {
    const box = newBox(shell)
    await box.start(gated('a', { cores: 1 }), gated('b', { cores: 1 }))
    await until('the first begins', () => begun(box, 'a'))
    const waiting = (await ticketsOf(box)).get('r1.b.1')
    for (const pid of box.processes()) if (sessionOf(pid) !== waiting) killOne(pid)
    await until('the next begins', () => begun(box, 'b'))
  })

  test('tickets of an earlier boot, of strangers and of nobody are passed over', async () => {
    const box = newBox(shell)
    await box.call('probe')
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const tickets = [
      `${process.pid} ${start} another-boot 1 r1.x.1`,
      `${process.pid} 1 ${boot} 1 r1.y.1`,
      'garbage',
      '',
      `${process.pid} ${start} ${boot} lots r1.z.1`,
      `$(touch pwned) \`id\` ${boot} 1;2 ../../x`,
    ]
    for (const [i, ticket] of tickets.entries())
      writeFileSync(join(box.work, 'queue', String(i + 1).padStart(9, '0')), ticket === '' ? '' : `${ticket}\n`)
    await box.start(gated('a', { cores: 1 }))
    await until('it begins', () => begun(box, 'a'))
    expect(await queue(box)).toContain('r1.a.1 running')
    expect(await queue(box)).not.toContain('r1.x.1 queued')
    expect(readdirSync(box.work)).not.toContain('pwned')
  })

  test('ten machines-worth of callers at once: every job has its own place', async () => {
    const box = newBox(shell)
    const names = Array.from({ length: 10 }, (_, i) => `n${i}`)
    await box.stage(...names.map(name => ({ label: `r1.${name}.1`, script: `echo ${name} >>"$LOG"`, cores: 1 })))
    const ids = await Promise.all(names.map(async name => (await box.ask('submit', [`r1.${name}.1`]))[0]?.text))
    expect(new Set(ids).size).toBe(10)
    await until('all have ended', () => box.log().length === 10)
    expect(box.log().toSorted()).toEqual(names)
  })

  test('a waiting script that never gets its ticket goes away, and its job never runs', async () => {
    const box = newBox(shell)
    await box.stage(gated('a'))
    const { exit } = await box.call('hold', ['r1.a.1', '1', '1'])
    expect(exit).toBe(0)
    expect(box.log()).toEqual([])
    expect(box.read('jobs', 'r1.a.1', 'run.lock')).toBeNull()
  })

  test('where the queue cannot be written nothing is started', async () => {
    const box = newBox(shell)
    await box.stage(gated('a'))
    rmSync(join(box.work, 'queue'), { recursive: true })
    writeFileSync(join(box.work, 'queue'), 'no folder')
    const [answer] = await box.ask('submit', ['r1.a.1'])
    expect(answer).toMatchObject({ word: 'answered' })
    expect(answer?.fields[1]).not.toBe('0')
    await until('nothing is left', () => box.processes().length === 0)
    expect(box.log()).toEqual([])
  })
})

describe.each(SHELLS)('an end without a word (%s)', shell => {
  const entries = async (box: Box) => {
    const listed = schedulers.direct.list.read({ ...(await box.call('queue')), err: '' })
    if (!listed.ok) throw new Error(listed.fault.message)
    return listed.value.entries
  }

  test('a script that is killed keeps its place for as long as its program computes', async () => {
    const box = newBox(shell)
    const [id = ''] = await box.start(gated('a', { cores: 1 }), gated('b', { cores: 1 }))
    await until('the first begins', () => begun(box, 'a'))
    killOne(pidOf(id))
    await until('its script is gone', () => !isAlive(pidOf(id)))
    expect(await queue(box)).toEqual(['r1.a.1 running', 'r1.b.1 queued'])
    await looks(box)
    expect(begun(box, 'b')).toBe(false)
    release(box, 'a')
    await until('the next begins', () => begun(box, 'b'))
    expect(box.log()).toEqual(['+a', '-a', '+b'])
    const [ended] = await entries(box)
    expect(ended).toMatchObject({ label: 'r1.a.1', status: 'gone', end: { exit: null, cause: null } })
    expect(ended?.end?.text).toContain('its script was killed')
  })

  test('what waited or ran when the computer was restarted is known to be over', async () => {
    const box = newBox(shell)
    const ids = await box.start(gated('a', { cores: 1 }), gated('b', { cores: 1 }))
    await until('the first begins', () => begun(box, 'a'))
    for (const id of ids) killOne(pidOf(id))
    for (const pid of box.processes()) killOne(pid)
    await until('nothing is left', () => box.processes().length === 0)
    // As after another boot: a stranger may have the number by now.
    const folder = join(box.work, 'queue')
    for (const name of readdirSync(folder)) {
      const [, start = '', , ...rest] = readFileSync(join(folder, name), 'utf8').split(' ')
      writeFileSync(join(folder, name), [process.pid, start, 'another-boot', ...rest].join(' '))
    }
    const after = await entries(box)
    expect(after.map(({ label, status }) => `${label} ${status}`)).toEqual(['r1.a.1 gone', 'r1.b.1 gone'])
    expect(after.map(({ unbegun = false }) => unbegun)).toEqual([false, true])
    for (const { end } of after) {
      expect(end).toMatchObject({ cause: 'node-lost', final: true })
      expect(end?.text).toContain('the computer was restarted')
    }
    // They hold up nobody, and are still told of afterwards.
    await box.start(gated('c', { cores: 1 }))
    await until('a new one begins', () => begun(box, 'c'))
    expect((await entries(box)).map(({ label }) => label)).toEqual(['r1.a.1', 'r1.b.1', 'r1.c.1'])
  })
})

describe.each(SHELLS)('a folder that two hosts share (%s)', shell => {
  const entries = async (box: Box) => {
    const listed = schedulers.direct.list.read({ ...(await box.call('queue')), err: '' })
    if (!listed.ok) throw new Error(listed.fault.message)
    return listed.value.entries.map(({ label, unbegun = false }) => [label, unbegun])
  }
  /** The tickets as another host reads them: of a boot that is not its own. */
  const elsewhere = (box: Box, ids: readonly string[]) => {
    const folder = join(box.work, 'queue')
    for (const name of readdirSync(folder)) {
      const words = readFileSync(join(folder, name), 'utf8').split(' ')
      if (!ids.includes(words.slice(0, 3).join(':'))) continue
      writeFileSync(join(folder, name), [words[0], words[1], 'another-boot', ...words.slice(3)].join(' '))
    }
  }

  test('what waits on the other one and is said never to have begun never begins', async () => {
    const box = newBox(shell)
    const ids = await box.start(...['a', 'b', 'c'].map(name => gated(name, { cores: 1 })))
    await until('the first begins', () => begun(box, 'a'))
    await box.ask('keep', [ids[2] ?? ''])
    elsewhere(box, ids.slice(1))
    expect(await entries(box)).toEqual([
      ['r1.a.1', false],
      ['r1.b.1', true],
      ['r1.c.1', true],
    ])
    await until('their scripts go away', () => ids.slice(1).every(id => !isAlive(pidOf(id))))
    release(box, 'a')
    await until('nothing is left', () => box.processes().length === 0)
    expect(box.log()).toEqual(['+a', '-a'])
    expect(await entries(box)).toEqual([
      ['r1.b.1', true],
      ['r1.c.1', true],
    ])
  })

  test('what has taken its place there is not said never to have begun', async () => {
    const box = newBox(shell)
    const ids = await box.start(gated('a', { cores: 1 }), gated('b', { cores: 1 }))
    await until('the first begins', () => begun(box, 'a'))
    writeFileSync(join(box.work, 'jobs', 'r1.b.1', 'run.lock.turn'), 'begun\n')
    elsewhere(box, ids.slice(1))
    expect(await entries(box)).toEqual([
      ['r1.a.1', false],
      ['r1.b.1', false],
    ])
  })
})

async function ticketsOf(box: Box): Promise<ReadonlyMap<string, number>> {
  const listed = schedulers.direct.list.read({ ...(await box.call('queue')), err: '' })
  return new Map((listed.ok ? listed.value.entries : []).map(({ label, queue_id }) => [label, pidOf(queue_id)]))
}

function sessionOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])
  } catch {
    return 0
  }
}
