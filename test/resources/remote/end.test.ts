import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { localMachine } from '../../../shared/model/machine.ts'
import { schedulers } from '../../../shared/schedulers/index.ts'
import { which } from '../../setup/groups.mjs'
import { until } from '../../until.ts'
import { type Box, isAlive, killOne, newBox, pidOf, SHELLS } from './box.ts'

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
const startOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}
const a = 'r1.a.1'
const dead = async (box: Box, ...ids: readonly string[]) => {
  const read = schedulers.direct.cancel.read(await box.call('end', ids))
  if (!read.ok) throw new Error(read.fault.message)
  return read.value
}
/** Processes that wrote their number, by name. */
const pids = (box: Box) =>
  new Map(
    box.log().flatMap(line => (line.includes('=') ? [[line.split('=')[0], Number(line.split('=')[1])] as const] : [])),
  )

/** A process of somebody else. */
function stranger(...command: readonly string[]): number {
  const [program = 'sleep', ...args] = command.length > 0 ? command : ['sleep', '600']
  const child = spawn(program, args, { detached: true, stdio: 'ignore' })
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} did not start`)
  onTestFinished(() => killOne(pid))
  return pid
}

describe.each(SHELLS)('end (%s)', shell => {
  test('ends a waiting job before it runs, and then nothing is alive', async () => {
    const box = newBox(shell)
    const ids = await box.start(
      { label: a, script: 'echo a >>"$LOG"; sleep 600', cores: 1 },
      { label: 'r1.b.1', script: 'echo b >>"$LOG"', cores: 1 },
    )
    await until('the first runs', () => box.log().includes('a'))
    expect(await dead(box, ids[1] ?? '')).toEqual([ids[1]])
    expect(await dead(box, ids[0] ?? '')).toEqual([ids[0]])
    await until('nothing is left', () => box.processes().length === 0)
    expect(box.log()).toEqual(['a'])
    expect(box.report(a)).toMatchObject({ signal: 'TERM' })
    expect(box.report('r1.b.1')).toBeNull()
  })

  test('ends the whole session: one that ignores TERM, one in another group, one that closed everything', async () => {
    const box = newBox(shell)
    const [id = ''] = await box.start({
      label: a,
      script: `
        sh -c 'trap "" TERM; echo deaf=$$ >>"$LOG"; while :; do sleep 0.1; done' &
        perl -e 'setpgrp(0, 0); open(L, ">>", $ENV{LOG}); print L "apart=$$\\n"; close(L); sleep 600' &
        sh -c 'trap "" HUP; echo daemon=$$ >>"$LOG"; exec sleep 600' </dev/null >/dev/null 2>&1 &
        echo main=$$ >>"$LOG"
        wait`,
    })
    await until('all are there', () => pids(box).size === 4)
    const all = [...pids(box).values(), pidOf(id)]
    expect(all.every(isAlive)).toBe(true)
    expect(await dead(box, id)).toEqual([id])
    expect(all.filter(isAlive)).toEqual([])
    await until('nothing is left', () => box.processes().length === 0)
  })

  test('ends what is left when the leader itself was killed', async () => {
    const box = newBox(shell)
    const [id = ''] = await box.start({ label: a, script: 'echo left=$$ >>"$LOG"; exec sleep 600' })
    await until('it runs', () => pids(box).has('left'))
    killOne(pidOf(id))
    await until('the leader is dead', () => !isAlive(pidOf(id)))
    const left = pids(box).get('left') ?? 0
    expect(isAlive(left)).toBe(true)
    expect(await dead(box, id)).toEqual([id])
    expect(isAlive(left)).toBe(false)
  })

  test('many at once are asked together, and waited for once', async () => {
    const box = newBox(shell)
    const labels = ['r1.a.1', 'r1.b.1', 'r1.c.1', 'r1.d.1']
    const deaf = 'trap "" TERM; echo deaf=$$ >>"$LOG"; while :; do sleep 0.1; done'
    const ids = await box.start(...labels.map(label => ({ label, script: deaf, cores: 4 })))
    await until('all run', () => box.log().length === 4)
    // Of the calls of `date` one tells when the wait began; then it is asked until the time is over, once for all. A
    // job's own script, which may yet write its report, asks in another way.
    const clock = join(box.work, 'clock')
    writeFileSync(clock, '1000')
    box.shim(
      'date',
      `[ "$1" = +%s ] || exec ${which('date')} "$@"; n=$(cat '${clock}'); echo $((n + 1)) >'${clock}'; echo $n`,
    )
    expect((await dead(box, ...ids)).toSorted()).toEqual(ids.toSorted())
    expect(Number(box.read('clock'))).toBe(1000 + 1 + 5 + labels.length - 1)
    await until('nothing is left', () => box.processes().length === 0)
  })

  test('never a stranger who has its number now', async () => {
    const box = newBox(shell)
    const pid = stranger()
    const forged = `${pid}:1:${boot}`
    expect(await dead(box, forged)).toEqual([forged])
    expect(isAlive(pid)).toBe(true)
    const earlier = `${pid}:${startOf(pid)}:00000000-0000-0000-0000-000000000000`
    expect(await dead(box, earlier)).toEqual([earlier])
    expect(isAlive(pid)).toBe(true)
  })

  test('never what a stranger left behind in a session with its number', async () => {
    const box = newBox(shell)
    const file = join(box.work, 'left')
    const leader = stranger('sh', '-c', `sleep 600 & echo $! >'${file}'; sleep 0.1`)
    await until('its leader is gone', () => box.read('left') !== null && !isAlive(leader))
    const left = Number(box.read('left'))
    onTestFinished(() => killOne(left))
    const id = `${leader}:12345:${boot}`
    expect(await dead(box, id)).toEqual([id])
    expect(isAlive(left)).toBe(true)
  })

  test.each([
    '',
    '0:1:BOOT',
    '1:1:BOOT',
    '00:1:BOOT',
    '-1:1:BOOT',
    '4711',
    '4711:1',
    '4711::BOOT',
    'x:1:BOOT',
    '*:*:BOOT',
    '4711:1:BOOT:5',
    '$(id):1:BOOT',
    '12 34:1:BOOT',
  ])('says nothing about "%s", which names no job', async id => {
    const box = newBox(shell)
    const { exit, out } = await box.call('end', [id.replace('BOOT', boot)])
    expect({ exit, out }).toEqual({ exit: 0, out: '' })
  })
})

/** Where /proc tells nothing (macOS): the same script with another name for it, so that it asks ps. */
describe.each(SHELLS)('without /proc (%s)', shell => {
  function withoutProc(): Box {
    const box = newBox(shell)
    writeFileSync(box.agent, readFileSync(box.agent, 'utf8').replaceAll('/proc/', '/no-proc/'))
    return box
  }

  test('jobs are started, listed, run in order and ended, by ps', async () => {
    const box = withoutProc()
    const long = `sh -c 'trap "" TERM; echo deaf=$$ >>"$LOG"; while :; do sleep 0.1; done' & echo main=$$ >>"$LOG"; wait`
    const ids = await box.start(
      { label: a, script: long, cores: 1 },
      { label: 'r1.b.1', script: 'echo b >>"$LOG"', cores: 1 },
    )
    for (const id of ids)
      expect(schedulers.direct.submit.read({ exit: 0, out: id, err: '' }, localMachine.settings)).toEqual({
        ok: true,
        value: id,
      })
    await until('it runs', () => pids(box).size === 2)
    const listed = schedulers.direct.list.read(await box.call('queue'))
    expect(listed).toMatchObject({
      ok: true,
      value: {
        entries: [
          { label: a, queue_id: ids[0], status: 'running' },
          { label: 'r1.b.1', status: 'queued' },
        ],
      },
    })
    expect(await dead(box, ids[0] ?? '')).toEqual([ids[0]])
    expect([...pids(box).values()].filter(isAlive)).toEqual([])
    await until('the next runs', () => box.log().includes('b'))
    await until('nothing is left', () => box.processes().length === 0)
  })

  test('never a stranger', async () => {
    const box = withoutProc()
    const pid = stranger()
    const forged = `${pid}:Thu_Jan_1_00_00_00_1970:unknown`
    expect(await dead(box, forged)).toEqual([forged])
    expect(isAlive(pid)).toBe(true)
  })
})
