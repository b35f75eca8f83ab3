import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServe } from '../../electron/serve.ts'
import { get } from '../../shared/model/table.ts'
import { statusOf } from '../../shared/show/status.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'
import { type BuiltPage, buildPage, complaintsOf, faintTexts, launchChromium, seriousFaults } from './browser.ts'
import { aCampaign } from './campaign-script.ts'

let built: BuiltPage
let browser: Browser
beforeAll(async () => {
  built = await buildPage()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await built?.remove()
})

test.each(['light', 'dark'] as const)(
  'a campaign is shown with what is left, what failed and how accurate it is, in %s',
  async colorScheme => {
    const engine = scriptedEngine()
    const run = aCampaign(engine, 48)
    const served = await startServe({ engine, port: 0, staticFolder: built.folder })
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme })
    const page = await context.newPage()
    const complaints = complaintsOf(page)
    await page.goto(served.url)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.keyboard.press('3')
    await page.locator('a[data-run="rpilot"]').click()
    await page.getByText('SCF did not converge').first().waitFor()
    const status = statusOf(engine.state(), get(engine.state().runs, run) as never)
    expect(status.counts.failed).toBe(1)
    expect(page.url()).toContain('#/benchmarks/rpilot')
    expect(await faintTexts(page)).toEqual([])
    expect(await seriousFaults(page)).toEqual([])
    for (const viewport of [
      { width: 1024, height: 700 },
      { width: 720, height: 450 },
    ]) {
      await page.setViewportSize(viewport)
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    }
    // The queue has it as a run among others.
    await page.keyboard.press('1')
    await page.locator('[data-row="rpilot"]').getByText('1 failed').waitFor()
    expect(complaints).toEqual([])
    await context.close()
    await served.close()
  },
)
