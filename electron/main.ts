import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, BrowserWindow, dialog, type Tray } from 'electron'
import { reduce } from '../shared/model/reduce.ts'
import { emptyState, type State } from '../shared/model/state.ts'
import { FaultError } from '../shared/result.ts'
import { failedInOpenRuns, noticesOf, openRuns } from '../shared/show/notices.ts'
import { model } from './engine/model.ts'
import { readingAt } from './engine/store/disk-reader.ts'
import { readStore } from './engine/store/store.ts'
import { attachLiving, ensureEngine } from './engine-client.ts'
import { homeFolder } from './home.ts'
import { startHost } from './host.ts'
import { createNotifier, openTray, setMenu } from './menu.ts'
import { resourcesFolder } from './resources-folder.ts'
import { type SteadyEngine, steadyEngine } from './serve/steady-engine.ts'
import { claimScheme, openWindow, preparePage } from './window.ts'

/** What was typed after the application's name. */
const words = process.argv.slice((process as { readonly defaultApp?: boolean }).defaultApp ? 2 : 1)

if (isForTerminal(words)) {
  // `larmor ...`, the engine's own process too: this binary is the only one in the packaged application. Electron goes
  // on to look for a display only when this module is loaded, so all of it happens before, and cli.ts ends the process.
  process.argv.splice(1, process.argv.length, 'larmor', ...words)
  await import('./cli.ts')
} else {
  keepApart(homeFolder())
  if (app.requestSingleInstanceLock()) {
    claimScheme()
    app.enableSandbox()
    void app.whenReady().then(() => desktop(homeFolder()))
  } else {
    app.quit() // the one that runs shows its window
  }
}

/**
 * The window's own files, and with them the lock of one instance, belong to one data folder: another one has a window of
 * its own. Named after the application, they would lie in the data folder itself where names differ by case alone.
 */
function keepApart(home: string): void {
  const name = home === homeFolder({}) ? '' : `-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  const folder = join(app.getPath('appData'), `larmor-window${name}`)
  mkdirSync(folder, { recursive: true })
  app.setPath('userData', folder)
  // By which Windows knows whose notices they are: the appId of electron-builder.yml.
  if (process.platform === 'win32') app.setAppUserModelId('org.larmor.Larmor')
}

/** Anything but the window: the first word is a command, or one of the options that stand alone. */
function isForTerminal([first]: readonly string[]): boolean {
  if (first === undefined || first === 'open') return false
  return !first.startsWith('-') || ['--version', '--help', '-h', '--json'].includes(first)
}

async function desktop(home: string): Promise<void> {
  preparePage()
  const engine = await attached(home)
  if (engine === null) return app.exit(1)
  const host = startHost(engine, home)
  const icon = join(resourcesFolder, 'icons', 'icon.png')
  let state: State = emptyState
  let tray: Tray | null = null
  let quitting = false

  /** The window; `address`: where in it. */
  function show(address = ''): BrowserWindow {
    const open = BrowserWindow.getAllWindows()[0]
    if (open) {
      if (open.isMinimized()) open.restore()
      open.show()
      open.focus()
      if (address !== '') host.show(open.webContents, { is: 'go', address })
      return open
    }
    const window = openWindow(address)
    host.welcome(window.webContents)
    return window
  }

  const notifier = createNotifier(
    () => BrowserWindow.getFocusedWindow(),
    ({ address }) => show(address),
  )
  engine.subscribe(update => {
    if (update.is === 'snapshot') state = update.state
    else {
      const before = state
      state = reduce(state, update.events)
      for (const notice of noticesOf(update.events, before, state)) notifier.tell(notice)
    }
    app.setBadgeCount(failedInOpenRuns(state))
    tray?.setToolTip(tipOf(openRuns(state)))
  })
  setMenu(entry => {
    host.show(show().webContents, { is: 'menu', entry })
  })

  app.on('second-instance', () => show())
  app.on('activate', () => show())
  app.on('window-all-closed', () => {
    if (openRuns(state) === 0) return quit()
    tray ??= openTray(
      icon,
      () => show(),
      () => app.quit(),
    )
    tray.setToolTip(tipOf(openRuns(state)))
  })
  app.on('before-quit', event => {
    if (quitting) return
    event.preventDefault()
    void askedToQuit(openRuns(state)).then(answer => {
      if (answer === 'leave') quit()
      else if (answer === 'stop') {
        void attachLiving(home)
          .then(living => living?.shutdown())
          .catch(() => {})
          .then(quit)
      }
    })
  })
  function quit(): void {
    quitting = true
    engine?.detach()
    tray?.destroy()
    app.quit()
  }

  const window = show()
  // Who started this process may wait to hear that the window is there.
  window.once('ready-to-show', () => process.send?.({ is: 'open' }))
}

/** What the tray says of the runs while no window does. */
function tipOf(open: number): string {
  return open === 0 ? 'Larmor: nothing is under way' : `Larmor: ${open === 1 ? '1 run is' : `${open} runs are`} open`
}

/** The engine, or null after a dialog that says why there is none. */
async function attached(home: string): Promise<SteadyEngine | null> {
  try {
    return steadyEngine(await ensureEngine(home), {
      living: () => attachLiving(home),
      ensured: () => ensureEngine(home),
      stored: async () => (await readStore(home, model)).state,
      disk: readingAt(home),
    })
  } catch (error) {
    const { message, hint } =
      error instanceof FaultError ? error.fault : { message: `This is a defect of Larmor: ${error}`, hint: undefined }
    dialog.showErrorBox('Larmor cannot start', [message, hint].filter(Boolean).join('\n\n'))
    return null
  }
}

/** Asked only where something is at stake: the engine goes on by itself, unless the person wants it stopped. */
async function askedToQuit(open: number): Promise<'leave' | 'stop' | 'stay'> {
  if (open === 0) return 'leave'
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: open === 1 ? '1 run is not finished.' : `${open} runs are not finished.`,
    detail:
      'Larmor can go on without its window: it submits what comes next and fetches what is done. If it stops, ' +
      'submitted jobs go on, and the next steps wait until Larmor is started again.',
    buttons: ['Close the window, go on working', 'Stop Larmor', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  })
  return response === 0 ? 'leave' : response === 1 ? 'stop' : 'stay'
}
