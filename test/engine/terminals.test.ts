import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createTerminals } from '../../electron/engine/terminals.ts'
import { LOCAL } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
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

test('a terminal that is read outlives a clock that is set ahead, as after this computer slept', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const out = new PassThrough()
  const close = vi.fn<() => void>()
  const tty = { out, write() {}, resize() {}, close }
  const terminals = createTerminals(async () => tty)
  const size = { columns: 80, rows: 24 }
  const { terminal } = orThrow(await terminals.call({ does: 'open', machine: LOCAL, dir: null, ...size }))
  vi.setSystemTime(Date.now() + 8 * 3_600_000)
  vi.advanceTimersByTime(60_000)
  expect(close).not.toHaveBeenCalled()
  out.write('still here')
  expect(await terminals.call({ does: 'read', terminal })).toMatchObject({
    value: { data: Buffer.from('still here').toString('base64') },
  })
  terminals.stop()
})

test.runIf(missing !== null)('without node-pty it is said why there is none', async () => {
  const call = { does: 'open', machine: LOCAL, dir: null, columns: 80, rows: 24 } as const
  const fault = { code: 'not-now', message: expect.stringContaining('node-pty could not be built') }
  expect(await larmor.engine.terminal(call)).toMatchObject({ ok: false, fault })
})
