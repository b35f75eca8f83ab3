import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachLiving } from '../../electron/engine-client.ts'
import { environment } from '../engine/living/engine-process.ts'
import { complaintsOf } from '../renderer/browser.ts'
import { temporaryFolder } from './started.ts'

/** The real Electron, wherever its binary and a display are. */
const folder = await temporaryFolder()
const home = join(folder.path, 'data')
let application: ElectronApplication
let page: Page
let complaints: readonly string[]

function launch(): Promise<ElectronApplication> {
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [] // Chromium refuses root's sandbox
  return _electron.launch({
    args: [...root, process.cwd()],
    env: environment(home, { XDG_CONFIG_HOME: folder.path }) as Record<string, string>,
  })
}

beforeAll(async () => {
  application = await launch()
  page = await application.firstWindow()
  complaints = complaintsOf(page)
})
afterAll(async () => {
  await application?.close()
  await (await attachLiving(home))?.shutdown()
  await folder.remove()
})

test('the page is there, from its own scheme, without a complaint', async () => {
  await page.waitForSelector('[data-screen-shown]')
  expect(page.url()).toMatch(/^app:\/\/larmor\//)
  expect(complaints).toEqual([])
})

test('it has neither Node nor Electron, and cannot leave', async () => {
  const found = await page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer', 'global'].filter(name => name in globalThis),
    bridge: Object.keys((globalThis as unknown as { larmor: object }).larmor).sort(),
    opened: window.open('https://example.org/') === null,
  }))
  expect(found).toEqual({ node: [], bridge: ['invoke', 'listen'], opened: true })
  await page.evaluate(() => {
    location.href = 'https://example.org/'
  })
  expect(page.url()).toMatch(/^app:\/\/larmor\//)
})

test('the engine is the same binary, as a process of its own', async () => {
  const engine = await attachLiving(home)
  expect(engine).not.toBeNull()
  engine?.detach()
})

test('a second instance goes at once', async () => {
  const second = await launch()
  await second.waitForEvent('close')
  expect(application.windows()).toHaveLength(1)
})
