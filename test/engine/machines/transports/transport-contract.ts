import { createHash, randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Session, Unreachable } from '../../../../electron/engine/machines/transports/transport.ts'
import { type ShLine, sh } from '../../../../shared/sh.ts'
import { NASTY_WORDS } from '../../../shared/nasty-words.ts'

const MEGABYTE = 1 << 20

/** What every transport promises. The same tests run over each; `folder` is an empty one on the machine. */
export function transportContract(open: () => Promise<{ readonly session: Session; readonly folder: string }>): void {
  let session: Session
  let folder: string
  beforeAll(async () => {
    ;({ session, folder } = await open())
  })
  afterAll(() => session?.close())

  test.each([0, 1, 3, 126, 255])('exit status %i is an answer', async status => {
    const printed = await session.exec(sh`echo out; echo err >&2; exit ${status}`)
    expect(printed).toEqual({ exit: status, out: 'out\n', err: 'err\n' })
  })

  test('a command that has ended is held by nothing that lives on', async () => {
    const { signal } = new AbortController()
    const held = () => [session.lost, signal].map(of => getEventListeners(of, 'abort').length)
    const before = held()
    for (let i = 0; i < 5; i++) await session.exec(sh`exit ${i}`, { signal })
    expect(held()).toEqual(before)
  })

  test('a missing program is an answer', async () => {
    const printed = await session.exec(sh`no-such-program`)
    expect(printed.exit).toBe(127)
    expect(printed.err).toContain('no-such-program')
  })

  test('death by a signal is never success', async () => {
    const printed = await session.exec(sh`echo before; kill -KILL $$`)
    expect(printed).toMatchObject({ exit: 137, out: 'before\n' })
  })

  test('every word arrives unchanged', async () => {
    const printed = await session.exec(sh`for w in ${NASTY_WORDS}; do printf '%s\\0' "$w"; done`)
    expect(printed.out.split('\0').slice(0, -1)).toEqual(NASTY_WORDS)
  })

  test('a script of several lines runs as one', async () => {
    const script: ShLine = { sh: 'x=1\nif [ "$x" = 1 ]; then\n  echo "it\'s one"\nfi' }
    expect((await session.exec(script)).out).toBe("it's one\n")
  })

  test('without input a command reads an empty one', async () => {
    expect(await session.exec(sh`cat; echo end`)).toEqual({ exit: 0, out: 'end\n', err: '' })
  })

  test('text goes in', async () => {
    expect((await session.exec(sh`cat`, { stdin: 'Größe µ 水\n' })).out).toBe('Größe µ 水\n')
  })

  test('megabytes go in and out unchanged', async () => {
    const bytes = randomBytes(5 * MEGABYTE + 17)
    const input = Readable.from(pieces(bytes, 60_000))
    const { out, done } = session.stream(sh`cat`, { stdin: input })
    expect(sha256(await all(out))).toBe(sha256(bytes))
    expect(await done).toMatchObject({ exit: 0, err: '' })
  })

  test('megabytes on both outputs at once do not block each other', async () => {
    const line = sh`head -c ${3 * MEGABYTE} /dev/zero >&2 & head -c ${3 * MEGABYTE} /dev/zero; wait`
    const { out, done } = session.stream(line)
    expect((await all(out)).length).toBe(3 * MEGABYTE)
    expect((await done).exit).toBe(0)
  })

  test('a slow reader gets everything', async () => {
    const { out, done } = session.stream(sh`head -c ${2 * MEGABYTE} /dev/zero`)
    let bytes = 0
    for await (const chunk of out as AsyncIterable<Buffer>) {
      bytes += chunk.length
      await sleep(1)
    }
    expect(bytes).toBe(2 * MEGABYTE)
    expect((await done).exit).toBe(0)
  })

  test('a command that does not read its input still tells how it ended', async () => {
    const input = Readable.from(pieces(randomBytes(MEGABYTE), 60_000))
    expect((await session.exec(sh`exit 4`, { stdin: input })).exit).toBe(4)
  })

  test('an answer that is too long is a lost line, never a cut answer', async () => {
    const asked = session.exec(sh`head -c 100000 /dev/zero`, { maxBytes: 1000 })
    await expect(asked).rejects.toBeInstanceOf(Unreachable)
    expect((await session.exec(sh`echo still here`)).out).toBe('still here\n')
  })

  test('a command that is given up is lost, and its process ends', async () => {
    const given = new AbortController()
    const pidFile = `${folder}/pid`
    const asked = session.exec(sh`echo $$ > ${pidFile}; exec sleep 1000`, { signal: given.signal })
    asked.catch(() => {})
    const pid = await firstOutput(session, sh`cat ${pidFile}`)
    given.abort()
    await expect(asked).rejects.toBeInstanceOf(Unreachable)
    await firstOutput(session, sh`kill -0 ${pid} 2>/dev/null || echo gone`)
  })

  test('a command that was given up before is never begun', async () => {
    const begun = `${folder}/begun`
    const asked = session.exec(sh`echo begun > ${begun}`, { signal: AbortSignal.abort() })
    await expect(asked).rejects.toBeInstanceOf(Unreachable)
    await session.exec(sh`sleep 1`)
    expect((await session.exec(sh`cat ${begun} 2>/dev/null`)).out).toBe('')
  })

  test('eight commands at once get each its own answer', async () => {
    const asked = Array.from({ length: 8 }, (_, i) => session.exec(sh`cat; exit ${i}`, { stdin: `${i}` }))
    const printed = await Promise.all(asked)
    expect(printed).toEqual(printed.map((_, i) => ({ exit: i, out: `${i}`, err: '' })))
  })
}

/** Asks again until something is printed. */
async function firstOutput(session: Session, line: ShLine): Promise<string> {
  for (;;) {
    const { out } = await session.exec(line)
    if (out.trim() !== '') return out.trim()
    await sleep(50)
  }
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
