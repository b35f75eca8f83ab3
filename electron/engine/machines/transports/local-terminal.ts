import { homedir } from 'node:os'
import { Readable } from 'node:stream'
import type * as NodePty from 'node-pty'
import type { TerminalSize } from '../../../../shared/contract.ts'
import type { ShLine } from '../../../../shared/sh.ts'
import { type Tty, Unreachable } from './transport.ts'

/** A command in a terminal of this computer. Rejects with Unreachable where node-pty is not there for its platform. */
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

async function load(): Promise<typeof NodePty> {
  try {
    return await import('node-pty')
  } catch {
    const platform = `${process.platform} ${process.arch}`
    throw new Unreachable(`There is no terminal on this computer: node-pty is not installed for ${platform}.`)
  }
}
