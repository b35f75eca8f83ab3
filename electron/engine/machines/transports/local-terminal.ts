import { homedir } from 'node:os'
import { Readable } from 'node:stream'
import type { TerminalSize } from '../../../../shared/contract.ts'
import type { ShLine } from '../../../../shared/sh.ts'
import { type Tty, Unreachable } from './transport.ts'

/** A command in a terminal of this computer. Rejects with Unreachable where node-pty could not be built. */
export async function localTerminal(line: ShLine, { columns, rows }: TerminalSize): Promise<Tty> {
  const pty = await load()
  const child = pty.spawn('/bin/sh', ['-c', line.sh], {
    name: 'xterm-256color',
    cols: columns,
    rows,
    cwd: homedir(),
    encoding: null, // bytes: a character may come in two pieces
  })
  const out = new Readable({ read: () => child.resume() })
  let ended = false
  child.onData(data => {
    if (!out.push(Buffer.from(data))) child.pause()
  })
  child.onExit(() => {
    ended = true
    out.push(null)
  })
  return {
    out,
    write: text => ended || child.write(text),
    resize: size => ended || child.resize(size.columns, size.rows),
    close: () => ended || child.kill('SIGHUP'),
  }
}

/** Of node-pty's own types (https://github.com/microsoft/node-pty), which are there only where the package could be built. */
interface NodePty {
  spawn(file: string, args: string[], options: object): Pty
}
interface Pty {
  onData(listener: (data: string | Buffer) => void): void
  onExit(listener: () => void): void
  write(data: string): void
  resize(columns: number, rows: number): void
  pause(): void
  resume(): void
  kill(signal?: string): void
}

async function load(): Promise<NodePty> {
  const name: string = 'node-pty' // as a text: where it is missing, the program is built all the same
  try {
    return await import(name)
  } catch {
    const platform = `${process.platform} ${process.arch}`
    throw new Unreachable(
      `There is no terminal on this computer: node-pty could not be built for ${platform}.`,
      'With python3, make and a C++ compiler, npm ci builds it.',
    )
  }
}
