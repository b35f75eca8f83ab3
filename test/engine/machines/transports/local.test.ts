import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { transports, Unreachable } from '../../../../electron/engine/machines/transports/index.ts'
import { localMachine } from '../../../../shared/model/machine.ts'
import { sh } from '../../../../shared/sh.ts'
import { eventually } from '../../../serve/eventually.ts'
import { alone } from './logins.ts'
import { transportContract } from './transport-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'larmor-local-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('this computer keeps the contract of transports', () => {
  transportContract(async () => ({
    session: await transports.local.connect(localMachine, alone()),
    folder,
  }))

  test('a command is given up whose process has ended, while another that it left behind holds its output', async () => {
    const session = await transports.local.connect(localMachine, alone())
    const given = new AbortController()
    const pidFile = join(folder, 'ended')
    const asked = session.exec(sh`setsid sleep 3 & echo $$ > ${pidFile}`, { signal: given.signal })
    asked.catch(() => {})
    await eventually(() => existsSync(pidFile) && isGone(Number(readFileSync(pidFile, 'utf8')))).toBe(true)
    given.abort()
    await expect(asked).rejects.toBeInstanceOf(Unreachable)
  })
})

function isGone(group: number): boolean {
  try {
    process.kill(-group, 0)
    return false
  } catch {
    return group > 0
  }
}
