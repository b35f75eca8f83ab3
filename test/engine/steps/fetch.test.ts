import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { type Header, pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { Unreachable } from '../../../electron/engine/machines/transports/index.ts'
import { decide } from '../../../shared/model/decide.ts'
import { orThrow } from '../../../shared/result.ts'
import { sha256 } from '../../resources/remote/box.ts'
import { GRACE_S, jobOf, newWorld, RUN, type World } from './world.ts'

const label = `${RUN}.a.1`

/** A job that has ended, with its folder on the machine; nothing of it is here yet. */
async function ended(script = 'echo out') {
  const world = await newWorld('direct')
  await world.plan({ a: script, b: 'echo other' })
  for (const step of ['stage', 'intend', 'submit'] as const) await world.step(step)
  for (const key of ['a', 'b']) {
    for (let i = 0; i < 400 && world.attempt(key).phase.is !== 'ended'; i++) {
      await world.step('watch')
      await world.box.run('sleep', ['0.05'])
    }
    expect(world.attempt(key).phase.is).toBe('ended')
  }
  return world
}

type Entry = readonly [header: string | Partial<Header>, content?: string]

/** A stream that a machine may send, whoever made it. */
async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack()
  for (const [header, content = ''] of entries) {
    if (typeof header === 'string') tar.entry({ name: header }, content)
    else tar.entry(header as Header)
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const sums = (...files: readonly (readonly [name: string, text: string])[]) =>
  files.map(([name, text]) => `${sha256(text)}  ./${name}\n`).join('')

/** The world with a machine that answers `pack` with this stream, once; afterwards with the truth. */
function sending(
  world: World,
  stream: Buffer,
  printed = { exit: 0, out: '', err: '' } as { exit: number | null; out: string; err: string },
): World {
  let sent = false
  const { agent } = world.here
  const here = {
    ...world.here,
    agent: {
      ...agent,
      pack(...asked: Parameters<typeof agent.pack>) {
        if (sent) return agent.pack(...asked)
        sent = true
        return { out: Readable.from([stream]).pipe(new PassThrough()), done: Promise.resolve(printed) }
      },
    },
  }
  world.here = here
  return world
}

const homeOf = (world: World) => join(world.here.folderOf(jobOf(world, 'a')), '..', '..', '..', '..')
const everything = (folder: string) =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted() : []

describe('fetch', () => {
  test('brings home what came out, whole, into readable folders', async () => {
    const world = await ended('echo out; echo err >&2; printf "a\\000b" >binary')
    await world.step('fetch')
    const { phase } = world.attempt('a')
    if (phase.is !== 'fetched') throw new Error(phase.is)
    const names = phase.files.map(({ name }) => name)
    for (const name of ['output.txt', 'stderr.txt', 'binary', 'report.ended', 'run.sh']) expect(names).toContain(name)
    const folder = world.here.folderOf(jobOf(world, 'a'))
    for (const { name, sha256: sum, bytes } of phase.files) {
      const content = readFileSync(join(folder, name))
      expect([sha256(content), content.length]).toEqual([sum, bytes])
      expect(await world.here.blobs.has({ sha256: sum, bytes })).toBe(true)
    }
    expect(readFileSync(join(folder, 'binary'))).toEqual(Buffer.from('a\0b'))
    expect(everything(join(folder, '..', '..')).filter(name => name.includes('.part'))).toEqual([])
  })

  test('an output that was packed after its end is read as well', async () => {
    const world = await ended('echo read me')
    const folder = join(world.box.work, 'jobs', label)
    await world.box.run('gzip', [join(folder, 'output.txt')])
    await world.step('fetch')
    const lines: string[] = []
    const { program } = world.here
    world.here.program = id => ({
      ...program(id),
      reader: input => ({
        ...program(id).reader(input),
        lines: (batch, file) => void lines.push(...batch.map(text => `${file}: ${text}`)),
      }),
    })
    await world.step('parse')
    expect(lines).toContain('output.txt.gz: read me')
    expect(world.attempt('a').outcome).toBe('completed')
  })

  test('twice brings the same', async () => {
    const world = await ended()
    const events = world.state
    await world.step('fetch')
    const once = world.attempt('a').phase
    world.state = events
    await world.step('fetch')
    expect(world.attempt('a').phase).toEqual(once)
  })

  const good: readonly Entry[] = [
    [`${label}/fetch.sha256`, sums(['output.txt', 'out\n'])],
    [`${label}/output.txt`, 'out\n'],
  ]

  test.each<readonly [string, readonly Entry[]]>([
    [
      'a path that climbs out',
      [
        ['../../escaped', 'x'],
        [`${label}/../../escaped`, 'x'],
        [`${label}/../b/escaped`, 'x'],
      ],
    ],
    [
      'an absolute path',
      [
        ['/tmp/larmor-escaped', 'x'],
        [`/${label}/escaped`, 'x'],
      ],
    ],
    ['a folder inside', [[`${label}/sub/escaped`, 'x'], [{ name: `${label}/sub`, type: 'directory' }]]],
    [
      'links',
      [
        [{ name: `${label}/escaped`, type: 'symlink', linkname: '/etc/passwd' }],
        [{ name: `${label}/escaped2`, type: 'link', linkname: '/etc/passwd' }],
      ],
    ],
    [
      'a link, and then a file through it',
      [
        [{ name: `${label}/dir`, type: 'symlink', linkname: '/tmp' }],
        [`${label}/dir/escaped`, 'x'],
        [{ name: `${label}/same`, type: 'symlink', linkname: '/tmp/larmor-escaped' }],
        [`${label}/same`, 'x'],
      ],
    ],
    [
      'devices and pipes',
      [[{ name: `${label}/escaped`, type: 'fifo' }], [{ name: `${label}/escaped2`, type: 'character-device' }]],
    ],
    [
      'names that no output has',
      [
        [`${label}/.escaped`, 'x'],
        [`${label}/-escaped`, 'x'],
        [`${label}/escaped\n`, 'x'],
        [`${label}/esc\\aped`, 'x'],
        [`${label}/..`, 'x'],
        [`${label}/`, 'x'],
        [label, 'x'],
      ],
    ],
    [
      'a job that was not asked for',
      [
        [`${RUN}.other.1/escaped`, 'x'],
        [`__proto__/escaped`, 'x'],
      ],
    ],
  ])('keeps %s out', async (_, hostile) => {
    const world = sending(await ended(), await tarOf([...hostile, ...good, ...hostile]))
    const before = everything(join(homeOf(world), '..')).filter(name => !name.startsWith('home/blobs'))
    await world.step('fetch')
    const { phase } = world.attempt('a')
    if (phase.is !== 'fetched') throw new Error(phase.is)
    expect(phase.files.map(({ name }) => name)).toEqual(['output.txt'])
    const after = everything(join(homeOf(world), '..')).filter(name => !name.startsWith('home/blobs'))
    const made = after.filter(name => !before.includes(name))
    expect(made.filter(name => /escaped|same|dir$/.test(name))).toEqual([])
    expect(existsSync('/tmp/larmor-escaped')).toBe(false)
    for (const name of made) expect(name).toMatch(/^home\/(blobs|runs)/)
  })

  test.each<readonly [string, readonly Entry[]]>([
    ['without sums', [[`${label}/output.txt`, 'out\n']]],
    [
      'whose sums name a file that did not come',
      [
        [`${label}/fetch.sha256`, sums(['output.txt', 'out\n'], ['more.txt', 'x'])],
        [`${label}/output.txt`, 'out\n'],
      ],
    ],
    [
      'with a wrong sum',
      [
        [`${label}/fetch.sha256`, sums(['output.txt', 'other\n'])],
        [`${label}/output.txt`, 'out\n'],
      ],
    ],
    [
      'with one wrong of two',
      [
        [`${label}/fetch.sha256`, sums(['good.txt', 'x'], ['output.txt', 'other\n'])],
        [`${label}/good.txt`, 'x'],
        [`${label}/output.txt`, 'out\n'],
      ],
    ],
    [
      'with two sums for one file',
      [
        [`${label}/fetch.sha256`, sums(['output.txt', 'out\n'], ['output.txt', 'other\n'])],
        [`${label}/output.txt`, 'out\n'],
      ],
    ],
  ])('a stream %s leads to no fact, and it is fetched again', async (_, entries) => {
    const world = sending(await ended(), await tarOf(entries))
    await world.step('fetch')
    expect(world.attempt('a').phase.is).toBe('ended')
    expect(existsSync(world.here.folderOf(jobOf(world, 'a')))).toBe(false)
    const blobs = everything(join(homeOf(world), 'blobs')).map(path => path.replace('/', ''))
    expect(blobs).not.toContain(sha256('out\n'))
    await world.step('fetch')
    expect(world.attempt('a').phase.is).toBe('fetched')
  })

  test('a stream that is cut anywhere is a lost line, never half a result', async () => {
    const world = await ended()
    const whole = await tarOf(good)
    for (const at of [0, 1, 511, 512, 513, 1000, 1024, 1200, 1536, 1540]) {
      sending(world, whole.subarray(0, at), { exit: null, out: '', err: '' })
      await expect(world.step('fetch')).rejects.toThrow(Error)
      expect(world.attempt('a').phase.is).toBe('ended')
    }
    await world.step('fetch')
    expect(world.attempt('a').phase.is).toBe('fetched')
  })

  test('a machine that fails is out of reach, not without results', async () => {
    const world = sending(await ended(), await tarOf([]), { exit: 2, out: '', err: 'tar: no space' })
    await expect(world.step('fetch')).rejects.toThrow(Unreachable)
    expect(world.attempt('a').phase.is).toBe('ended')
  })

  test('while the disk of the machine is full nothing is concluded, and with room all of it comes', async () => {
    const world = await ended()
    const full = join(world.box.work, 'full')
    writeFileSync(full, '')
    world.box.shim(
      'cat',
      `if [ -e '${full}' ]; then echo 'cat: write error: No space left on device' >&2; exit 1; fi; exec "$REAL" "$@"`,
    )
    for (let times = 0; times < 2; times++) {
      await expect(world.step('fetch')).rejects.toMatchObject({
        name: 'Unreachable',
        message: expect.stringContaining('No space left on device'),
        hint: expect.stringContaining('larmor clean'),
      })
      expect(world.attempt('a').phase.is).toBe('ended')
      world.pass(GRACE_S + 1)
    }
    rmSync(full)
    await world.step('fetch')
    expect(world.attempt('a').phase).toMatchObject({
      is: 'fetched',
      files: expect.arrayContaining([expect.anything()]),
    })
  })

  test('one job whose files are wrong does not keep the others', async () => {
    const world = await ended()
    const other = `${RUN}.b.1`
    sending(
      world,
      await tarOf([
        [`${label}/fetch.sha256`, sums(['output.txt', 'wrong\n'])],
        [`${label}/output.txt`, 'out\n'],
        [`${other}/fetch.sha256`, sums(['output.txt', 'other\n'])],
        [`${other}/output.txt`, 'other\n'],
      ]),
    )
    await world.step('fetch')
    expect(world.attempt('a').phase.is).toBe('ended')
    expect(world.attempt('b').phase.is).toBe('fetched')
  })

  test('what an earlier try left behind is no part of the result', async () => {
    const world = await ended()
    const arrivals = join(world.here.folderOf(jobOf(world, 'a')), '..', `.${label}.part`)
    mkdirSync(arrivals, { recursive: true })
    writeFileSync(join(arrivals, 'stale.txt'), 'stale')
    sending(
      world,
      await tarOf([
        [`${label}/fetch.sha256`, sums(['output.txt', 'out\n'], ['stale.txt', 'stale'])],
        [`${label}/output.txt`, 'out\n'],
      ]),
    )
    await world.step('fetch')
    expect(world.attempt('a').phase.is).toBe('ended')
  })

  test('a folder that is not on the machine is waited for, and then its result is one without files, which says so', async () => {
    const world = await ended()
    const folder = join(world.box.work, 'jobs', label)
    renameSync(folder, `${folder}.moved`)
    // That it was absent from its queue for long before it was known to have ended shortens nothing.
    world.here.absentFor(world.attempt('a').label)
    world.pass(GRACE_S + 1)
    await world.step('fetch')
    expect(world.attempt('a').phase.is).toBe('ended')
    world.pass(GRACE_S + 1)
    await world.step('fetch')
    expect(world.attempt('a').phase).toMatchObject({ is: 'fetched', files: [] })
    await world.step('parse')
    expect(world.attempt('a')).toMatchObject({
      outcome: 'completed',
      warning: expect.stringMatching(/not fetched, none at all: its folder is gone/),
    })
  })

  test('a folder that was away for a while is fetched', async () => {
    const world = await ended()
    const folder = join(world.box.work, 'jobs', label)
    renameSync(folder, `${folder}.moved`)
    await world.step('fetch')
    renameSync(`${folder}.moved`, folder)
    await world.step('fetch')
    expect(world.attempt('a').phase).toMatchObject({
      is: 'fetched',
      files: expect.arrayContaining([expect.anything()]),
    })
  })

  test('what goes on being written is kept as it was read once it was tried often enough, and that is said', async () => {
    const world = await ended('echo out; echo begun >growing')
    const folder = join(world.box.work, 'jobs', label)
    world.box.shim('tar', `echo more >>'${join(folder, 'growing')}'; exec "$REAL" "$@"`)
    await world.step('fetch')
    expect(world.attempt('a').phase.is).toBe('ended')
    world.here.takesAsRead = () => true
    await world.step('fetch')
    const { phase } = world.attempt('a')
    if (phase.is !== 'fetched') throw new Error(phase.is)
    expect(phase.unsettled).toEqual(['growing'])
    expect(readFileSync(join(world.here.folderOf(jobOf(world, 'a')), 'growing'), 'utf8')).toBe('begun\nmore\nmore\n')
    expect(phase.files.map(({ name }) => name)).toEqual(expect.arrayContaining(['growing', 'output.txt']))
    await world.step('parse')
    expect(world.attempt('a')).toMatchObject({
      outcome: 'completed',
      warning: expect.stringMatching(/still being written.*growing/),
      evidence: expect.arrayContaining([
        expect.objectContaining({ text: expect.stringMatching(/still being written.*growing/) }),
      ]),
    })
    // What is here of it may be less than there: its folder stays.
    world.tell(...orThrow(decide(world.state, { type: 'jobs.clean', jobs: [jobOf(world, 'a').id] })))
    await world.step('clean')
    expect(existsSync(folder)).toBe(true)
    expect(world.attempt('a').clean).toMatchObject({
      done: false,
      kept: [expect.stringMatching(/growing .*still being written/)],
    })
  })

  test('what merely arrives other than its sum says is no file that is being written, however often it was tried', async () => {
    const world = await ended()
    const wrong = await tarOf([
      [`${label}/fetch.sha256`, sums(['output.txt', 'other\n'])],
      [`${label}/output.txt`, 'out\n'],
    ])
    world.here.takesAsRead = () => true
    for (let times = 0; times < 3; times++) {
      sending(world, wrong)
      await world.step('fetch')
      expect(world.attempt('a').phase.is).toBe('ended')
    }
  })

  test('a file that goes away while it is fetched holds up no other job, and in the end not its own', async () => {
    const world = await ended('echo out; echo 1 >coming')
    const coming = join(world.box.work, 'jobs', label, 'coming')
    world.box.shim(
      'tar',
      `echo 1 >>'${coming}.last'; mv '${coming}' '${coming}.gone' 2>/dev/null; "$REAL" "$@"; code=$?; cat '${coming}.last' >'${coming}'; exit $code`,
    )
    await world.step('fetch')
    expect(world.attempt('b').phase.is).toBe('fetched')
    expect(world.attempt('a').phase.is).toBe('ended')
    world.here.takesAsRead = () => true
    await world.step('fetch')
    await world.step('fetch')
    const { phase } = world.attempt('a')
    if (phase.is !== 'fetched') throw new Error(phase.is)
    expect(phase.unsettled).toContain('coming')
    expect(phase.files.map(({ name }) => name)).not.toContain('coming')
  })
})
