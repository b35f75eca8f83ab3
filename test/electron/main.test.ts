import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { attachLiving, livingEngine } from '../../electron/engine-client.ts'
import type { HostMessage } from '../../shared/desktop.ts'
import { reduce } from '../../shared/model/reduce.ts'
import { emptyState, type State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import type { Result } from '../../shared/result.ts'
import { commandRun } from '../engine/living/command-run.ts'
import { eventually } from '../serve/eventually.ts'
import type { BrowserWindow } from './stand-in.ts'
import {
  bridgeOf,
  heardBy,
  restoreProcess,
  type Started,
  startApplication,
  temporaryFolder,
  windowOf,
} from './started.ts'

/** The built application over a real engine; only `electron` itself is stood in for. */
let here: Started
let window: BrowserWindow
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeEach(async () => {
  folder = await temporaryFolder()
  here = await startApplication(folder.path)
  window = await windowOf(here)
})
afterEach(async () => {
  here.electron.app.exit()
  restoreProcess()
  await (await attachLiving(here.home))?.shutdown()
  await folder.remove()
})

function call<T>(name: string, ...args: readonly unknown[]): Promise<Result<T>> {
  return bridgeOf(window).invoke(name, ...args) as Promise<Result<T>>
}

/** The state as the page would have it, from what the host says. */
function stateOf(heard: readonly HostMessage[]): State | null {
  let state: State | null = null
  for (const message of heard) {
    if (message.is !== 'update') continue
    const { update } = message
    state = update.is === 'snapshot' ? update.state : state && reduce(state, update.events)
  }
  return state
}

const phaseOf = (run: string, heard: readonly HostMessage[]) => get((stateOf(heard) ?? emptyState).runs, run)?.phase

async function startRun(id: string, script: string): Promise<void> {
  const { texts, command } = commandRun(id, { job: script })
  for (const text of texts) expect(await call('put', text)).toMatchObject({ ok: true })
  expect(await call('send', command)).toMatchObject({ ok: true })
}

test('the page has no Node, no way out, and no permission', async () => {
  const { webPreferences } = window.options
  expect(webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  })
  expect(here.electron.app.sandboxed).toBe(true)
  expect(Object.keys(window.webContents.world)).toEqual(['larmor'])
  expect(Object.keys(bridgeOf(window)).sort()).toEqual(['invoke', 'listen'])

  for (const url of ['https://example.org/', 'file:///etc/passwd', 'app://elsewhere/', 'data:text/html,x']) {
    expect(window.webContents.pageOpens(url)).toBe('deny')
    expect(await window.webContents.pageGoesTo(url)).toBe(false)
  }
  for (const permission of ['geolocation', 'media', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem']) {
    expect([permission, window.webContents.session.grants(permission)]).toEqual([permission, false])
  }
  expect(window.webContents.session.grants('clipboard-sanitized-write')).toBe(true)
  expect(window.webContents.session.grantsDevice()).toBe(false)
  expect(window.webContents.session.downloads('blob:app://larmor/5a0f')).toBe(true)
  for (const url of ['https://example.org/x', 'blob:https://example.org/5a0f', 'app://larmor/index.html']) {
    expect(window.webContents.session.downloads(url)).toBe(false)
  }
})

test('the page comes from its own scheme, under a strict policy, and nothing beside it can be had', async () => {
  const page = window.webContents.html
  expect(page?.status).toBe(200)
  expect(await page?.text()).toContain('<div id="page">')
  const policy = page?.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("style-src 'self';")
  expect(policy).not.toContain('unsafe')
  for (const url of ['../package.json', '%2e%2e/package.json', '..%5cpackage.json', 'nothing.js']) {
    expect((await here.electron.protocol.fetch(`app://larmor/${url}`)).status).toBe(404)
  }
  expect((await here.electron.protocol.fetch('app://elsewhere/index.html')).status).toBe(404)
})

test('the page sees what the engine does, and goes on when the engine ended', async () => {
  const heard = heardBy(window)
  await call('follow')
  await call('listen', 'engine')
  await startRun('r1', 'true')
  await eventually(() => phaseOf('r1', heard)).toMatchObject({
    is: 'ended',
    outcome: 'completed',
  })

  await (await attachLiving(here.home))?.shutdown()
  await eventually(() => heard.at(-1)).toEqual({ is: 'channel', channel: 'engine', value: false })
  await startRun('r2', 'true') // a command starts another one
  await eventually(() => phaseOf('r2', heard)?.is).toBe('ended')
})

test('a page listens to the channels it wants, and to no others', async () => {
  const heard = heardBy(window)
  expect(await call('listen', 'activity')).toEqual({ ok: true, value: null })
  expect(await call('listen', 'questions')).toEqual({ ok: true, value: null })
  await eventually(() => heard).toContainEqual({ is: 'channel', channel: 'questions', value: [] })
  expect(await call('listen', 'subscribe')).toMatchObject({ ok: false })
  expect(await call('answer', 'q1', 'yes')).toMatchObject({ ok: false, fault: { code: 'not-found' } })
  expect(await call('answer', 'q1', ['yes'])).toMatchObject({ ok: false, fault: { code: 'bad-input' } })

  await call('unlisten', 'questions')
  await window.webContents.pageGoesTo('app://larmor/index.html') // a reloaded page hears nothing that it did not ask for
  const after = heardBy(window)
  await call('put', 'x')
  await new Promise(resolve => setTimeout(resolve, 1500))
  expect(after).toEqual([])
})

test('only the main frame of a window that shows our own page may call', async () => {
  const { webContents } = window
  const { invokeFrom } = here.electron
  const refused = 'This page may not call.'
  const ask = (frame: { readonly url: string } | null) => invokeFrom(webContents, frame, 'larmor:call', ['put', 'x'])
  expect(await ask(webContents.mainFrame)).toMatchObject({ ok: true })
  await expect(ask({ url: webContents.mainFrame.url })).rejects.toThrow(refused) // a frame within it
  await expect(ask(null)).rejects.toThrow(refused) // it has gone meanwhile
  for (const url of ['https://example.org/', 'app://larmor.example.org/', 'app://elsewhere/']) {
    webContents.mainFrame = { url }
    await expect(ask(webContents.mainFrame)).rejects.toThrow(refused)
  }
  const stranger = new here.electron.WebContents({})
  stranger.mainFrame = { url: 'app://larmor/' }
  await expect(invokeFrom(stranger, stranger.mainFrame, 'larmor:call', ['put', 'x'])).rejects.toThrow(refused)
})

test('what the page sends is looked at', async () => {
  for (const name of ['nothing', 'constructor', '__proto__', 'toString', 'detach']) {
    await expect(call(name)).rejects.toThrow('There is no such call.')
  }
  await expect(call('send', { type: 'run.pause', run: () => {} })).rejects.toThrow(/clone/)
  expect(await call('send', { type: 'run.explode' })).toMatchObject({ ok: false, fault: { code: 'bad-input' } })
  expect(await call('send', { type: 'run.pause' })).toMatchObject({ ok: false, fault: { field: 'run' } })
  expect(await call('send')).toMatchObject({ ok: false })
  expect(await call('put', 7)).toMatchObject({ ok: false })
  expect(await call('read', { sha256: '../../etc/passwd', bytes: 4 })).toMatchObject({ ok: false })
  const kept = await call<{ readonly sha256: string; readonly bytes: number }>('put', 'µ')
  expect(kept).toMatchObject({ ok: true, value: { bytes: 2 } })
  const ref = kept.ok ? kept.value : null
  expect(await call('read', ref)).toEqual({ ok: true, value: 'µ' })
  expect(await call('read', ref, { offset: -1, length: 1 })).toMatchObject({ ok: false })
})

test('a second instance shows the window of the first, and goes', async () => {
  const first = here
  window.minimized = true
  window.blur()
  const second = await startApplication(folder.path)
  expect(second.electron.app.exited).toBe(0)
  expect(second.electron.BrowserWindow.getAllWindows()).toEqual([])
  await eventually(() => window.minimized).toBe(false)
  expect(first.electron.BrowserWindow.getFocusedWindow()).toBe(window)
})

test('another data folder has a window of its own, and no file of it lies among the engine\u2019s', async () => {
  const other = await startApplication(folder.path, join(folder.path, 'other'))
  expect(other.electron.app.exited).toBeNull()
  await windowOf(other)
  const places = [here, other].map(({ electron }) => electron.app.getPath('userData'))
  expect(new Set(places).size).toBe(2)
  for (const place of places) expect(place.toLowerCase().startsWith(here.home.toLowerCase())).toBe(false)
  other.electron.app.exit()
  await (await attachLiving(other.home))?.shutdown()
})

test('without open runs the last window is the end; the engine is left to itself', async () => {
  window.close()
  expect(here.electron.app.exited).toBe(0)
  expect(await livingEngine(here.home)).not.toBeNull()
})

test('while a run is open it stays in the tray, and Quit asks', async () => {
  const { app, dialog, Tray, BrowserWindow } = here.electron
  const heard = heardBy(window)
  await call('follow')
  await startRun('r1', 'sleep 600')
  await eventually(() => phaseOf('r1', heard)?.is).toBe('open')

  window.close()
  expect(app.exited).toBeNull()
  const [tray] = Tray.all
  expect(tray?.tip).toBe('Larmor: 1 run is open')
  tray?.menu?.choose('Show Larmor')
  expect(BrowserWindow.getAllWindows()).toHaveLength(1)

  dialog.answers.push({ response: 2 })
  tray?.menu?.choose('Quit…')
  await eventually(() => dialog.asked.length).toBe(1)
  expect(dialog.asked[0]).toMatchObject({ message: '1 run is not finished.', defaultId: 0, cancelId: 2 })
  expect(app.exited).toBeNull()

  dialog.answers.push({ response: 0 })
  app.quit()
  await eventually(() => app.exited).toBe(0)
  expect(Tray.all).toEqual([])
  expect(await livingEngine(here.home)).not.toBeNull()

  here = await startApplication(folder.path)
  window = await windowOf(here)
  const again = heardBy(window)
  await call('follow')
  await eventually(() => phaseOf('r1', again)?.is).toBe('open')
  await call('send', { type: 'run.cancel', run: 'r1' })
  here.electron.dialog.answers.push({ response: 1 })
  here.electron.app.quit()
  await eventually(() => here.electron.app.exited).toBe(0)
  await eventually(() => livingEngine(here.home)).toBeNull()
})

test('failures are told once per run and class while nobody looks, and counted on the icon', async () => {
  const { Notification, app } = here.electron
  window.blur()
  const { texts, command } = commandRun('r1', { a: 'exit 3', b: 'exit 3', c: 'sleep 600' })
  for (const text of texts) await call('put', text)
  await call('send', command)
  await eventually(() => app.badge).toBe(2)
  const failures = Notification.shown.filter(({ options }) => options.body.includes('failed'))
  expect(failures).toHaveLength(1)
  expect(failures[0]?.options).toMatchObject({ title: 'r1', body: expect.stringMatching(/^[12] jobs? failed: /) })
  const page = heardBy(window)
  await call('listens')
  failures[0]?.emit('click')
  expect(here.electron.BrowserWindow.getFocusedWindow()).toBe(window)
  await eventually(() => page).toContainEqual({ is: 'go', address: '#/queue/r1' })

  // A page that loads does not listen yet; it is told once it does.
  await window.webContents.pageGoesTo('app://larmor/index.html')
  failures[0]?.emit('click')
  await new Promise(setImmediate) // by then it would have been told in vain
  const reloaded = heardBy(window)
  await call('listens')
  await eventually(() => reloaded).toContainEqual({ is: 'go', address: '#/queue/r1' })

  Notification.shown.length = 0
  const heard = heardBy(window)
  await call('follow')
  await startRun('r2', 'exit 3')
  await eventually(() => phaseOf('r2', heard)).toMatchObject({ is: 'ended', outcome: 'failed' })
  await call('send', { type: 'run.cancel', run: 'r1' })
  await eventually(() => app.badge).toBe(0)
  expect(Notification.shown).toEqual([]) // the window has the focus
})

test('the native menu speaks to the page', async () => {
  const heard = heardBy(window)
  await call('listens')
  here.electron.Menu.getApplicationMenu()?.choose('New run')
  await eventually(() => heard).toContainEqual({ is: 'menu', entry: 'new' })
})

test('files are saved where the person says, by the system’s own dialog', async () => {
  const { dialog } = here.electron
  const csv = join(folder.path, 'shifts.csv')
  dialog.answers.push({ canceled: false, filePath: csv })
  expect(await call('save-file', '../../.bashrc', 'a,b\n')).toEqual({ ok: true, value: csv })
  expect(await readFile(csv, 'utf8')).toBe('a,b\n')
  expect(dialog.asked.at(-1)).toMatchObject({ defaultPath: join(folder.path, 'documents', '.bashrc') })
  dialog.answers.push({ canceled: false, filePath: join(folder.path, 'zip') })
  expect(await call('save-file', 'run.zip', new Uint8Array([80, 75]))).toMatchObject({ ok: true })
  expect([...(await readFile(join(folder.path, 'zip')))]).toEqual([80, 75])
  dialog.answers.push({ canceled: false, filePath: join(folder.path, 'no', 'such', 'folder') })
  expect(await call('save-file', 'x', 'y')).toMatchObject({ ok: false, fault: { code: 'not-now' } })
  dialog.answers.push({ canceled: true, filePath: '' })
  expect(await call('save-file', 'x', 'y')).toEqual({ ok: true, value: null })
  expect(await call('save-file', 'x', { toString: 1 })).toMatchObject({ ok: false, fault: { field: 'data' } })
})

test('only files of runs are shown and dragged out', async () => {
  const run = join(here.home, 'runs', 'r1')
  await mkdir(join(run, 'c-1-opt'), { recursive: true })
  await writeFile(join(run, 'results.csv'), 'a')
  await symlink('/etc/passwd', join(run, 'passwd'))
  expect(await call('show-folder', 'r1')).toMatchObject({ ok: true })
  expect(await call('show-folder', 'r1', 'r1.c-1-opt')).toMatchObject({ ok: true })
  expect(here.electron.shell.opened).toEqual([run, join(run, 'c-1-opt')])
  for (const job of ['r1.', 'r1...', 'r2.c-1-opt', 'c-1-opt', 7]) {
    expect(await call('show-folder', 'r1', job)).toMatchObject({ ok: false })
  }
  expect(await call('drag-out', 'r1', 'results.csv')).toMatchObject({ ok: true })
  expect(window.webContents.dragged?.file).toBe(join(run, 'results.csv'))
  for (const [of, name] of [
    ['r1', '../../engine.json'],
    ['..', 'engine.json'],
    ['r1', 'passwd'],
    ['r1', 'none'],
    ['r1', 7],
  ]) {
    expect(await call('drag-out', of, name)).toMatchObject({ ok: false, fault: { code: 'not-found' } })
  }
  for (const of of ['..', '.', '', '/etc', 'r2', null])
    expect(await call('show-folder', of)).toMatchObject({ ok: false })
})

test('addresses outside are opened by a list', async () => {
  const doi = 'https://doi.org/10.1021/acs.joc.4c00001'
  expect(await call('open-outside', doi)).toMatchObject({ ok: true })
  for (const url of [
    'http://doi.org/x',
    'https://doi.org.example.org/',
    'https://doi.org:8443/',
    'https://me:word@doi.org/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://doi.org/x',
    42,
  ]) {
    expect(await call('open-outside', url)).toMatchObject({ ok: false })
  }
  expect(here.electron.shell.outside).toEqual([doi])
})

test('the window stands where it stood, in its theme; nothing else is kept beside the engine’s data', async () => {
  window.bounds = { x: 100, y: 120, width: 1300, height: 800 }
  expect(await call('theme', 'dark')).toMatchObject({ ok: true })
  expect(await call('theme', 'pink')).toMatchObject({ ok: false })
  window.close()
  const kept = join(here.electron.app.getPath('userData'), 'window.json')
  expect(Object.keys(JSON.parse(await readFile(kept, 'utf8'))).sort()).toEqual(['bounds', 'maximized', 'theme'])

  here = await startApplication(folder.path)
  window = await windowOf(here)
  expect(window.bounds).toEqual({ x: 100, y: 120, width: 1300, height: 800 })
  expect(here.electron.nativeTheme.themeSource).toBe('dark')
  window.bounds = { x: 5000, y: 5000, width: 1300, height: 800 } // of a screen that is gone
  window.close()
  here = await startApplication(folder.path)
  window = await windowOf(here)
  expect(window.bounds).not.toMatchObject({ x: 5000 })

  here.electron.app.exit()
  await writeFile(kept, '{"bounds": "damaged') // loses the place, and nothing else
  here = await startApplication(folder.path)
  window = await windowOf(here)
  expect((await readdir(here.electron.app.getPath('userData'))).filter(name => !name.startsWith('window'))).toEqual([])
})

test('a folder that no engine can use is said, and ends the start', async () => {
  here.electron.app.exit()
  const file = join(folder.path, 'file')
  await writeFile(file, '')
  const broken = await startApplication(folder.path, file)
  await vi.waitFor(() => expect(broken.electron.app.exited).toBe(1), { timeout: 30_000 })
  expect(broken.electron.dialog.asked[0]).toMatchObject({ title: 'Larmor cannot start' })
})
