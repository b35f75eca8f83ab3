/**
 * Stands in for the module `electron` where its binary cannot be: the same calls, with the rules that a host can break.
 * What crosses between processes is cloned as Electron clones it; a scheme is claimed before the application is ready
 * and served after; one instance holds the lock of a data folder; windows close, quit and refuse as Electron's do.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { runInNewContext } from 'node:vm'

/** What outlives one instance of the application, as the system does. */
interface System {
  folder: string
  locks: Map<string, App>
  platformKey: Buffer
}
const keeper = globalThis as { larmorStandIn?: System }
keeper.larmorStandIn ??= { folder: '', locks: new Map(), platformKey: randomBytes(32) }
const system = keeper.larmorStandIn

/** The folder that holds userData and documents of the person whose computer this is. */
export function setFolder(folder: string): void {
  system.folder = folder
}

class App extends EventEmitter {
  ready = false
  exited: number | null = null
  quitting = false
  badge = 0
  sandboxed = false
  readonly commandLine = { appendSwitch: () => {} }

  private readonly paths = new Map<string, string>()

  getPath(name: string): string {
    return this.paths.get(name) ?? join(system.folder, name)
  }
  setPath(name: string, path: string): void {
    if (this.ready) throw new Error('where a page keeps its own is too late to set once the application is ready')
    if (!existsSync(path)) throw new Error(`${path} does not exist`)
    this.paths.set(name, path)
  }
  getVersion(): string {
    return '0.0.0'
  }
  getName(): string {
    return 'Larmor'
  }
  enableSandbox(): void {
    if (this.ready) throw new Error('app.enableSandbox() can only be called before app is ready')
    this.sandboxed = true
  }
  requestSingleInstanceLock(): boolean {
    const holder = system.locks.get(this.getPath('userData'))
    if (holder && holder !== this) {
      setImmediate(() => holder.emit('second-instance', {}, ['larmor'], '/', undefined))
      return false
    }
    system.locks.set(this.getPath('userData'), this)
    return true
  }
  async whenReady(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    if (this.exited !== null) return new Promise(() => {})
    this.ready = true
  }
  setBadgeCount(count: number): boolean {
    if (!Number.isInteger(count) || count < 0) throw new TypeError('a badge is a count')
    this.badge = count
    return true
  }
  quit(): void {
    const event = new StandInEvent()
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    this.quitting = true
    for (const window of BrowserWindow.getAllWindows()) window.close()
    if (BrowserWindow.getAllWindows().length > 0) {
      this.quitting = false
      return
    }
    this.emit('will-quit', new StandInEvent())
    this.exit(0)
  }
  exit(code = 0): void {
    if (this.exited !== null) return
    for (const window of BrowserWindow.getAllWindows()) window.destroy()
    this.exited = code
    if (system.locks.get(this.getPath('userData')) === this) system.locks.delete(this.getPath('userData'))
    this.emit('quit', {}, code)
  }
}
export const app = new App()

class StandInEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

interface Frame {
  readonly url: string
}
type Handler = (event: object, ...args: unknown[]) => unknown

class IpcMain extends EventEmitter {
  readonly handlers = new Map<string, Handler>()
  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.handlers.set(channel, handler)
  }
}
export const ipcMain = new IpcMain()

/** A call from a frame of a window, as ipcRenderer.invoke makes it: cloned on the way there and back. */
export async function invokeFrom(
  sender: WebContents,
  senderFrame: Frame | null,
  channel: string,
  args: readonly unknown[],
): Promise<unknown> {
  const sent = args.map(arg => structuredClone(arg))
  const handler = ipcMain.handlers.get(channel)
  try {
    if (!handler) throw new Error(`No handler registered for '${channel}'`)
    return structuredClone(await handler({ sender, senderFrame, processId: 1, frameId: 1 }, ...sent))
  } catch (error) {
    throw new Error(`Error invoking remote method '${channel}': ${error}`)
  }
}

let contentsMade = 0

export class WebContents extends EventEmitter {
  readonly id = ++contentsMade
  readonly session = session.defaultSession
  mainFrame: Frame = { url: '' }
  /** What contextBridge put into the page's world. */
  world: Record<string, unknown> = {}
  html: Response | null = null
  dragged: { readonly file: string; readonly icon: string } | null = null
  #renderer = new EventEmitter()
  #destroyed = false
  #openHandler: (details: { readonly url: string }) => { readonly action: string } = () => ({ action: 'allow' })

  constructor(readonly webPreferences: Record<string, unknown>) {
    super()
  }
  isDestroyed(): boolean {
    return this.#destroyed
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed')
    const sent = args.map(arg => structuredClone(arg))
    const renderer = this.#renderer
    setImmediate(() => renderer.emit(channel, { sender: null }, ...sent))
  }
  setWindowOpenHandler(handler: (details: { readonly url: string }) => { readonly action: string }): void {
    this.#openHandler = handler
  }
  startDrag(item: { readonly file: string; readonly icon: string }): void {
    if (!isAbsolute(item.file) || !existsSync(item.file)) throw new Error('startDrag needs a file that exists')
    if (!existsSync(item.icon)) throw new Error('startDrag needs an icon')
    this.dragged = item
  }
  /** As if the page said `window.open(url)`. */
  pageOpens(url: string): string {
    return this.#openHandler({ url }).action
  }
  /** As if the page went there by itself; false when it was kept from it. */
  async pageGoesTo(url: string): Promise<boolean> {
    const event = Object.assign(new StandInEvent(), { url, isMainFrame: true, isSameDocument: false })
    this.emit('will-frame-navigate', event)
    this.emit('will-navigate', event, url)
    if (event.defaultPrevented) return false
    await this.load(url)
    return true
  }
  async load(url: string): Promise<void> {
    this.emit('did-start-navigation', { url, isMainFrame: true, isSameDocument: false })
    this.mainFrame = { url }
    this.#renderer = new EventEmitter()
    this.world = {}
    this.html = await protocol.fetch(url)
    this.#runPreload()
  }
  /** In a sandbox: no Node, and of Electron only what a sandboxed preload script gets. */
  #runPreload(): void {
    const { preload, sandbox, contextIsolation } = this.webPreferences
    if (typeof preload !== 'string' || !isAbsolute(preload)) throw new Error('preload wants an absolute path')
    if (sandbox !== true || contextIsolation !== true) throw new Error('this stand-in has only sandboxed pages')
    const renderer = this.#renderer
    const frame = this.mainFrame
    const ipcRenderer = {
      invoke: (channel: string, ...args: unknown[]) => invokeFrom(this, frame, channel, args),
      on: (channel: string, hear: (...args: unknown[]) => void) => renderer.on(channel, hear),
      off: (channel: string, hear: (...args: unknown[]) => void) => renderer.off(channel, hear),
    }
    const contextBridge = {
      exposeInMainWorld: (name: string, api: object) => {
        for (const value of Object.values(api)) if (typeof value !== 'function') structuredClone(value)
        this.world[name] = Object.freeze({ ...api })
      },
    }
    const require = (name: string) => {
      if (name !== 'electron') throw new Error(`module not found: ${name}`)
      return { ipcRenderer, contextBridge }
    }
    runInNewContext(readFileSync(preload, 'utf8'), { require, module: { exports: {} }, exports: {} })
  }
  destroyed(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.emit('destroyed')
  }
}

interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export class BrowserWindow extends EventEmitter {
  static #all: BrowserWindow[] = []
  static #focused: BrowserWindow | null = null
  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#all]
  }
  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindow.#focused
  }

  readonly webContents: WebContents
  bounds: Bounds
  visible = false
  maximized = false
  minimized = false
  loaded: Promise<void> = Promise.resolve()

  constructor(readonly options: Record<string, unknown> & { readonly webPreferences: Record<string, unknown> }) {
    super()
    if (!app.ready) throw new Error('Cannot create BrowserWindow before app is ready')
    const { x = 40, y = 30, width = 800, height = 600 } = options as Partial<Bounds>
    this.bounds = { x, y, width, height }
    this.webContents = new WebContents(options.webPreferences)
    BrowserWindow.#all.push(this)
  }
  loadURL(url: string): Promise<void> {
    this.loaded = Promise.resolve()
      .then(() => this.webContents.load(url))
      .then(() => void this.emit('ready-to-show'))
    return this.loaded
  }
  show(): void {
    this.visible = true
    BrowserWindow.#focused = this
  }
  focus(): void {
    BrowserWindow.#focused = this
  }
  blur(): void {
    if (BrowserWindow.#focused === this) BrowserWindow.#focused = null
  }
  isMinimized(): boolean {
    return this.minimized
  }
  restore(): void {
    this.minimized = false
  }
  maximize(): void {
    this.maximized = true
  }
  isMaximized(): boolean {
    return this.maximized
  }
  getNormalBounds(): Bounds {
    return this.bounds
  }
  close(): void {
    const event = new StandInEvent()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy(): void {
    if (!BrowserWindow.#all.includes(this)) return
    BrowserWindow.#all = BrowserWindow.#all.filter(window => window !== this)
    this.blur()
    this.webContents.destroyed()
    this.emit('closed')
    if (BrowserWindow.#all.length > 0 || app.quitting || app.exited !== null) return
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed')
    else app.quit()
  }
}

class Protocol {
  readonly privileged = new Map<string, Record<string, boolean>>()
  readonly #handlers = new Map<string, (request: Request) => Promise<Response> | Response>()

  registerSchemesAsPrivileged(
    schemes: readonly { readonly scheme: string; readonly privileges: Record<string, boolean> }[],
  ): void {
    if (app.ready) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const { scheme, privileges } of schemes) this.privileged.set(scheme, privileges)
  }
  handle(scheme: string, handler: (request: Request) => Promise<Response> | Response): void {
    if (!app.ready) throw new Error('protocol can only be used after app is ready')
    if (this.#handlers.has(scheme)) throw new Error(`The scheme ${scheme} is already intercepted`)
    this.#handlers.set(scheme, handler)
  }
  async fetch(url: string): Promise<Response> {
    const handler = this.#handlers.get(new URL(url).protocol.slice(0, -1))
    if (!handler) throw new Error(`ERR_UNKNOWN_URL_SCHEME ${url}`)
    return handler({ url, method: 'GET' } as Request)
  }
}
export const protocol = new Protocol()

type Ask = (contents: object | null, permission: string, answer: (granted: boolean) => void) => void
type Check = (contents: object | null, permission: string) => boolean

class Session extends EventEmitter {
  #ask: Ask = (_contents, _permission, answer) => answer(true)
  #check: Check = () => true
  #device: (details: object) => boolean = () => true
  setPermissionRequestHandler(ask: Ask): void {
    this.#ask = ask
  }
  setPermissionCheckHandler(check: Check): void {
    this.#check = check
  }
  setDevicePermissionHandler(device: (details: object) => boolean): void {
    this.#device = device
  }
  /** Whether a page would be given this: asked, checked, and as a device. */
  grants(permission: string): boolean {
    let asked = false
    this.#ask(null, permission, granted => {
      asked = granted
    })
    return asked || this.#check(null, permission)
  }
  /** Whether something at this address would be saved. */
  downloads(url: string): boolean {
    const event = new StandInEvent()
    this.emit('will-download', event, { getURL: () => url }, null)
    return !event.defaultPrevented
  }
  grantsDevice(): boolean {
    return this.#device({ deviceType: 'usb' })
  }
}
export const session = { defaultSession: new Session() }

export const nativeTheme = {
  systemIsDark: false,
  source: 'system',
  get themeSource(): string {
    return this.source
  },
  set themeSource(source: string) {
    if (!['system', 'light', 'dark'].includes(source)) throw new TypeError('no such theme')
    this.source = source
  },
  get shouldUseDarkColors(): boolean {
    return this.source === 'dark' || (this.source === 'system' && this.systemIsDark)
  },
}

export const screen = {
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  getAllDisplays() {
    if (!app.ready) throw new Error("The 'screen' module can't be used before the app 'ready' event")
    return this.displays
  },
}

interface Item {
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly accelerator?: string
  readonly submenu?: readonly Item[]
  click?(): void
}
const ROLES =
  'appMenu editMenu windowMenu help close quit resetZoom zoomIn zoomOut togglefullscreen reload copy paste'.split(' ')

export class Menu {
  static #application: Menu | null = null
  static buildFromTemplate(items: readonly Item[]): Menu {
    for (const item of items) {
      if (item.role !== undefined && !ROLES.includes(item.role)) throw new Error(`no role ${item.role}`)
      if (!item.label && !item.role && item.type !== 'separator') throw new Error('an entry has a label or a role')
      if (item.submenu) Menu.buildFromTemplate(item.submenu)
    }
    return new Menu(items)
  }
  static setApplicationMenu(menu: Menu): void {
    Menu.#application = menu
  }
  static getApplicationMenu(): Menu | null {
    return Menu.#application
  }
  constructor(readonly items: readonly Item[]) {}
  /** As if a person chose the entry. */
  choose(label: string): void {
    const all = (items: readonly Item[]): readonly Item[] => items.flatMap(item => [item, ...all(item.submenu ?? [])])
    const found = all(this.items).find(item => item.label === label)
    if (!found?.click) throw new Error(`no entry ${label}`)
    found.click()
  }
}

class StandInImage {
  constructor(
    readonly path: string,
    readonly width: number | null = null,
  ) {}
  resize({ width }: { readonly width: number }): StandInImage {
    return new StandInImage(this.path, width)
  }
}
export const nativeImage = {
  createFromPath(path: string): StandInImage {
    if (!existsSync(path)) throw new Error(`no image ${path}`)
    return new StandInImage(path)
  },
}

export class Tray extends EventEmitter {
  static all: Tray[] = []
  menu: Menu | null = null
  constructor(readonly image: StandInImage) {
    super()
    if (!app.ready) throw new Error('Cannot create Tray before app is ready')
    Tray.all.push(this)
  }
  setContextMenu(menu: Menu): void {
    this.menu = menu
  }
  tip = ''
  setToolTip(tip: string): void {
    this.tip = tip
  }
  destroy(): void {
    Tray.all = Tray.all.filter(tray => tray !== this)
  }
}

export class Notification extends EventEmitter {
  static shown: Notification[] = []
  static isSupported(): boolean {
    return true
  }
  constructor(readonly options: { readonly title: string; readonly body: string }) {
    super()
  }
  show(): void {
    Notification.shown.push(this)
  }
}

/** A person at the dialogs: each answer is given once, in order; a dialog that nobody answers is a failure. */
class Dialogs {
  readonly answers: object[] = []
  readonly asked: Record<string, unknown>[] = []
  #ask<T>(options: Record<string, unknown>): Promise<T> {
    this.asked.push(options)
    const answer = this.answers.shift()
    return answer === undefined
      ? Promise.reject(new Error('a dialog that nobody answers'))
      : Promise.resolve(answer as T)
  }
  showOpenDialog = (options: Record<string, unknown>) =>
    this.#ask<{ readonly canceled: boolean; readonly filePaths: string[] }>(options)
  showSaveDialog = (options: Record<string, unknown>) =>
    this.#ask<{ readonly canceled: boolean; readonly filePath: string }>(options)
  showMessageBox = (options: Record<string, unknown>) => this.#ask<{ readonly response: number }>(options)
  showErrorBox(title: string, content: string): void {
    this.asked.push({ title, content })
  }
}
export const dialog = new Dialogs()

export const shell = {
  outside: [] as string[],
  opened: [] as string[],
  async openExternal(url: string): Promise<void> {
    shell.outside.push(url)
  },
  async openPath(path: string): Promise<string> {
    if (!existsSync(path)) return 'The file does not exist.'
    shell.opened.push(path)
    return ''
  },
}

/** Encrypts with a key of the system; another computer has another one. */
export const safeStorage = {
  backend: 'gnome_libsecret',
  available: true,
  getSelectedStorageBackend(): string {
    return app.ready ? safeStorage.backend : 'unknown'
  },
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    return safeStorage.available
  },
  async encryptStringAsync(text: string): Promise<Buffer> {
    if (!safeStorage.available) throw new Error('Encryption is not available.')
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', system.platformKey, iv)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed])
  },
  async decryptStringAsync(sealed: Buffer): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }> {
    const decipher = createDecipheriv('aes-256-gcm', system.platformKey, sealed.subarray(0, 12))
    decipher.setAuthTag(sealed.subarray(12, 28))
    const result = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
    return { result, shouldReEncrypt: false }
  },
}

/** The same person at another computer, or after the keychain was lost. */
export function loseKeychain(): void {
  system.platformKey = randomBytes(32)
}

export const ipcRenderer = undefined
export const contextBridge = undefined

export default { app, ipcMain, shell, ipcRenderer }
