import { realpath, writeFile } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { app, dialog, type IpcMainInvokeEvent, ipcMain, nativeTheme, shell, type WebContents } from 'electron'
import type { Unsubscribe } from '../shared/contract.ts'
import { CHANNELS, type Channel, type HostMessage, type Theme } from '../shared/desktop.ts'
import type { JobId } from '../shared/ids.ts'
import { badInput, fail, ok, type Result } from '../shared/result.ts'
import { type CreditFeed, creditFeed } from './credit-feed.ts'
import { readingsOf } from './engine/socket/readings-of.ts'
import { engineCalls } from './engine-calls.ts'
import { rememberedAnswers } from './remembered-answers.ts'
import { resourcesFolder } from './resources-folder.ts'
import { openSecrets } from './secrets.ts'
import type { SteadyEngine } from './serve/steady-engine.ts'
import { keepTheme, PAGE } from './window.ts'

/** The only addresses that Larmor opens in a browser: the sources it cites, and the manuals of the programs it runs. */
const OUTSIDE = ['doi.org', 'nwchemgit.github.io', 'www.faccts.de', 'xtb-docs.readthedocs.io', 'slurm.schedmd.com']

interface Guest {
  readonly contents: WebContents
  /** What it is to show, until its page listens: the newest wish. */
  held: HostMessage | null
  listens: boolean
  feed: CreditFeed | null
  /** By channel, how to leave it. */
  readonly leave: Map<unknown, Unsubscribe>
}

type HostCall = (guest: Guest, ...args: readonly unknown[]) => Promise<Result<unknown>> | Result<unknown>

export interface Host {
  /** From now on this window's own page may call, and is told of the engine. */
  welcome(contents: WebContents): void
  /** Tells the page what the person chose outside of it; one that is still loading hears it once it listens. */
  show(contents: WebContents, message: Extract<HostMessage, { readonly is: 'menu' | 'go' }>): void
}

/** All that crosses between the windows and the rest: one invoke channel up, one event channel down. */
export function startHost(engine: SteadyEngine, home: string): Host {
  const guests = new Map<number, Guest>()

  const remembered = rememberedAnswers(engine, openSecrets(), Date.now)
  const channels: Readonly<
    Record<Channel, (listener: (value: unknown) => void, of: readonly JobId[] | null) => Unsubscribe>
  > = {
    engine: engine.presence,
    readings: (listener, of) => readingsOf(engine, listener, of),
    questions: remembered.questions,
    activity: engine.activity,
  }
  const calls: Readonly<Record<string, HostCall>> = {
    listens(guest) {
      guest.listens = true
      if (guest.held !== null) tell(guest, guest.held)
      guest.held = null
      return ok(null)
    },
    follow(guest) {
      guest.feed?.end()
      guest.feed = creditFeed(engine, update => tell(guest, { is: 'update', update }))
      return ok(null)
    },
    taken(guest) {
      guest.feed?.taken()
      return ok(null)
    },
    listen(guest, channel, of) {
      if (!isChannel(channel)) return badInput('channel', 'There is no such channel.')
      const some = Array.isArray(of) && of.every(each => typeof each === 'string') ? (of as JobId[]) : null
      guest.leave.get(channel)?.()
      guest.leave.set(
        channel,
        channels[channel](value => tell(guest, { is: 'channel', channel, value }), some),
      )
      return ok(null)
    },
    unlisten(guest, channel) {
      guest.leave.get(channel)?.()
      guest.leave.delete(channel)
      return ok(null)
    },
    'answer-and-keep'(_guest, id, answer) {
      if (typeof id !== 'string') return badInput('id', 'The id of a question is wanted.')
      if (answer !== null && typeof answer !== 'string') return badInput('answer', 'An answer is a text, or null.')
      return remembered.answerAndKeep(id, answer)
    },
    'save-file': (_guest, name, text) => saveFile(name, text),
    'show-folder': (_guest, run, job) => showFolder(home, run, job ?? null),
    'drag-out': (guest, run, name) => dragOut(guest.contents, home, run, name),
    'open-outside': (_guest, url) => openOutside(url),
    theme(_guest, theme) {
      if (!isTheme(theme)) return badInput('theme', 'A theme is system, light or dark.')
      nativeTheme.themeSource = theme
      keepTheme(theme)
      return ok(null)
    },
  }

  function leave(guest: Guest): void {
    guest.listens = false
    guest.feed?.end()
    guest.feed = null
    for (const end of guest.leave.values()) end()
    guest.leave.clear()
  }

  ipcMain.handle('larmor:call', async (event, call: unknown, ...args: readonly unknown[]) => {
    const guest = guestOf(event)
    if (guest === null || typeof call !== 'string') throw new Error('This page may not call.')
    if (Object.hasOwn(engineCalls, call)) return engineCalls[call]?.(engine, ...args)
    if (Object.hasOwn(calls, call)) return calls[call]?.(guest, ...args)
    throw new Error('There is no such call.')
  })

  /** Who calls, if it is the main frame of a window of ours that shows our own page. */
  function guestOf({ sender, senderFrame }: IpcMainInvokeEvent): Guest | null {
    const guest = guests.get(sender.id)
    if (guest === undefined || senderFrame === null || senderFrame !== sender.mainFrame) return null
    return senderFrame.url.startsWith(PAGE) ? guest : null
  }

  return {
    welcome(contents) {
      const guest: Guest = { contents, held: null, listens: false, feed: null, leave: new Map() }
      guests.set(contents.id, guest)
      contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
        if (isMainFrame && !isSameDocument) leave(guest) // a reloaded page follows anew
      })
      contents.once('destroyed', () => {
        leave(guest)
        guests.delete(contents.id)
      })
    },
    show(contents, message) {
      const guest = guests.get(contents.id)
      if (guest?.listens) tell(guest, message)
      else if (guest) guest.held = message
    },
  }
}

function tell({ contents }: Guest, message: HostMessage): void {
  if (!contents.isDestroyed()) contents.send('larmor:message', message)
}

/** The path that was written, or null when the person thought better of it. */
async function saveFile(name: unknown, data: unknown): Promise<Result<string | null>> {
  if (typeof name !== 'string' || name === '') return badInput('name', 'A file name is wanted.')
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return badInput('data', 'Text or bytes are wanted.')
  // What a page proposes is a name, never a path.
  const defaultPath = join(app.getPath('documents'), basename(name.replaceAll('\\', '/')))
  const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath })
  if (canceled || !filePath) return ok(null)
  try {
    await writeFile(filePath, data)
    return ok(filePath)
  } catch (error) {
    return fail({ code: 'not-now', message: `${filePath} cannot be written: ${(error as Error).message}` })
  }
}

/** The readable folder of a run, or of one of its jobs. */
async function showFolder(home: string, run: unknown, job: unknown): Promise<Result<null>> {
  const ofRun = await within(join(home, 'runs'), run)
  const key = typeof job === 'string' && job.startsWith(`${run}.`) ? job.slice(`${run}.`.length) : null
  const folder = job === null ? ofRun : ofRun === null ? null : await within(ofRun, key)
  if (folder === null) return fail({ code: 'not-found', message: 'There are no files of it on this computer yet.' })
  const trouble = await shell.openPath(folder)
  return trouble === '' ? ok(null) : fail({ code: 'not-now', message: trouble })
}

/** Lets a file of a run be dropped elsewhere, onto the desktop or into a mail. */
async function dragOut(contents: WebContents, home: string, run: unknown, name: unknown): Promise<Result<null>> {
  const folder = await within(join(home, 'runs'), run)
  const file = folder === null ? null : await within(folder, name)
  if (file === null) return fail({ code: 'not-found', message: 'There is no such file here.' })
  if (!contents.isDestroyed()) contents.startDrag({ file, icon: join(resourcesFolder, 'icons', 'drag.png') })
  return ok(null)
}

/** The real path of what a page names inside a folder; null where it is not there, or leads out of it. */
async function within(folder: string, name: unknown): Promise<string | null> {
  if (typeof name !== 'string' || name === '' || name.includes('\0')) return null
  try {
    const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name))])
    return path.startsWith(root + sep) ? path : null
  } catch {
    return null
  }
}

async function openOutside(url: unknown): Promise<Result<null>> {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null
  const plain = parsed?.protocol === 'https:' && parsed.port === '' && parsed.username === '' && parsed.password === ''
  if (!parsed || !plain || !OUTSIDE.includes(parsed.hostname)) {
    return badInput('url', 'Larmor does not open this address.')
  }
  await shell.openExternal(parsed.href)
  return ok(null)
}

function isChannel(value: unknown): value is Channel {
  return (CHANNELS as readonly unknown[]).includes(value)
}

function isTheme(value: unknown): value is Theme {
  return value === 'system' || value === 'light' || value === 'dark'
}
