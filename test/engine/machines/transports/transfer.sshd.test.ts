import { describe } from 'vitest'
import { fewToolsContract, noToolsContract, transferContract } from './transfer-contract.ts'
import { WAYS } from './ways.ts'

describe.each(WAYS)('by $by', ({ by, open }) => {
  transferContract(open)
  noToolsContract(open)
  // The tools are the machine's, however it is reached.
  if (by === 'ssh2') fewToolsContract(open)
})
