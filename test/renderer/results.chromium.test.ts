import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Served, startServe } from '../../electron/serve.ts'
import { eventually } from '../serve/eventually.ts'
import { type ScriptedEngine, scriptedEngine } from '../serve/scripted-engine.ts'
import { type BuiltPage, buildPage, complaintsOf, faintTexts, launchChromium, seriousFaults } from './browser.ts'
import { aDayInTheLab } from './lab.ts'
import { nmrScript } from './nmr-script.ts'

let built: BuiltPage
let browser: Browser
let engine: ScriptedEngine
let served: Served
let context: BrowserContext
let page: Page
let complaints: readonly string[]

beforeAll(async () => {
  built = await buildPage()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await built?.remove()
})
beforeEach(() => {
  engine = scriptedEngine()
})
afterEach(async () => {
  // A browser reports the answer that a run is not there; the page says it in words.
  expect(complaints.filter(text => !text.includes('404 (Not Found)'))).toEqual([])
  await context.close()
  await served.close()
})

async function open(hash: string): Promise<void> {
  served = await startServe({ engine, port: 0, staticFolder: built.folder })
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  complaints = complaintsOf(page)
  await page.goto(served.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.evaluate(to => {
    location.hash = to
  }, hash)
}

/** A finished ensemble of methanol that lies in the archive, and a day of other work. */
function withArchive(): void {
  const script = nmrScript(engine, 'rold', 'Old methanol')
  script.start()
  script.found('c-one')
  script.runs('c-one/opt')
  script.completes('c-one/opt')
  script.selected()
  script.runs('c-one/nmr')
  script.completes('c-one/nmr')
  engine.shelve('rold')
  aDayInTheLab(engine, new Date())
}

test('archived runs are found, read and exported as if they were here', async () => {
  withArchive()
  await open('#/results')
  const row = (id: string) => page.locator(`[data-result-row="${id}"]`)
  await row('rold').waitFor()
  await row('rtauto').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('kind:nmr old')
  await eventually(() => page.locator('[data-result-row]').count()).toBe(1)
  await page.getByText('1 of 2').waitFor()
  await row('rold').click()
  const result = page.locator('[data-result="rold"]')
  await result.getByRole('heading', { name: 'Old methanol' }).waitFor()
  expect(await faintTexts(page)).toEqual([])
  expect(await seriousFaults(page)).toEqual([])

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    result.getByRole('button', { name: 'Table (.csv)' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('Old-methanol.csv')
  expect(await readFile(await download.path(), 'utf8')).toContain('13C')

  // Opened, it is the ensemble's own page, and the counts of the queue are not touched by it.
  await result.getByRole('link', { name: 'Open' }).click()
  await page.getByText('1/1 conformers').first().waitFor()
  expect(page.url()).toContain('#/ensembles/rold')
  expect(await page.locator('[data-screen="queue"] .rail-count').textContent()).toBe('8 failed')
})

test('a run that is nowhere is said to be so', async () => {
  withArchive()
  await open('#/ensembles/rnowhere')
  await page.getByText('rnowhere').first().waitFor()
  await page.getByRole('link', { name: /results/ }).waitFor()
})

test('where all lies in the archive, the queue is no first start', async () => {
  const script = nmrScript(engine, 'rold', 'Old methanol')
  script.start()
  engine.happen({ type: 'run.ended', run: script.run, outcome: 'stopped', reason: null })
  engine.shelve('rold')
  await open('#/queue')
  await page.getByText('Nothing is under way.').waitFor()
  expect(await page.getByText('Start with a molecule').count()).toBe(0)
})
