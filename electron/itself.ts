import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resourcesFolder } from './resources-folder.ts'

/** How Larmor starts itself as another process: `file` with `args`, and then the words of a terminal command. */
export function larmorItself(): { readonly file: string; readonly args: readonly string[] } {
  if (process.versions.electron === undefined) {
    return { file: process.execPath, args: [fileURLToPath(new URL('./cli.js', import.meta.url))] }
  }
  // In the desktop application `larmor` is the Electron binary in a terminal mode (main.ts): it cannot run as Node, by a
  // fuse. An AppImage's own binary lies in a mount that may end with this process, so the image itself is started.
  const file = process.env.APPIMAGE ?? process.execPath
  const unpacked = (process as { readonly defaultApp?: boolean }).defaultApp === true
  return { file, args: unpacked ? [dirname(resourcesFolder)] : [] }
}
