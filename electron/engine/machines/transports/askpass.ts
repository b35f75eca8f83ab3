import { constants } from 'node:fs'
import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What the system's ssh calls instead of a terminal (SSH_ASKPASS of ssh(1)): it lays its question into the folder and
 * reads the answer from a pipe, which never reaches the disk.
 */
const SCRIPT = `#!/bin/sh
[ "\${SSH_ASKPASS_PROMPT:-}" = none ] && : >"$0.$$.notice" && exit 0
mkfifo -m 600 "$0.$$.answer" || exit 1
printf '%s' "$1" >"$0.$$.part" && mv "$0.$$.part" "$0.$$.question"
IFS= read -r answer <"$0.$$.answer" || exit 1
printf '%s\\n' "$answer"
`
const LOOK_MS = 100
const PATIENCE_MS = 10_000

/**
 * Puts the questions of the ssh that runs with `env` to `ask`, until it is stopped; null declines. `touch`: it waits for
 * a person to touch a token, and asks nothing.
 */
export async function relayQuestions(folder: string, ask: (text: string) => Promise<string | null>, touch: () => void) {
  const program = join(folder, 'ask')
  await writeFile(program, SCRIPT, { mode: 0o700 })
  let stopped = false
  async function look(): Promise<void> {
    while (!stopped) {
      await lookForTouch()
      for (const name of await readdir(folder).catch(() => [])) {
        if (!name.endsWith('.question')) continue
        const path = join(folder, name)
        const text = await readFile(path, 'utf8')
        await rm(path)
        await reply(path.replace(/question$/, 'answer'), await ask(text))
      }
      await sleep(LOOK_MS)
    }
  }
  async function lookForTouch(): Promise<void> {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.endsWith('.notice')) continue
      await rm(join(folder, name), { force: true })
      touch()
    }
  }
  void look().catch(() => {}) // the folder is gone: so is the connection
  return {
    env: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: process.env.DISPLAY ?? ':' },
    /** The last notice may have come just before the login was over. */
    async stop() {
      stopped = true
      await lookForTouch()
    },
  }
}

/** Writes into the pipe once somebody reads from it; not at all where nobody does any more. */
async function reply(pipe: string, answer: string | null): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(20)) {
    const file = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => null) // ENXIO: no reader yet
    if (!file) continue
    try {
      if (answer !== null) await file.write(`${answer.split('\n')[0]}\n`)
    } finally {
      await file.close()
    }
    return
  }
}
