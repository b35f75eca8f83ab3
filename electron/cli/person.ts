import { execFile } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Question } from '../../shared/contract.ts'
import { printable } from '../../shared/printable.ts'

/** Puts a question and resolves with the answer; null where it is declined, or nobody waits for it any more. */
export type Person = (question: Pick<Question, 'kind' | 'text' | 'echo'>, signal: AbortSignal) => Promise<string | null>

/** LARMOR_ASKPASS_S: after how many seconds the program of LARMOR_ASKPASS is no longer waited for; 300 where it is no number. */
const ASKPASS_MS = 1000 * (Number(process.env.LARMOR_ASKPASS_S) || 300)

/**
 * The person at this terminal, or the program that LARMOR_ASKPASS names (its argument is the question, its output the
 * answer; an exit status other than 0 declines); null where neither is there. What is typed is not shown, unless the
 * server says that it may be.
 */
export function personHere(): Person | null {
  const program = process.env.LARMOR_ASKPASS
  if (program)
    return (asked, signal) =>
      asked.kind === 'touch' ? tell(asked.text, signal) : askProgram(program, asked.text, signal)
  // Output may be a pipe: what is asked goes to standard error.
  if (process.stdin.isTTY && process.stderr.isTTY)
    return (asked, signal) => (asked.kind === 'touch' ? tell(asked.text, signal) : askTerminal(asked, signal))
  return null
}

/** What is answered elsewhere than here: it is said, and waited for. */
function tell(text: string, signal: AbortSignal): Promise<null> {
  process.stderr.write(`${printable(text)}\n`)
  return new Promise(resolve => {
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
}

async function askProgram(program: string, text: string, signal: AbortSignal): Promise<string | null> {
  const late = AbortSignal.timeout(ASKPASS_MS)
  const until = AbortSignal.any([signal, late])
  try {
    const how = { maxBuffer: 65_536, signal: until, killSignal: 'SIGKILL' } as const
    const { stdout } = await promisify(execFile)(program, [text], how)
    return stdout.replace(/\r?\n$/, '')
  } catch {
    if (late.aborted)
      process.stderr.write(`${program} (LARMOR_ASKPASS) gave no answer within ${ASKPASS_MS / 1000} s, and was ended.\n`)
    return null
  }
}

const askTerminal: Person = ({ kind, text, echo }, signal) =>
  new Promise(resolve => {
    const prompt = printable(kind === 'host-key' ? `${text} (yes/no) ` : text)
    const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
    // readline writes what is typed through this; the prompt was written before it was taken away.
    const hidden = terminal as unknown as { _writeToOutput?: (text: string) => void }
    terminal.question(prompt, answer => {
      if (!echo) process.stderr.write('\n')
      resolve(answer) // first: the end of the reading declines
      terminal.close()
    })
    if (!echo) hidden._writeToOutput = () => {}
    terminal.on('SIGINT', () => {
      process.stderr.write('\n')
      resolve(null)
      terminal.close()
    })
    terminal.on('close', () => resolve(null))
    signal.addEventListener('abort', () => terminal.close(), { once: true })
  })
