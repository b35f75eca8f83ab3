import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What the same program said on stderr, by the names that people and Larmor give it; null where nobody kept it. */
export async function stderrBeside(path: string): Promise<string | null> {
  const base = path.replace(/\.gz$/, '').replace(/\.[^./]*$/, '')
  for (const candidate of [`${base}.stderr`, `${base}.err`, join(dirname(path), 'stderr.txt')]) {
    if (candidate !== path && (await stat(candidate).catch(() => null))?.isFile()) return candidate
  }
  return null
}
