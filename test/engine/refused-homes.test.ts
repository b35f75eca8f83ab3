import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, type TestContext, test } from 'vitest'
import { seal } from '../../electron/engine/store/seal.ts'
import { larmor, newHome } from './living/engine-process.ts'
import { blind, processesOf } from './living/processes.ts'

if (blind) console.warn(`skipped refused-homes.test.ts: ${blind}`)

/** A data folder that Larmor must leave as it is, and what it says of it. */
interface Refused {
  readonly why: string
  /** Makes it; where another path than the test's own is meant, returns that. */
  make(home: string): Promise<string | undefined>
  readonly says: string
  /** The state can be read all the same. */
  readonly readable?: boolean
}

const owner = {
  version: '0.1.0',
  started: '2026-01-02T03:04:05.678Z',
  socket: null,
  url: null,
  pid: 1,
  start: '1',
  boot_id: 'another-boot',
  pid_namespace: 'pid:[1]',
  host: `not-${hostname()}`,
  token: 'token',
}

const refused: readonly Refused[] = [
  {
    why: 'a folder that cannot be made',
    make: async () => '/proc/larmor',
    says: '/proc/larmor cannot be made',
    readable: true,
  },
  {
    why: 'a path with a line end in it',
    make: async home => `${home}\nand more`,
    says: 'holds a control character',
    readable: true,
  },
  {
    why: 'a file where the folder should be',
    async make(home) {
      await writeFile(home, 'a letter to my aunt')
      return undefined
    },
    says: 'is not a folder',
  },
  {
    why: "another computer's engine",
    async make(home) {
      await mkdir(home)
      await writeFile(join(home, 'engine.json'), `${JSON.stringify({ ...owner, home })}\n`)
      return undefined
    },
    says: `is in use by an engine on not-${hostname()}`,
    readable: true,
  },
  {
    why: 'a lock that cannot be read',
    async make(home) {
      await mkdir(home)
      await writeFile(join(home, 'engine.json'), '{"pid":')
      return undefined
    },
    says: 'it is not known whether an engine runs',
  },
  {
    why: 'a folder in the place of its lock',
    async make(home) {
      await mkdir(join(home, 'engine.json'), { recursive: true })
      return undefined
    },
    says: 'it is not known whether an engine runs',
  },
  {
    why: 'a journal of a newer Larmor',
    async make(home) {
      await mkdir(join(home, 'journal'), { recursive: true })
      const events = JSON.stringify([{ seq: 1, at: owner.started, v: 999, type: 'run.folded' }])
      await writeFile(join(home, 'journal', '00000001.jsonl'), `${seal('events', events)}\n`)
      return undefined
    },
    says: 'written by a newer Larmor',
  },
  {
    why: 'a damaged journal',
    async make(home) {
      await mkdir(join(home, 'journal'), { recursive: true })
      const line = seal('events', JSON.stringify([{ seq: 1, at: owner.started, v: 1, type: 'run.paused', run: 'r1' }]))
      await writeFile(join(home, 'journal', '00000001.jsonl'), `${line.replace('paused', 'Paused')}\n${line}\n`)
      return undefined
    },
    says: 'The journal is damaged at',
  },
  {
    why: 'a journal that lost all that it held',
    async make(home) {
      await mkdir(join(home, 'journal'), { recursive: true })
      await writeFile(join(home, 'journal', '00000001.jsonl'), '')
      await mkdir(join(home, 'runs', 'r1'), { recursive: true })
      return undefined
    },
    says: 'holds the files of a run',
  },
]

/** Every file under a folder with its content, and when it was changed. */
async function contentOf(folder: string): Promise<readonly unknown[]> {
  const about = await stat(folder).catch(() => null)
  if (about?.isFile()) return [await readFile(folder, 'utf8'), about.mtimeMs]
  const names = about ? await readdir(folder, { recursive: true }) : []
  return Promise.all(
    names.toSorted().map(async name => {
      const { mtimeMs, mode } = await stat(join(folder, name))
      const text = (await stat(join(folder, name))).isFile() ? await readFile(join(folder, name), 'utf8') : null
      return [name, mtimeMs, mode, text]
    }),
  )
}

describe.skipIf(blind)('nothing is started or changed in', () => {
  test.for(refused)('$why: exit 3, and a clear sentence', async ({ make, says, readable }, context: TestContext) => {
    const own = await newHome(context.onTestFinished)
    const home = (await make(own)) ?? own
    const script = join(dirname(own), 'a.sh')
    await writeFile(script, 'true\n')
    const before = await contentOf(home)

    for (const args of [
      ['run', script, '--program', 'command'],
      ['engine', 'start'],
      ['pause', 'r1'],
    ]) {
      const told = await larmor(home, [...args, '--json'])
      if (args[0] === 'pause' && readable) {
        expect([told.code, told.json()]).toMatchObject([4, { error: { code: 'not-found' } }])
        continue
      }
      expect([args, told.code, told.json()]).toMatchObject([
        args,
        3,
        { error: { code: 'not-now', message: expect.stringContaining(says) } },
      ])
      expect(told.err).toContain(`larmor: `)
      expect(told.err).toContain(says)
      expect(told.err).not.toMatch(/\bat .*\.js:\d+/)
    }
    const status = await larmor(home, ['status', '--json'])
    if (readable) expect([status.code, status.json()]).toMatchObject([0, { seq: 0, engine: 'none', runs: [] }])
    else expect([status.code, status.json()]).toMatchObject([3, { error: { code: 'not-now' } }])

    expect(await contentOf(home)).toEqual(before)
    expect(processesOf(home)).toEqual([])
  })
})
