import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../until.ts'

/** A real program that a test holds in the middle of its first run. */
export interface HeldProgram {
  readonly executable: string
  /** Its pid, once it has printed the text; it does not get to its end until it is let go. */
  held(): Promise<number>
  /** From now on it runs as usual. */
  letGo(): void
}

/**
 * What the program prints passes through a pipe, of which nothing is read beyond the line with this text: with more to
 * print than a pipe holds (64 kB) it stands still. `folder` is outside of the job's own.
 */
export function heldProgram(folder: string, program: string, text: string): HeldProgram {
  const at = (name: string) => join(folder, `held-${program}${name}`)
  const script = `#!/bin/sh
[ -e '${at('.go')}' ] && exec ${program} "$@"
mkfifo '${at('.pipe')}'
while IFS= read -r line; do
  printf '%s\\n' "$line"
  case $line in
    *'${text}'*) while [ ! -e '${at('.go')}' ]; do : >'${at('.reached')}'; sleep 0.1; done ;;
  esac
done <'${at('.pipe')}' &
echo $$ >'${at('.pid')}'
exec ${program} "$@" >'${at('.pipe')}'
`
  writeFileSync(at(''), script, { mode: 0o755 })
  return {
    executable: at(''),
    async held() {
      await until(`${program} prints ${text}`, () => existsSync(at('.reached')))
      return Number(readFileSync(at('.pid'), 'utf8'))
    },
    letGo: () => writeFileSync(at('.go'), ''),
  }
}
