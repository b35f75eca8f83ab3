import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { which } from '../setup/groups.mjs'
import { PATIENCE_S } from '../until.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface BuiltPage {
  readonly folder: string
  remove(): Promise<void>
}

/** The page as it is now, built into a folder of its own. */
export async function buildPage(): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-page-'))
  const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url))
  const root = fileURLToPath(new URL('../../renderer', import.meta.url))
  await build({ configFile, root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A real Chromium with a profile of its own. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = which('chromium')
  if (!executablePath) throw new Error('chromium is not installed')
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  browser.on('context', context => context.setDefaultTimeout(1000 * PATIENCE_S))
  return browser
}

/** What the page complained about: errors, and violations of its content security policy. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    // The software renderer's remarks on its own speed are no complaint of the page.
    if (message.text().includes('GL Driver Message')) return
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  return complaints
}

/**
 * Every text on the page that stands out from its ground by less than 4.5:1 (WCAG 2.2, 1.4.3), with its ratio.
 * Disabled controls are exempt there, but not here.
 */
export function faintTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    type Color = readonly [red: number, green: number, blue: number, alpha: number]
    const read = (text: string): Color => {
      const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
      return [r, g, b, a]
    }
    const over = ([r, g, b, a]: Color, under: Color): Color => {
      const mix = (top: number, bottom: number) => top * a + bottom * (1 - a)
      return [mix(r, under[0]), mix(g, under[1]), mix(b, under[2]), 1]
    }
    const light = ([r, g, b]: Color): number => {
      const linear = [r, g, b].map(value => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0)
    }
    const groundOf = (element: Element): Color => {
      const layers: Color[] = []
      for (let at: Element | null = element; at; at = at.parentElement) {
        layers.push(read(getComputedStyle(at).backgroundColor))
      }
      return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255, 1] as Color)
    }
    const faint: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!element || !node.textContent?.trim() || !element.checkVisibility()) continue
      const ground = groundOf(element)
      const [a, b] = [light(over(read(getComputedStyle(element).color), ground)), light(ground)]
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${node.textContent.trim()}`)
    }
    return faint
  })
}

/** What axe-core finds serious or critical on the page as it is now: the rule, and where. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  // Evaluated by the browser's own debugger, which the page's content security policy does not bind.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof import('axe-core') }
    const { violations } = await inPage.run(document, { resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  })
}
