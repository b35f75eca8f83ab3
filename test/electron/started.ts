import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { DesktopBridge, HostMessage } from '../../shared/desktop.ts'
import type * as StandIn from './stand-in.ts'

export interface Started {
  readonly electron: typeof StandIn
  readonly home: string
}

/** One instance of the built application, as `main.js` makes it, on the computer whose folder is `folder`. */
export async function startApplication(folder: string, home = join(folder, 'data')): Promise<Started> {
  vi.resetModules()
  const electron = await import('./stand-in.ts')
  electron.setFolder(folder)
  process.argv = ['/opt/Larmor/larmor']
  process.env.LARMOR_HOME = home
  await import('../../out/electron/main.js' as string)
  return { electron, home }
}

const { argv } = process
const home = process.env.LARMOR_HOME

/** This test's own process as it was. */
export function restoreProcess(): void {
  process.argv = argv
  if (home === undefined) delete process.env.LARMOR_HOME
  else process.env.LARMOR_HOME = home
}

/** The first window, once it shows the page. */
export async function windowOf({ electron }: Started): Promise<StandIn.BrowserWindow> {
  await vi.waitFor(
    () => {
      if (!electron.BrowserWindow.getAllWindows()[0]?.visible) throw new Error('no window yet')
    },
    { timeout: 30_000, interval: 50 },
  )
  return electron.BrowserWindow.getAllWindows()[0] as StandIn.BrowserWindow
}

/** What the page of a window has of the world outside. */
export function bridgeOf(window: StandIn.BrowserWindow): DesktopBridge {
  return window.webContents.world.larmor as DesktopBridge
}

/** Everything that the host says to the page from now on. */
export function heardBy(window: StandIn.BrowserWindow): readonly HostMessage[] {
  const heard: HostMessage[] = []
  bridgeOf(window).listen(message => heard.push(message))
  return heard
}

export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'larmor-electron-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}
