import { type BrowserWindow, Menu, type MenuItemConstructorOptions, Notification, nativeImage, Tray } from 'electron'
import type { MenuEntry } from '../shared/desktop.ts'
import type { Notice } from '../shared/show/notices.ts'

const isMac = process.platform === 'darwin'

/** The native menu. What the page carries out is sent to it; the rest is the system's own. */
export function setMenu(choose: (entry: MenuEntry) => void): void {
  const item = (label: string, entry: MenuEntry, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => choose(entry),
  })
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        item('New run', 'new', 'CmdOrCtrl+N'),
        { type: 'separator' },
        item('Settings', 'settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        { role: 'close' },
        ...(isMac ? [] : [{ role: 'quit' } as const]),
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        item('Queue', 'queue'),
        item('Ensembles', 'ensembles'),
        item('Benchmarks', 'benchmarks'),
        item('Results', 'results'),
        item('Machines', 'machines'),
        item('Search and commands…', 'palette', 'CmdOrCtrl+K'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    { label: 'Help', role: 'help', submenu: [item('Keys', 'help')] },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

/** What stays when the last window closes while runs are open. */
export function openTray(icon: string, show: () => void, quit: () => void): Tray {
  const tray = new Tray(nativeImage.createFromPath(icon).resize({ width: process.platform === 'darwin' ? 18 : 32 }))
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Show Larmor', click: show },
      { type: 'separator' },
      { label: 'Quit…', click: quit },
    ]),
  )
  tray.on('click', show)
  return tray
}

/** A key's first notice comes at once, the next at most once in ten minutes, and then the newest. */
const QUIET_MS = 10 * 60_000

/** Tells what happened while no window has the focus. `chosen` is called with the notice that was clicked. */
export function createNotifier(focused: () => BrowserWindow | null, chosen: (notice: Notice) => void) {
  const last = new Map<string, number>()
  const waiting = new Map<string, Notice>()
  /** Held as long as they are on the screen: one that nobody holds may be gone before it is clicked. */
  const open = new Set<Notification>()

  function show(notice: Notice): void {
    last.set(notice.key, Date.now())
    if (focused() !== null || !Notification.isSupported()) return
    const shown = new Notification({ title: notice.title.slice(0, 120), body: notice.text.slice(0, 250) })
    open.add(shown)
    shown.on('close', () => open.delete(shown))
    shown.on('click', () => {
      open.delete(shown)
      chosen(notice)
    })
    shown.show()
  }
  return {
    tell(notice: Notice): void {
      const wait = (last.get(notice.key) ?? Number.NEGATIVE_INFINITY) + QUIET_MS - Date.now()
      if (wait <= 0) {
        show(notice)
        return
      }
      if (!waiting.has(notice.key)) {
        setTimeout(() => {
          const newest = waiting.get(notice.key)
          waiting.delete(notice.key)
          if (newest) show(newest)
        }, wait).unref()
      }
      waiting.set(notice.key, notice)
    },
  }
}
