import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk that is soon full; `missing`: why there is none here, which is printed. */
export interface SmallDisk {
  readonly folder: string
  readonly missing: string | null
  grow(size: string): void
  remove(): void
}

/** `size` as mount has it: `16k`. */
export function smallDisk(size: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'larmor-small-'))
  const missing = mount(folder, size)
  if (missing) console.warn(`skipped: full scratch: ${missing}`)
  return {
    folder,
    missing,
    grow: to => execFileSync('mount', ['-o', `remount,size=${to}`, folder], { stdio: 'pipe' }),
    remove() {
      if (!missing) execFileSync('umount', ['-l', folder], { stdio: 'pipe' })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function mount(folder: string, size: string): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a small disk can only be made by root on Linux'
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' })
    return null
  } catch (error) {
    return `a small disk could not be made: ${error instanceof Error ? error.message : error}`
  }
}
