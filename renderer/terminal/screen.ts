import '@xterm/xterm/css/xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import type { Engine } from '../../shared/contract.ts'
import type { ShownTerminal } from './terminals.ts'

/** What is drawn and typed of one terminal, until `close`. */
export interface Screen {
  focus(): void
  fit(): void
  repaint(): void
  close(): void
}

interface Tells {
  /** Why there is none yet, none, or no more; '' while there is one. */
  said(words: string): void
  /** The person wants to leave it by the keyboard. */
  left(): void
}

/**
 * Draws a shell into `place`. What it prints is asked for as fast as it can be drawn and no faster.
 */
export function openScreen(
  engine: Pick<Engine, 'terminal'>,
  { machine, dir }: ShownTerminal,
  place: HTMLElement,
  { said, left }: Tells,
): Screen {
  const shown = new Terminal({
    fontFamily: getComputedStyle(place).getPropertyValue('--font-machine'),
    fontSize: 12,
    theme: colours(),
    scrollback: 10_000,
    // An output may say what it likes to be a link to.
    linkHandler: { activate: () => {} },
  })
  const fitting = new FitAddon()
  shown.loadAddon(fitting)
  underPolicy(() => shown.open(place))
  fitting.fit()
  // Keys belong to the shell, but for the one that leads out of it.
  place.addEventListener('keydown', event => event.stopPropagation())
  shown.attachCustomKeyEventHandler(event => {
    if (event.key !== 'Escape' || !event.shiftKey) return true
    event.preventDefault()
    if (event.type === 'keydown') left()
    return false
  })
  let id: string | null = null
  let closed = false
  let writing: Promise<unknown> = Promise.resolve()

  async function run(): Promise<void> {
    const opened = await engine.terminal({ does: 'open', machine, dir, columns: shown.cols, rows: shown.rows })
    if (!opened.ok) return said([opened.fault.message, opened.fault.hint].filter(Boolean).join(' '))
    id = opened.value.terminal
    if (closed) return void engine.terminal({ does: 'close', terminal: id })
    said('')
    while (!closed) {
      const read = await engine.terminal({ does: 'read', terminal: id })
      if (closed) return
      if (!read.ok) return said(read.fault.message)
      await new Promise<void>(drawn => shown.write(bytesOf(read.value.data), drawn))
      if (read.value.ended === null) continue
      id = null
      return said(read.value.ended)
    }
  }
  shown.onData(text => {
    // In order, each after the one before it was taken.
    writing = writing.then(() => (id === null ? undefined : engine.terminal({ does: 'write', terminal: id, text })))
  })
  shown.onResize(({ cols, rows }) => {
    if (id !== null) void engine.terminal({ does: 'resize', terminal: id, columns: cols, rows })
  })
  said(`Opening a shell on ${machine}…`)
  void run()
  return {
    focus: () => shown.focus(),
    fit: () => fitting.fit(),
    repaint() {
      shown.options.theme = colours()
    },
    close() {
      closed = true
      if (id !== null) void engine.terminal({ does: 'close', terminal: id })
      shown.dispose()
    },
  }
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), char => char.charCodeAt(0))
}

/** The page's own colours; the sixteen of a terminal are xterm's, but for those too faint on a light ground. */
function colours() {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string) => style.getPropertyValue(name).trim()
  const tones = {
    red: of('--fail'),
    green: of('--done'),
    yellow: of('--attention'),
    blue: of('--run'),
    magenta: of('--accent'),
  }
  return {
    background: of('--surface'),
    foreground: of('--text'),
    cursor: of('--accent'),
    cursorAccent: of('--surface'),
    selectionBackground: `${of('--accent')}55`,
    ...tones,
    brightRed: tones.red,
    brightGreen: tones.green,
    brightYellow: tones.yellow,
    brightBlue: tones.blue,
    brightMagenta: tones.magenta,
    cyan: of('--run'),
    brightCyan: of('--run'),
    white: of('--text-2'),
    brightWhite: of('--text'),
    black: of('--text-3'),
    brightBlack: of('--text-3'),
  }
}

/**
 * xterm writes its measures and colours into style elements, which the page's policy forbids. A style sheet that is
 * made by script is allowed: each such element gets one, and only looks like the element that xterm asked for.
 */
function underPolicy(open: () => void): void {
  const create = document.createElement
  document.createElement = ((name: string, options?: ElementCreationOptions) =>
    name === 'style' ? styleElement() : create.call(document, name, options)) as typeof create
  try {
    open()
  } finally {
    document.createElement = create
  }
}

function styleElement(): HTMLElement {
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  const element = document.createElementNS('http://www.w3.org/1999/xhtml', 'span') as HTMLElement
  element.hidden = true
  Object.defineProperty(element, 'textContent', {
    set: (css: string) => sheet.replaceSync(css),
    get: () => '',
  })
  const remove = element.remove.bind(element)
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter(other => other !== sheet)
    remove()
  }
  return element
}
