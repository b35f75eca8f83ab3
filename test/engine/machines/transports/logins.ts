import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Ask, Login } from '../../../../electron/engine/machines/transports/index.ts'
import { until } from '../../../until.ts'

/** A login at which nobody is there. */
export function alone(signal = new AbortController().signal): Login {
  return { signal, ask: null, count: () => {} }
}

/** A login at which somebody answers, and what was counted of it. */
export function attended(ask: Ask): Login & { readonly counted: Record<string, number> } {
  const counted: Record<string, number> = {}
  return {
    signal: new AbortController().signal,
    ask,
    count(what) {
      counted[what] = (counted[what] ?? 0) + 1
    },
    counted,
  }
}

/** An ssh-agent whose socket takes connections, and that answers nothing. */
export async function stoppedAgent(folder: string): Promise<string> {
  const socket = join(folder, 'stopped')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  onTestFinished(() => void agent.kill('SIGKILL'))
  await until('the agent', () => existsSync(socket))
  agent.kill('SIGSTOP')
  return socket
}
