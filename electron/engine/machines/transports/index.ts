import type { Machine } from '../../../../shared/model/machine.ts'
import { local } from './local.ts'
import type { Transport } from './transport.ts'

export { hearOfAgent } from './agent-socket.ts'
export { allOf } from './printed.ts'
export {
  type Ask,
  CommandFailed,
  type Login,
  type Running,
  type Session,
  type Sftp,
  type Transport,
  type Tty,
  Unreachable,
  WantsLogin,
} from './transport.ts'

/** Loaded when it is first needed: a terminal command that stays on this computer should not pay for it. */
const ssh: Transport = {
  id: 'ssh',
  connect: async (machine, login) => (await import('./ssh.ts')).ssh.connect(machine, login),
}

/** Every way to reach a machine. */
export const transports: Record<Machine['settings']['transport'], Transport> = { local, ssh }

/** As ssh.ts has it. */
export const seeHostKey: typeof import('./ssh.ts').seeHostKey = async (settings, login) =>
  (await import('./ssh.ts')).seeHostKey(settings, login)
