import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BrowserWindow, nativeTheme, protocol, type Rectangle, type Session, screen, session } from 'electron'
import Store from 'electron-store'
import type { Theme } from '../shared/desktop.ts'
import { resourcesFolder } from './resources-folder.ts'
import { PAGE_POLICY } from './serve/page-policy.ts'
import { findStatic, TYPES } from './serve/static-files.ts'

/** Where the page lives: an origin of its own, so that it is neither a file nor a place in the network. */
export const PAGE = 'app://larmor/'

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

const LEAST = { width: 1024, height: 700 }

/** Where the window stood, and its theme: all else is the engine's. */
interface Preferences {
  readonly bounds: Rectangle | null
  readonly maximized: boolean
  readonly theme: Theme
}

let preferences: Store<Preferences> | undefined

function kept(): Store<Preferences> {
  preferences ??= new Store<Preferences>({
    name: 'window',
    defaults: { bounds: null, maximized: false, theme: 'system' },
    clearInvalidConfig: true,
  })
  return preferences
}

/** Before the application is ready: from then on it is too late. */
export function claimScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** The built page under PAGE, and no way to anything else: no permission, no other window. Once, when ready. */
export function preparePage(): void {
  nativeTheme.themeSource = kept().get('theme')
  protocol.handle('app', async ({ url }) => {
    const file = url.startsWith(PAGE)
      ? await findStatic(join(resourcesFolder, '..', 'out', 'renderer'), pathOf(url))
      : null
    if (file === null) return new Response('There is no such page.', { status: 404, headers: HEADERS })
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    return new Response(new Uint8Array(await readFile(file)), { headers: { ...HEADERS, 'content-type': type } })
  })
  denyPermissions(session.defaultSession)
  // What the page itself made may be saved, where the system's dialog says; nothing is fetched.
  session.defaultSession.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${PAGE}`)) event.preventDefault()
  })
}

function pathOf(url: string): string {
  return new URL(url).pathname
}

function denyPermissions(all: Session): void {
  all.setPermissionRequestHandler((_contents, permission, answer) => answer(MAY.includes(permission)))
  all.setPermissionCheckHandler((_contents, permission) => MAY.includes(permission))
  all.setDevicePermissionHandler(() => false)
}

/** Copying a job's id; nothing else is granted. */
const MAY: readonly string[] = ['clipboard-sanitized-write']

export function keepTheme(theme: Theme): void {
  kept().set('theme', theme)
}

/** A window with the page, where the last one stood; `address`: the end of the page's own, `#/...`, or empty. */
export function openWindow(address: string): BrowserWindow {
  const bounds = kept().get('bounds')
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    ...(bounds && onSomeScreen(bounds) ? bounds : {}),
    minWidth: LEAST.width,
    minHeight: LEAST.height,
    show: false,
    title: 'Larmor',
    icon: join(resourcesFolder, 'icons', 'icon.png'),
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#131518' : '#f3f4f6',
    webPreferences: {
      preload: fileURLToPath(new URL('./preload.cjs', import.meta.url)),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      safeDialogs: true,
    },
  })
  const { webContents } = window
  // The page is one: it goes nowhere, and opens nothing. Links outside go through the host, by a list.
  webContents.on('will-navigate', event => {
    if (!event.url.startsWith(PAGE)) event.preventDefault()
  })
  webContents.on('will-redirect', event => event.preventDefault())
  webContents.on('will-frame-navigate', event => {
    if (!event.isMainFrame) event.preventDefault()
  })
  webContents.on('will-attach-webview', event => event.preventDefault())
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  if (kept().get('maximized')) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    kept().set({ bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  })
  void window.loadURL(PAGE + address)
  return window
}

/** A screen may have gone since. */
function onSomeScreen({ x, y, width, height }: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea: area }) => {
    const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
    const down = Math.min(y + height, area.y + area.height) - Math.max(y, area.y)
    return across > 100 && down > 50
  })
}
