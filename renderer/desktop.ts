import type { Unsubscribe, Update } from '../shared/contract.ts'
import type { Channel, DesktopBridge } from '../shared/desktop.ts'
import type { Instant } from '../shared/ids.ts'
import { fail, type Result } from '../shared/result.ts'
import { cell } from './cell.ts'
import type { BrowserEngine, Link } from './engine-client.ts'
import type { Host } from './host.ts'
import { openTerminal } from './terminal/terminals.ts'
import { note } from './ui/toast.tsx'

/** The bridge of the desktop window's preload script, or undefined in a browser. */
export const bridge = (globalThis as { readonly larmor?: DesktopBridge }).larmor

/** The Engine contract over the desktop window's two channels. */
export function connectDesktop(to: DesktopBridge): BrowserEngine {
  const link = cell<Link>({ is: 'connecting' })
  const listening = new Map<Channel, readonly (string | undefined)[]>()
  let heard: Instant | null = null
  let lives = true

  /** `of`: what of the channel; undefined: all of it. */
  function listen<T>(channel: Channel, listener: (value: T) => void, of?: string): Unsubscribe {
    const end = to.listen(message => {
      if (message.is === 'channel' && message.channel === channel) listener(message.value as T)
    })
    const tell = () => {
      const all = listening.get(channel) ?? []
      if (all.length === 0) return void to.invoke('unlisten', channel)
      void to.invoke('listen', channel, all.includes(undefined) ? null : [...new Set(all)])
    }
    listening.set(channel, [...(listening.get(channel) ?? []), of])
    tell()
    return () => {
      end()
      const left = [...(listening.get(channel) ?? [])]
      left.splice(left.indexOf(of), 1)
      listening.set(channel, left)
      tell()
    }
  }

  async function call<T>(name: string, ...args: readonly unknown[]): Promise<Result<T>> {
    try {
      return (await to.invoke(name, ...args)) as Result<T>
    } catch (error) {
      return fail({ code: 'internal', message: 'This is a defect of Larmor.', detail: String(error) })
    }
  }

  function hear(): void {
    if (lives) heard = new Date().toISOString()
    const now = lives ? 'live' : 'no-engine'
    if (link.get().is !== now) link.set(lives ? { is: 'live' } : { is: 'no-engine', as_of: heard })
  }
  listen('engine', (alive: boolean) => {
    lives = alive
    hear()
  })

  return {
    link,
    subscribe(listener: (update: Update) => void): Unsubscribe {
      const end = to.listen(message => {
        if (message.is !== 'update') return
        hear()
        listener(message.update)
        void to.invoke('taken')
      })
      void to.invoke('follow')
      return end
    },
    readings: (listener, of) => listen('readings', listener, of),
    questions: listener => listen('questions', listener),
    activity: listener => listen('activity', listener),
    terminal: asked => call('terminal', asked),
    send: command => call('send', command),
    put: text => call('put', text),
    archivedRuns: () => call('archivedRuns'),
    archivedRun: run => call('archivedRun', run),
    read: (ref, range) => call('read', ref, range ?? null),
    answer: (id, answer) => call('answer', id, answer),
  }
}

/** The window of the desktop application, which can do more than a browser's tab. */
export function desktopHost(to: DesktopBridge): Host {
  return {
    name: 'electron',
    openFolder: (run, job) => void to.invoke('show-folder', run, job).then(tellFault),
    openTerminal,
    dragOut: (run, file) => void to.invoke('drag-out', run, file).then(tellFault),
    openOutside: url => void to.invoke('open-outside', url).then(tellFault),
    saveFile: async (name, data) => tellFault(await to.invoke('save-file', name, data)),
    answerAndKeep: (question, answer) => to.invoke('answer-and-keep', question, answer) as Promise<Result<void>>,
    setTheme: theme => void to.invoke('theme', theme),
    onMenu: choose =>
      to.listen(message => {
        if (message.is === 'menu') choose(message.entry)
      }),
    onGo: go =>
      to.listen(message => {
        if (message.is === 'go') go(message.address)
      }),
    listens: () => void to.invoke('listens'),
  }
}

function tellFault(answer: unknown): void {
  const result = answer as Result<unknown>
  if (!result.ok) note(result.fault.message, { shape: 'octagon' })
}
