import { connect } from 'node:net'

/** The ssh-agents that terminals and windows had when they attached, the newest first. */
let heard: readonly string[] = []
const MOST_HEARD = 10
const ANSWER_MS = 3000
/** Its length, and SSH2_AGENTC_REQUEST_IDENTITIES (PROTOCOL.agent of OpenSSH). */
const WHICH_KEYS = Uint8Array.of(0, 0, 0, 1, 11)

/** An engine outlives sessions and their agents, so whoever attaches tells of its own (its SSH_AUTH_SOCK). */
export function hearOfAgent(path: string): void {
  heard = [path, ...heard.filter(other => other !== path)].slice(0, MOST_HEARD)
}

/**
 * The socket of the ssh-agent to ask now: of those that are known, the one heard of last that answers. Where none does,
 * the last one, so that it can be said which; null where none was ever known.
 */
export async function agentHere(): Promise<string | null> {
  const own = process.env.SSH_AUTH_SOCK
  const known = [...heard, ...(own ? [own] : [])]
  for (const path of known) if (await answers(path)) return path
  return known[0] ?? null
}

/** Whether the agent says which keys it holds: a socket takes connections also where whoever listens is stopped. */
export function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(ANSWER_MS, () => end(false))
    socket.once('connect', () => socket.write(WHICH_KEYS))
    socket.once('data', () => end(true)).once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
