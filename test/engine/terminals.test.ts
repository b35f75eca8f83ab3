import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOCAL } from '../../shared/model/machine.ts'
import { type InProcess, startInProcess } from './in-process.ts'
import { terminalContract } from './terminal-contract.ts'

const name: string = 'node-pty'
const missing = await import(name).then(
  () => null,
  (error: Error) => error.message,
)
if (missing !== null) console.warn(`terminals of this computer are not tested: node-pty is not here (${missing})`)

let larmor: InProcess
const dir = mkdtempSync(join(tmpdir(), "larmor terminal's "))
beforeAll(async () => {
  larmor = await startInProcess()
})
afterAll(async () => {
  await larmor?.stop()
  rmSync(dir, { recursive: true, force: true })
})

describe.skipIf(missing !== null)('on this computer', () => terminalContract(LOCAL, () => ({ larmor, dir })))

test.runIf(missing !== null)('without node-pty it is said why there is none', async () => {
  const call = { does: 'open', machine: LOCAL, dir: null, columns: 80, rows: 24 } as const
  const fault = { code: 'not-now', message: expect.stringContaining('node-pty could not be built') }
  expect(await larmor.engine.terminal(call)).toMatchObject({ ok: false, fault })
})
