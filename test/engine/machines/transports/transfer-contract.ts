import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testMachine } from '../../../../electron/engine/machines/machine-test.ts'
import { installAgent, type RemoteAgent } from '../../../../electron/engine/machines/remote-agent.ts'
import { type Session, Unreachable } from '../../../../electron/engine/machines/transports/index.ts'
import { receive } from '../../../../electron/engine/steps/receive.ts'
import type { Label } from '../../../../shared/ids.ts'
import { localMachine } from '../../../../shared/model/machine.ts'
import { sh } from '../../../../shared/sh.ts'
import { type Sshd, startSshd } from '../../../testbed/sshd.ts'

const MEGABYTE = 1 << 20
const BIG = 48 * MEGABYTE
/** Beside the contents of files: their names in the tar stream, and the sums. */
const LITTLE = 200_000

/** Machines by the tools that they lack. */
const MACHINES: readonly { readonly lacking: readonly string[] }[] = [
  [],
  ['tar'],
  ['tar', 'sha256sum'],
  ['tar', 'sha256sum', 'shasum'],
  ['tar', 'sha256sum', 'shasum', 'openssl'],
].map(lacking => ({ lacking }))

/** What every way to a machine promises of files: the same tests over each, for machines with tar and without. */
export function transferContract(open: (sshd: Sshd) => Promise<Session>): void {
  describe.each(MACHINES.slice(0, 2))('files to and from a machine without $lacking', ({ lacking }) => {
    const here = mkdtempSync(join(tmpdir(), 'larmor-transfer-'))
    let sshd: Sshd
    let session: Session
    let agent: RemoteAgent
    beforeAll(async () => {
      sshd = await startSshd({ env: { PATH: toolsWithout(here, lacking) } })
      await connect()
    })
    afterAll(async () => {
      await session?.close()
      await sshd?.stop()
      rmSync(here, { recursive: true, force: true })
    })

    async function connect(): Promise<void> {
      session = await open(sshd)
      agent = await installAgent(session, `${sshd.work}/it's a "work" folder`, [])
      expect(agent.probe.lacks).toEqual(lacking)
    }
    const jobs = () => join(agent.work, 'jobs')
    /** A job's folder there, with a big file in it that it has written. */
    async function ended(label: Label): Promise<void> {
      await agent.stage(tarOf(label, { 'run.sh': 'echo' }))
      await session.exec(sh`head -c ${BIG} /dev/urandom > ${join(jobs(), label, 'big.out')}`)
    }

    test('files go up, are verified and renamed; twice is the same; what is damaged is told', async () => {
      const bytes = randomBytes(3 * MEGABYTE)
      const files = { 'in put.bin': bytes, empty: '' }
      const label = 'r1.up.1' as Label
      for (const _ of [1, 2])
        expect(await agent.stage(tarOf(label, files))).toMatchObject([{ word: 'staged', fields: [label] }])
      expect(readFileSync(join(jobs(), label, 'in put.bin')).equals(bytes)).toBe(true)
      expect(statSync(join(jobs(), label, 'in put.bin')).mode & 0o777).toBe(0o600)
      const wrong = `${'0'.repeat(64)}  in put.bin\n`
      const answers = await agent.stage(tarOf('r1.bad.1' as Label, { ...files, SHA256SUMS: wrong }))
      expect(answers).toMatchObject([{ word: 'bad' }])
      expect(readdirSync(join(agent.work, 'incoming'))).toEqual([])
    })

    test('what it lacks is told by its test', async () => {
      const { tested } = await testMachine(localMachine, session, agent, () => new Date().toISOString())
      const tools = tested.checks.find(({ name }) => name === 'tools')
      expect(tools).toMatchObject({ ok: true })
      expect(tools?.hint ?? '').toMatch(lacking.includes('tar') ? /by SFTP instead/ : /^$/)
    })

    test('what came out comes home, of several jobs at once; what is there is not sent again', async () => {
      const labels = ['r1.a.1', 'r1.b.1'] as Label[]
      for (const label of labels) {
        await agent.stage(tarOf(label, { 'run.sh': 'echo' }))
        await session.exec(
          sh`cd ${join(jobs(), label)}; printf %s ${label} > 'out put.txt'; : > empty; ln -s /etc link`,
        )
      }
      const folders = new Map([...labels, 'r1.none.1' as Label].map(label => [label, join(here, `whole ${label}`)]))
      let bytes = 0
      const count = (more: number) => {
        bytes += more
      }
      expect([...(await receive(agent, folders, count))]).toEqual(labels.map(label => [label, true]))
      for (const label of labels) {
        expect(readdirSync(folders.get(label) ?? '').toSorted()).toEqual(
          ['SHA256SUMS', 'empty', 'fetch.sha256', 'out put.txt', 'run.sh'].toSorted(),
        )
        expect(readFileSync(join(folders.get(label) ?? '', 'out put.txt'), 'utf8')).toBe(label)
      }
      // A file that changed there comes anew, whole, and nothing else does.
      await session.exec(sh`head -c ${MEGABYTE} /dev/zero > ${join(jobs(), labels[0] ?? '', 'out put.txt')}`)
      bytes = 0
      await receive(agent, folders, count)
      expect(bytes).toBeGreaterThanOrEqual(MEGABYTE)
      expect(bytes).toBeLessThan(MEGABYTE + LITTLE)
      expect(statSync(join(here, `whole ${labels[0]}`, 'out put.txt')).size).toBe(MEGABYTE)
    })

    test('a download that was cut goes on from where it was', async () => {
      const label = 'r1.cut.1' as Label
      await ended(label)
      const folders = new Map([[label, join(here, label)]])
      const file = join(here, label, 'big.out')
      await cutAt(BIG / 4, folders)
      const first = statSync(file).size
      expect(first).toBeGreaterThanOrEqual(BIG / 4 - LITTLE)
      expect(first).toBeLessThan(BIG)

      let bytes = 0
      await receive(agent, folders, more => {
        bytes += more
      })
      expect(bytes).toBeGreaterThanOrEqual(BIG - first)
      expect(bytes).toBeLessThan(BIG - first + LITTLE)
      expect(sha256(readFileSync(file))).toBe(sha256(readFileSync(join(jobs(), label, 'big.out'))))
    })

    test('a file that changed meanwhile comes anew, and is never mixed of two', async () => {
      const label = 'r1.changed.1' as Label
      await ended(label)
      const folders = new Map([[label, join(here, label)]])
      await cutAt(BIG / 4, folders)
      await session.exec(sh`head -c ${BIG + 1} /dev/urandom > ${join(jobs(), label, 'big.out')}`)
      let bytes = 0
      await receive(agent, folders, more => {
        bytes += more
      })
      expect(bytes).toBeGreaterThan(BIG)
      expect(sha256(readFileSync(join(here, label, 'big.out')))).toBe(
        sha256(readFileSync(join(jobs(), label, 'big.out'))),
      )
    })

    test('an upload that was cut leaves nothing that counts, and is made again', async () => {
      const label = 'r1.upload.1' as Label
      const bytes = randomBytes(BIG)
      let sent = 0
      const tar = tarOf(label, { big: bytes })
      tar.on('data', (chunk: Buffer) => {
        sent += chunk.length
        if (sent > BIG / 4 && !session.lost.aborted) sshd.cut()
      })
      await expect(agent.stage(tar)).rejects.toBeInstanceOf(Unreachable)
      await connect()
      expect(readdirSync(jobs())).not.toContain(label)
      expect(await agent.stage(tarOf(label, { big: bytes }))).toMatchObject([{ word: 'staged', fields: [label] }])
    })

    /** Receives, and kills the server once so many bytes have come; connects anew once it is there again. */
    async function cutAt(most: number, folders: ReadonlyMap<Label, string>): Promise<void> {
      let bytes = 0
      let cut = false
      const received = receive(agent, folders, more => {
        bytes += more
        if (bytes < most || cut) return
        cut = true
        sshd.cut()
      })
      await expect(received).rejects.toBeInstanceOf(Unreachable)
      await sshd.kill()
      await sshd.start()
      await connect()
    }
  })
}

/** On machines with ever fewer tools: one upload and one download. */
export function fewToolsContract(open: (sshd: Sshd) => Promise<Session>): void {
  test.each(MACHINES.slice(2))('a machine without $lacking moves files and verifies them', async ({ lacking }) => {
    const here = mkdtempSync(join(tmpdir(), 'larmor-transfer-'))
    const sshd = await startSshd({ env: { PATH: toolsWithout(here, lacking) } })
    try {
      const session = await open(sshd)
      const installed = installAgent(session, `${sshd.work}/larmor`, [])
      // Of the last tool this computer's own version may not know SHA-256 (coreutils 9.1): then nothing is left.
      if (lacking.length === 4 && (await session.exec(sh`cksum -a sha256 --untagged /dev/null`)).exit !== 0) {
        await expect(installed).rejects.toThrow('none of sha256sum, shasum, openssl')
        await expect(installed).rejects.toMatchObject({ hint: expect.stringContaining('Ask those who run it') })
        return
      }
      const agent = await installed
      const label = 'r1.a.1' as Label
      const wrong = { 'out put': 'x', SHA256SUMS: `${sha256('y')}  out put\n` }
      expect(await agent.stage(tarOf('r1.b.1' as Label, wrong))).toMatchObject([{ word: 'bad' }])
      expect(await agent.stage(tarOf(label, { 'out put': 'x' }))).toMatchObject([{ word: 'staged' }])
      const folder = join(here, 'arrived')
      await receive(agent, new Map([[label, folder]]), () => {})
      expect(readFileSync(join(folder, 'fetch.sha256'), 'utf8')).toContain(`${sha256('x')}  ./out put`)
      expect(readFileSync(join(folder, 'out put'), 'utf8')).toBe('x')
      await session.close()
    } finally {
      await sshd.stop()
      rmSync(here, { recursive: true, force: true })
    }
  })
}

/** Neither way is there. */
export function noToolsContract(open: (sshd: Sshd) => Promise<Session>): void {
  test('a machine with neither tar nor SFTP says so, and what to do', async () => {
    const here = mkdtempSync(join(tmpdir(), 'larmor-transfer-'))
    const sshd = await startSshd({ env: { PATH: toolsWithout(here, ['tar']) }, sftp: false })
    try {
      const session = await open(sshd)
      const agent = await installAgent(session, `${sshd.work}/larmor`, [])
      const sent = agent.stage(tarOf('r1.a.1' as Label, { a: '' }))
      await expect(sent).rejects.toBeInstanceOf(Unreachable)
      await expect(sent).rejects.toThrow('neither tar nor SFTP')
      await expect(sent).rejects.toMatchObject({ hint: expect.stringContaining('a tar of your own') })
      expect((await session.exec(sh`echo still here`)).out).toBe('still here\n')
      await session.close()
    } finally {
      await sshd.stop()
      rmSync(here, { recursive: true, force: true })
    }
  })
}

/** A folder of this computer's own tools, without some. */
function toolsWithout(folder: string, lacking: readonly string[]): string {
  const bin = join(folder, `bin without ${lacking.join(' ')}`.replaceAll(' ', '-'))
  mkdirSync(bin)
  execFileSync('chmod', ['755', folder])
  for (const name of readdirSync('/usr/bin')) {
    if (!lacking.includes(name)) symlinkSync(join('/usr/bin', name), join(bin, name))
  }
  return bin
}

function tarOf(label: Label, files: Readonly<Record<string, string | Buffer>>): Readable {
  const tar = pack()
  const sums = Object.entries(files).map(([name, content]) => `${sha256(content)}  ${name}\n`)
  for (const [name, content] of Object.entries({ SHA256SUMS: sums.join(''), ...files })) {
    tar.entry({ name: `${label}/${name}`, mode: 0o600 }, content)
  }
  tar.finalize()
  return Readable.from(tar)
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
