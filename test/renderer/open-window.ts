import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type Served, startServe } from '../../electron/serve.ts'
import { type ScriptedEngine, scriptedEngine } from '../serve/scripted-engine.ts'
import { type BuiltPage, buildPage, complaintsOf, launchChromium } from './browser.ts'

/** Of the test that runs now: an engine of its own, served, and the window that it has open. */
export let engine: ScriptedEngine
export let served: Served
export let context: BrowserContext
export let page: Page
/** What the page complained about. */
export let complaints: readonly string[] = []

let browser: Browser
let built: BuiltPage

/**
 * For every test of a file a scripted engine, to which `openWindow` opens the real page. A violation of the content
 * security policy fails it, and with `quiet` everything that the page complains about and `expected` does not name.
 */
export function windows({ quiet = true, expected = [] }: WindowsOptions = {}): void {
  beforeAll(async () => {
    built = await buildPage()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await built?.remove()
  })
  beforeEach(async () => {
    complaints = []
    engine = scriptedEngine()
    served = await startServe({ engine, port: 0, staticFolder: built.folder })
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map(each => each.close()))
    await served.close()
    const counted = quiet
      ? complaints.filter(text => !expected.some(part => text.includes(part)))
      : complaints.filter(text => text.includes('Content Security Policy'))
    expect(counted).toEqual([])
  })
}

interface WindowsOptions {
  readonly quiet?: boolean
  readonly expected?: readonly string[]
}

interface OpenOptions extends BrowserContextOptions {
  /** Where it is opened: `#/machines`. */
  readonly at?: string
  /** Runs in the page before everything else. */
  readonly before?: string
}

/** Opens the window, in the place of the one that is open. */
export async function openWindow({ at, before, ...options }: OpenOptions = {}): Promise<void> {
  await Promise.all(browser.contexts().map(each => each.close()))
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  if (before !== undefined) await context.addInitScript(before)
  page = await context.newPage()
  complaints = complaintsOf(page)
  await page.goto(served.url)
  await page.getByText('Live', { exact: true }).waitFor()
  if (at !== undefined) await goTo(at)
}

/** The server is back at the same port, after it was closed. */
export async function serveAgain(port: number): Promise<void> {
  served = await startServe({ engine, port, staticFolder: built.folder })
}

/** As a link would. */
export async function goTo(hash: string): Promise<void> {
  await page.evaluate(to => {
    location.hash = to
  }, hash)
}
