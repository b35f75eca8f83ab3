import { randomBytes } from 'node:crypto'
import { Transform } from 'node:stream'
import type { ShLine } from '../../../../shared/sh.ts'

/**
 * What a login shell of any kind (bash, dash, zsh, csh, tcsh, fish) is given so that it runs a line of POSIX sh and does
 * nothing else. Each of them reads '...' in its own way where a quote, a backslash, a newline or an exclamation mark
 * stands in it; so such characters, and all that are not ASCII, go as octal numbers that only sh's own printf reads.
 */
export function loginLine(line: ShLine, mark: string): string {
  return `exec /bin/sh -c 'echo ${mark} $$; ${evaluated(line)}'`
}

/** The same for a line in a terminal, where a person sees all that is printed. */
export function terminalLine(line: ShLine): string {
  return `exec /bin/sh -c '${evaluated(line)}'`
}

function evaluated(line: ShLine): string {
  const bytes = Buffer.from(line.sh, 'utf8').toString('latin1')
  const plain = bytes.replaceAll(/[^A-Za-z0-9 @%+=:,./_;&|<>(){}*?#~[\]-]/g, octal)
  return `eval "$(printf %b "${plain}")"`
}

/** A line that no login shell prints by itself. */
export function newMark(): string {
  return `larmor-${randomBytes(12).toString('hex')}`
}

/** As printf's %b has it: a backslash, a 0, and three octal digits. */
function octal(character: string): string {
  return `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`
}

const MOST_TOLD = 4000

/** Longer than any pid, with the line's end. */
const PID_ROOM = 16

export interface Begun {
  /** What the login shell printed by itself before it began the line, 4 kB at most. */
  readonly greeting: string
  /** Of the shell that runs the line, which leads a process group of its own. */
  readonly pid: number
}

/** Passes on what comes after the line that begins with `mark`, and tells when that has come. */
export function afterMark(mark: string, begun: (told: Begun) => void): Transform {
  let before = Buffer.alloc(0)
  let found = false
  let words = ''
  const tell = (bytes: Buffer) => {
    if (words.length < MOST_TOLD) words = (words + bytes.toString('utf8')).slice(0, MOST_TOLD)
  }
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (found) return done(null, chunk)
      before = Buffer.concat([before, chunk])
      const at = before.indexOf(mark)
      const end = at < 0 ? -1 : before.indexOf(10, at)
      if (end < 0) {
        // Only as much is kept as may be the mark, or its beginning.
        const keep = at < 0 ? Math.max(0, before.length - mark.length - PID_ROOM) : at
        tell(before.subarray(0, keep))
        before = before.subarray(keep)
        return done()
      }
      found = true
      tell(before.subarray(0, at))
      begun({ greeting: words, pid: Number(before.subarray(at + mark.length, end).toString('latin1')) })
      const rest = before.subarray(end + 1)
      before = Buffer.alloc(0)
      done(null, rest.length > 0 ? rest : undefined)
    },
    flush(done) {
      // Without the mark the line was never reached: what was printed instead is all that there is to read.
      if (!found) {
        tell(before)
        this.push(words)
      }
      done()
    },
  })
}
