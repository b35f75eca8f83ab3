import { badArgument } from './command.ts'
import type { Composed } from './compose.ts'
export const NMR_OPTIONS = {} as const
export async function composeNmr(): Promise<Composed> {
  throw badArgument('command', 'not in this version')
}
