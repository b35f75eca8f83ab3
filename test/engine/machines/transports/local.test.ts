import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { transports } from '../../../../electron/engine/machines/transports/index.ts'
import { localMachine } from '../../../../shared/model/machine.ts'
import { alone } from './logins.ts'
import { transportContract } from './transport-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'larmor-local-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('this computer keeps the contract of transports', () => {
  transportContract(async () => ({
    session: await transports.local.connect(localMachine, alone()),
    folder,
  }))
})
