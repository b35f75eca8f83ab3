/**
 * `npm run screenshots`: every screen and state of the window in a real Chromium, as PNG files in out/screenshots, from
 * journals that are replayed for it. `npm run screenshots -- queue` takes only those with one of these words in their name.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { resourcesFolder } from '../../electron/engine/machines/remote-scripts.ts'
import { type Served, startServe } from '../../electron/serve.ts'
import { buildPage, complaintsOf, launchChromium } from '../renderer/browser.ts'
import { type JournalName, replay } from './journals.ts'

interface Shot {
  readonly name: string
  readonly journal: JournalName
  readonly hash: string
  /** Light alone where left out for pictures of which the dark one says nothing new. */
  readonly themes?: readonly ('light' | 'dark')[]
  readonly size?: readonly [width: number, height: number]
  readonly scale?: number
  /** What a person does before the picture. */
  act?(page: Page, served: Served): Promise<void>
}

const BOTH = ['light', 'dark'] as const
const JOB = '#/queue/rscreen/rscreen.cat-001'

const openJob = async (page: Page): Promise<void> => {
  await page.locator('.inspector mark').first().waitFor()
}
const keys = async (page: Page, ...pressed: readonly string[]): Promise<void> => {
  for (const key of pressed) await page.keyboard.press(key)
}

const SHOTS: readonly Shot[] = [
  { name: 'first-start', journal: 'empty', hash: '#/queue', themes: BOTH },
  { name: 'queue', journal: 'lab', hash: '#/queue', themes: BOTH },
  {
    name: 'queue-inspector',
    journal: 'lab',
    hash: JOB,
    themes: BOTH,
    async act(page) {
      await openJob(page)
      await page.locator('.queue-grid').focus()
      await keys(page, 'Space', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown')
    },
  },
  {
    name: 'queue-check',
    journal: 'lab',
    hash: '#/queue/rscreen/rscreen.cat-008',
    act: page => page.locator('.course').waitFor(),
  },
  {
    name: 'queue-failed',
    journal: 'lab',
    hash: '#/queue',
    act: page => page.locator('[data-filter="failed"]').click(),
  },
  {
    name: 'queue-nothing-found',
    journal: 'lab',
    hash: '#/queue',
    act: page => page.getByPlaceholder('Search in the queue').fill('nothing is called so'),
  },
  { name: 'queue-silent', journal: 'silent', hash: '#/queue', themes: BOTH },
  {
    name: 'queue-offline',
    journal: 'lab',
    hash: '#/queue',
    themes: BOTH,
    async act(page, served) {
      await served.close()
      await page.getByText('Larmor does not answer.').waitFor()
    },
  },
  {
    name: 'queue-held',
    journal: 'lab',
    hash: '#/queue/rscan',
    async act(page) {
      await page.locator('[data-row="rscan"].cursor').waitFor()
      await keys(page, 'p')
      await page.getByRole('button', { name: 'Undo' }).waitFor()
    },
  },
  {
    name: 'queue-cancel',
    journal: 'lab',
    hash: '#/queue/rspin',
    async act(page) {
      await page.locator('[data-row="rspin"].cursor').waitFor()
      await keys(page, 'Delete')
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'queue-review',
    journal: 'lab',
    hash: JOB,
    async act(page) {
      await openJob(page)
      await page.locator('.queue-grid').focus()
      await keys(page, 'Space')
      await page.getByRole('button', { name: /Review/ }).click()
      await page.getByRole('dialog').locator('summary').first().click()
      await page.getByRole('dialog').locator('[data-diff]').waitFor()
    },
  },
  { name: 'queue-hostile', journal: 'hostile', hash: '#/queue' },
  { name: 'queue-narrow', journal: 'lab', hash: '#/queue', size: [1024, 700] },
  { name: 'queue-narrow-inspector', journal: 'lab', hash: JOB, size: [1024, 700], act: openJob },
  { name: 'queue-zoom-200', journal: 'lab', hash: JOB, size: [720, 450], scale: 2, act: openJob },
  {
    name: 'output',
    journal: 'lab',
    hash: JOB,
    async act(page) {
      await openJob(page)
      await keys(page, 'o')
      await page.locator('.line.proof').first().waitFor()
    },
  },
  { name: 'palette', journal: 'lab', hash: '#/queue', act: page => keys(page, 'Control+k', 'c', 'a', 't') },
  { name: 'keys', journal: 'lab', hash: '#/queue', act: page => keys(page, '?') },
  { name: 'results', journal: 'lab', hash: '#/results', themes: BOTH },
  { name: 'results-archived', journal: 'lab', hash: '#/results/rold', themes: BOTH },
  { name: 'results-empty', journal: 'empty', hash: '#/results' },
  { name: 'ensemble', journal: 'ensemble', hash: '#/ensembles/rlactate', themes: BOTH, act: pictures },
  { name: 'ensemble-narrow', journal: 'ensemble', hash: '#/ensembles/rlactate', size: [1024, 700], act: pictures },
  { name: 'ensembles', journal: 'lab', hash: '#/ensembles' },
  { name: 'ensembles-empty', journal: 'empty', hash: '#/ensembles' },
  { name: 'benchmark', journal: 'campaign', hash: '#/benchmarks/rpilot', themes: BOTH },
  { name: 'benchmark-narrow', journal: 'campaign', hash: '#/benchmarks/rpilot', size: [1024, 700] },
  { name: 'benchmarks-empty', journal: 'empty', hash: '#/benchmarks' },
  { name: 'machines', journal: 'machines', hash: '#/machines', themes: BOTH },
  {
    name: 'new-run',
    journal: 'lab',
    hash: '#/new',
    themes: BOTH,
    async act(page) {
      await page.getByLabel('SMILES').fill('CCOC(=O)[C@H](C)C(C)O')
      await page.locator('[data-stereo="open"]').waitFor()
      await decks(page)
    },
  },
  { name: 'new-run-empty', journal: 'lab', hash: '#/new' },
  {
    name: 'results-compare',
    journal: 'compare',
    hash: '#/results',
    themes: BOTH,
    async act(page) {
      const marks = page.locator('.mark-button[aria-disabled="false"]')
      await marks.nth(0).click()
      await marks.nth(1).click()
      await page.locator('.compare-plot canvas').waitFor()
    },
  },
  { name: 'new-campaign', journal: 'campaign', hash: '#/new/campaign', themes: BOTH, act: decks },
  { name: 'new-campaign-narrow', journal: 'campaign', hash: '#/new/campaign', size: [1024, 700], act: decks },
  {
    name: 'new-campaign-wrong',
    journal: 'campaign',
    hash: '#/new/campaign',
    async act(page) {
      await page.getByLabel('A folder of my own').check()
      await page.getByText('A folder with structures and a CSV').waitFor()
    },
  },
  { name: 'settings', journal: 'lab', hash: '#/settings', themes: BOTH },
]

async function decks(page: Page): Promise<void> {
  await page.locator('[data-file="larmor.nw"] pre').waitFor()
}

async function pictures(page: Page): Promise<void> {
  await page.locator('img[data-picture]').first().waitFor()
  await page.locator('[data-viewer="shown"]').waitFor()
}

async function take(browser: Browser, folder: string, builtFolder: string, shot: Shot): Promise<readonly string[]> {
  const complaints: string[] = []
  for (const theme of shot.themes ?? ['light']) {
    const served = await startServe({ engine: replay(shot.journal), port: 0, staticFolder: builtFolder })
    const [width, height] = shot.size ?? [1440, 900]
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      deviceScaleFactor: shot.scale ?? 1,
    })
    try {
      const page = await context.newPage()
      const heard = complaintsOf(page)
      await page.goto(served.url)
      await page.getByText('Live', { exact: true }).waitFor()
      await page.evaluate(to => {
        location.hash = to
      }, shot.hash)
      await page.locator(`[data-screen-shown="${shot.hash.split('/')[1]}"]`).waitFor()
      await page.evaluate(() => document.fonts.ready.then(() => {}))
      await page.waitForTimeout(300)
      await shot.act?.(page, served)
      await page.waitForTimeout(200)
      await page.screenshot({ path: join(folder, `${shot.name}-${theme}.png`) })
      if (shot.name !== 'queue-offline') complaints.push(...heard.map(text => `${shot.name} ${theme}: ${text}`))
    } catch (error) {
      complaints.push(`${shot.name} ${theme}: ${error instanceof Error ? error.message : error}`)
    } finally {
      await context.close()
      await served.close().catch(() => {}) // closed already where it was to be offline
    }
  }
  return complaints
}

const words = process.argv.slice(2)
const folder = join(resourcesFolder, '..', 'out', 'screenshots')
mkdirSync(folder, { recursive: true })
const built = await buildPage()
const browser = await launchChromium()
const complaints: string[] = []
for (const shot of SHOTS) {
  if (words.length > 0 && !words.some(word => shot.name.includes(word))) continue
  process.stderr.write(`${shot.name}\n`)
  complaints.push(...(await take(browser, folder, built.folder, shot)))
}
await browser.close()
await built.remove()
process.stdout.write(complaints.length === 0 ? `${folder}\n` : `${complaints.join('\n')}\n`)
process.exit(complaints.length === 0 ? 0 : 1)
