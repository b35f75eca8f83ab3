import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const folder = join(import.meta.dirname, '../../../fixtures/xtb')

/** One run of xtb 6.5.1: see README.md beside the files. */
export function fixture(name: string): { readonly output: string; readonly stderr: string } {
  const stderr = join(folder, `${name}.stderr`)
  return {
    output: gunzipSync(readFileSync(join(folder, `${name}.out.gz`))).toString('utf8'),
    stderr: existsSync(stderr) ? readFileSync(stderr, 'utf8') : '',
  }
}

export const fixtures = readdirSync(folder).flatMap(name => (name.endsWith('.out.gz') ? [name.slice(0, -7)] : []))
