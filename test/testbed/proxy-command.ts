import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PROGRAM = `const line = require('net').connect(+process.argv[3], process.argv[2])
process.stdin.pipe(line)
line.pipe(process.stdout)
line.on('close', () => process.exit()).on('error', () => process.exit(1))
`

/** A line of ssh_config that puts a host behind a ProxyCommand, so that only the system's ssh reaches it. */
export function proxyCommand(folder: string): string {
  const program = join(folder, 'proxy.cjs')
  writeFileSync(program, PROGRAM)
  return `ProxyCommand ${process.execPath} ${program} %h %p\n`
}
