import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real disk of which a test says how large it is. */
export interface SmallDisk {
  readonly folder: string
  /** Why there is none here, or null. */
  readonly missing: string | null
  /** Other options of mount(8): `size=64m`, `rw`. */
  remount(options: string): void
  /** All that lies on it is gone. */
  renew(): void
  remove(): void
}

/** A tmpfs with these options of mount(8), `size=16k`, in a folder of its own or on top of the one that is named. */
export function smallDisk(options: string, folder = mkdtempSync(join(tmpdir(), 'larmor-small-'))): SmallDisk {
  const mount = () => run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder)
  const unmount = () => run('umount', '-l', folder)
  const missing = whyNot(mount)
  return {
    folder,
    missing,
    remount: to => run('mount', '-o', `remount,${to}`, folder),
    renew() {
      unmount()
      mount()
    },
    remove() {
      if (missing === null) unmount()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function whyNot(mount: () => void): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a small disk can only be made by root on Linux'
  try {
    mount()
    return null
  } catch (error) {
    return `a small disk could not be made: ${error instanceof Error ? error.message : error}`
  }
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' })
}
