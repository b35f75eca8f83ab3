import { describe } from 'vitest'
import { fewToolsContract, noToolsContract, transferContract } from './transfer-contract.ts'
import { WAYS } from './ways.ts'

// By the system's ssh a line that is cut in the middle of a transfer is not always found out: until it is, only what needs
// no cut is held there.
describe.each(WAYS)('by $by', ({ by, open }) => {
  if (by === 'ssh2') transferContract(open)
  noToolsContract(open)
  // The tools are the machine's, however it is reached.
  if (by === 'ssh2') fewToolsContract(open)
})
