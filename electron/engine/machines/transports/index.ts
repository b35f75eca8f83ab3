import type { Machine } from '../../../../shared/model/machine.ts'
import { local } from './local.ts'
import { ssh } from './ssh.ts'
import type { Transport } from './transport.ts'

export { type Session, type Transport, Unreachable, WantsLogin } from './transport.ts'

/** Every way to reach a machine. */
export const transports: Record<Machine['settings']['transport'], Transport> = { local, ssh }
