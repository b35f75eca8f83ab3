import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MachineName, RemotePath } from '../../shared/ids.ts'
import { asConfigured, LOCAL, localMachine, type Machine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { type InProcess, startInProcess } from './in-process.ts'

const cluster = 'cluster' as MachineName
let sshd: Sshd
let larmor: InProcess
const folder = mkdtempSync(join(tmpdir(), "larmor terminal's "))
beforeAll(async () => {
  sshd = await startSshd()
  larmor = await startInProcess()
  const { host, port, user, identity, hostKeyFingerprint: host_key } = sshd
  const ssh = { ...asConfigured, host, port, user, identity, host_key }
  const settings = {
    ...localMachine.settings,
    transport: 'ssh',
    ssh,
    work: `${sshd.work}/larmor` as RemotePath,
  } as const
  orThrow(
    await larmor.engine.send({ type: 'machine.set', machine: { ...localMachine, name: cluster, settings } as Machine }),
  )
})
afterAll(async () => {
  await larmor?.stop()
  await sshd?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function open(machine: MachineName, dir: string | null) {
  const { engine } = larmor
  const { terminal } = orThrow(await engine.terminal({ does: 'open', machine, dir, columns: 80, rows: 24 }))
  let text = ''
  return {
    terminal,
    type: async (line: string) => orThrow(await engine.terminal({ does: 'write', terminal, text: line })),
    resize: async (columns: number) => orThrow(await engine.terminal({ does: 'resize', terminal, columns, rows: 24 })),
    close: () => engine.terminal({ does: 'close', terminal }),
    /** Reads until the words were printed. */
    async until(words: string): Promise<string> {
      while (!text.includes(words)) {
        const { data, ended } = orThrow(await engine.terminal({ does: 'read', terminal }))
        text += Buffer.from(data, 'base64').toString('utf8')
        if (ended !== null) throw new Error(`ended before ${words}: ${text}`)
      }
      return text
    },
    async end(): Promise<string> {
      for (;;) {
        const { ended } = orThrow(await engine.terminal({ does: 'read', terminal }))
        if (ended !== null) return ended
      }
    },
  }
}

describe.each([
  ['over ssh', cluster, () => `${sshd.work}`],
  ['on this computer', LOCAL, () => folder],
] as const)('%s', (_, machine, dir) => {
  test('a shell begins in the folder, is as wide as it is shown, and is told so', async () => {
    const shell = await open(machine, dir())
    await shell.type('echo "in:$(pwd):$(stty size):$TERM:" µ\n')
    const printed = await shell.until(`in:${dir()}:24 80:xterm-256color:`)
    expect(printed).toContain('µ')
    await shell.resize(133)
    await shell.type('stty size\n')
    await shell.until('24 133')
    await shell.type('exit\n')
    expect(await shell.end()).toBe('The shell has ended.')
    expect(await larmor.engine.terminal({ does: 'read', terminal: shell.terminal })).toMatchObject({ ok: false })
  })

  test('what nobody reads stops; all of it comes in order once somebody does', async () => {
    const shell = await open(machine, null)
    await shell.type(
      'stty -echo; awk \'BEGIN { print ""; for (i = 1; i <= 400000; i++) print i; print "the", "end" }\'\n',
    )
    await new Promise(resolve => setTimeout(resolve, 1500))
    const text = await shell.until('the end')
    const numbers = text.split(/\r*\n/).filter(line => /^\d+$/.test(line))
    expect(numbers.length).toBe(400_000)
    expect(numbers.every((line, i) => Number(line) === i + 1)).toBe(true)
    await shell.close()
  })

  test('a folder that is not there is said by the shell, in the home folder', async () => {
    const shell = await open(machine, '/no/such/folder $(reboot)')
    await shell.type('echo at:$(pwd):\n')
    expect(await shell.until('at:/')).toMatch(/No such file or directory|can't cd/)
    await shell.close()
  })

  test('a third one on the same machine is refused, until one is closed', async () => {
    const [one, two] = [await open(machine, null), await open(machine, null)]
    const call = { does: 'open', machine, dir: null, columns: 80, rows: 24 } as const
    expect(await larmor.engine.terminal(call)).toMatchObject({ ok: false, fault: { code: 'not-now' } })
    await one.close()
    const three = await open(machine, null)
    await two.close()
    await three.close()
  })
})

test('jobs go on beside an open terminal, and a machine that is not there has none', async () => {
  const call = { does: 'open', machine: 'nowhere' as MachineName, dir: null, columns: 80, rows: 24 } as const
  expect(await larmor.engine.terminal(call)).toMatchObject({ ok: false })
  expect(await larmor.engine.terminal({ does: 'write', terminal: 'x', text: 'ls' })).toMatchObject({
    ok: false,
    fault: { code: 'not-found' },
  })
})
