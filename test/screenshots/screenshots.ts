/**
 * `npm run screenshots`: every screen and state of the window in a real Chromium, as PNG files in out/screenshots, from
 * journals that are replayed for it. `npm run screenshots -- queue` takes only those with one of these words in their name.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { resourcesFolder } from '../../electron/resources-folder.ts'
import { startServe } from '../../electron/serve.ts'
import { buildPage, complaintsOf, launchChromium } from '../renderer/browser.ts'
import { composeShots } from './compose-shots.ts'
import { ensemblesShots } from './ensembles-shots.ts'
import { replay } from './journals.ts'
import { machinesShots } from './machines-shots.ts'
import { queueShots } from './queue-shots.ts'
import { resultsShots } from './results-shots.ts'
import type { Shot } from './shot.ts'

/** For how long a step waits. That of tests, ten minutes, would look as if it hung. */
const PATIENCE_MS = 90_000

/** What is closed after a step that failed may not close either: then all ends with the failure. */
const CLOSING_MS = 15_000

const SHOTS = [...queueShots, ...ensemblesShots, ...resultsShots, ...machinesShots, ...composeShots]

/** Takes the shot, and tells what went wrong as it goes. */
async function take(browser: Browser, builtFolder: string, shot: Shot): Promise<void> {
  for (const theme of shot.themes ?? ['light']) {
    const engine = replay(shot.journal)
    const served = await startServe({ engine, port: 0, staticFolder: builtFolder })
    const [width, height] = shot.size ?? [1440, 900]
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      deviceScaleFactor: shot.scale ?? 1,
    })
    context.setDefaultTimeout(PATIENCE_MS)
    try {
      if (shot.before !== undefined) await context.addInitScript(shot.before)
      const page = await context.newPage()
      const heard = complaintsOf(page)
      if (shot.loading) await page.route('**/api/events*', () => {})
      await page.goto(served.url)
      await page.getByText(shot.loading ? 'Connecting…' : 'Live', { exact: true }).waitFor()
      await page.evaluate(to => {
        location.hash = to
      }, shot.hash)
      await page.locator(`[data-screen-shown="${shot.hash.split('/')[1]}"]`).waitFor()
      await page.evaluate(() => document.fonts.ready.then(() => {}))
      await page.waitForTimeout(300)
      await shot.act?.(page, served, engine)
      await page.waitForTimeout(200)
      await page.screenshot({ path: join(folder, `${shot.name}-${theme}.png`) })
      if (!shot.complains) for (const text of heard) complain(`${shot.name} ${theme}: ${text}`)
    } catch (error) {
      complain(`${shot.name} ${theme}: ${error instanceof Error ? error.message : error}`)
    } finally {
      await closed(`${shot.name} ${theme}`, context.close())
      await closed(`${shot.name} ${theme}`, served.close()).catch(() => {}) // closed already where it was to be offline
    }
  }
}

/** Closed in time, or the failure that it does not close. */
async function closed(what: string, closing: Promise<void>): Promise<void> {
  const late = sleep(CLOSING_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${what} does not close`)
  })
  await Promise.race([closing, late])
}

const complaints: string[] = []

function complain(text: string): void {
  process.stderr.write(`${text}\n`)
  complaints.push(text)
}

const words = process.argv.slice(2)
const folder = join(resourcesFolder, '..', 'out', 'screenshots')
mkdirSync(folder, { recursive: true })
const built = await buildPage()
const browser = await launchChromium()
try {
  for (const shot of SHOTS) {
    if (words.length > 0 && !words.some(word => shot.name.includes(word))) continue
    process.stderr.write(`${shot.name}\n`)
    await take(browser, built.folder, shot)
  }
  await closed('Chromium', browser.close())
} catch (error) {
  complain(error instanceof Error ? error.message : String(error))
}
await built.remove()
process.stdout.write(complaints.length === 0 ? `${folder}\n` : `${complaints.join('\n')}\n`)
process.exit(complaints.length === 0 ? 0 : 1) // with it ends a Chromium that did not close
