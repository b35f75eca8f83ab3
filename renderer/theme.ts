import { cell, useCell } from './cell.ts'

export type ThemeWish = 'system' | 'light' | 'dark'
export type Theme = Exclude<ThemeWish, 'system'>

const KEY = 'larmor-theme'
const system = matchMedia('(prefers-color-scheme: dark)')

const wish = cell<ThemeWish>(readWish())
const theme = cell<Theme>(resolved())

/** The theme that is shown, in the document from now on and whenever the wish or the system's changes. */
export function startTheme(): void {
  const apply = () => {
    theme.set(resolved())
    document.documentElement.dataset.theme = theme.get()
  }
  system.addEventListener('change', apply)
  wish.subscribe(apply)
  apply()
}

/** For what draws with colours of its own (a canvas): draw again when it changes. */
export function useTheme(): Theme {
  return useCell(theme)
}

export function useThemeWish(): readonly [ThemeWish, (next: ThemeWish) => void] {
  return [useCell(wish), setThemeWish]
}

function setThemeWish(next: ThemeWish): void {
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Storage may be off; the wish then holds until the window closes.
  }
  wish.set(next)
}

function readWish(): ThemeWish {
  try {
    const kept = localStorage.getItem(KEY)
    if (kept === 'light' || kept === 'dark') return kept
  } catch {
    // As above.
  }
  return 'system'
}

function resolved(): Theme {
  const wished = wish.get()
  return wished === 'system' ? (system.matches ? 'dark' : 'light') : wished
}
