import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Served, startServe } from '../../electron/serve.ts'
import type { RemotePath } from '../../shared/ids.ts'
import { orThrow } from '../../shared/result.ts'
import { type InProcess, startInProcess } from '../engine/in-process.ts'
import { eventually } from '../serve/eventually.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { type BuiltPage, buildPage, complaintsOf, launchChromium, seriousFaults } from './browser.ts'
import { aCluster } from './machines-script.ts'

/** Real shells over a real sshd, in the page that `larmor serve` shows. */
let sshd: Sshd
let built: BuiltPage
let browser: Browser
let larmor: InProcess
let served: Served
let page: Page
let complaints: readonly string[]
beforeAll(async () => {
  built = await buildPage()
  browser = await launchChromium()
  sshd = await startSshd()
  larmor = await startInProcess()
  const { host, port, user, identity, hostKeyFingerprint: host_key, work } = sshd
  const machine = aCluster('cluster', { host, port, user, identity, host_key }, { work: work as RemotePath })
  orThrow(await larmor.engine.send({ type: 'machine.set', machine }))
  served = await startServe({ engine: larmor.engine, port: 0, staticFolder: built.folder })
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  complaints = complaintsOf(page)
  await page.goto(served.url)
  await page.goto(`http://127.0.0.1:${served.port}/#/machines`)
})
afterAll(async () => {
  await browser?.close()
  await served?.close()
  await larmor?.stop()
  await sshd?.stop()
  await built?.remove()
})

const screen = () => page.locator('.terminal-pane:not([hidden]) .xterm-rows')

async function types(line: string): Promise<void> {
  await page.keyboard.type(line)
  await page.keyboard.press('Enter')
}

test('a shell, opened and left by the keyboard', async () => {
  await page.getByRole('article', { name: 'cluster' }).getByRole('button', { name: 'Terminal' }).focus()
  await page.keyboard.press('Enter')
  await eventually(() => page.getByText('Shift+Escape leaves').isVisible()).toBe(true)
  await types('echo "answer=$((6*7)) $TERM"')
  await eventually(() => screen().textContent()).toContain('answer=42 xterm-256color')
  expect(await seriousFaults(page)).toEqual([])

  // Keys that mean something to the window belong to the shell.
  await page.keyboard.type('lost')
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Control+u')
  await types('echo "still=$((40+2))"')
  await eventually(() => screen().textContent()).toContain('still=42')
  expect(await page.getByRole('dialog').count()).toBe(0)
  await page.keyboard.press('Shift+Escape')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tab')
})

test('what a shell prints does nothing but be printed', async () => {
  await page.locator('.terminal-pane:not([hidden]) .xterm').click()
  const pages = page.context().pages().length
  const title = await page.title()
  await types(
    `printf '\\033]0;stolen\\007\\033]8;;https://example.org/\\007a link\\033]8;;\\007 <b>bold</b> \\033]52;c;c3RvbGVu\\007 done=%s\\n' 1`,
  )
  await eventually(() => screen().textContent()).toContain('done=1')
  expect(await screen().locator('b').count()).toBe(0)
  expect(await page.title()).toBe(title)
  const link = await screen().getByText('a link').last().boundingBox()
  await page.mouse.click((link?.x ?? 0) + 5, (link?.y ?? 0) + 5)
  expect(page.context().pages()).toHaveLength(pages)
})

test('it is as wide as it is drawn, and the end of the shell is said', async () => {
  await types('clear')
  await types('echo "cols:$(tput cols):"')
  await eventually(() => screen().textContent()).toMatch(/cols:1\d\d:/)
  const wide = Number(/cols:(\d+):/.exec((await screen().textContent()) ?? '')?.[1])
  await page.setViewportSize({ width: 1024, height: 700 })
  await eventually(async () => {
    await types('clear; echo "cols:$(tput cols):"')
    return Number(/cols:(\d+):/.exec((await screen().textContent()) ?? '')?.[1])
  }).toBeLessThan(wide)
  await types('exit')
  await eventually(() => page.getByText('The shell has ended.').isVisible()).toBe(true)
  await page.getByRole('button', { name: 'Close this terminal' }).click()
  expect(await page.locator('.terminal-drawer').count()).toBe(0)
  expect(complaints).toEqual([]) // no violation of the policy either
})
