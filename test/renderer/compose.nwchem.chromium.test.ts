import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newHome, run, start } from '../cli/larmor.ts'
import { eventually } from '../serve/eventually.ts'
import { complaintsOf, launchChromium } from './browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

const XYZ = '2\nhydrogen\nH 0 0 0\nH 0 0 0.74\n'

/** Files of that name anywhere under a folder. */
async function filesNamed(folder: string, name: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.name === name).map(entry => join(entry.parentPath, entry.name))
}

async function shownFile(page: Page, name: string): Promise<string> {
  const file = page.locator(`[data-file="${name}"]`)
  return (await file.locator('pre').textContent()) ?? ''
}

test('composed in the window, computed by the real NWChem: what was sent is what the preview showed', async () => {
  const home = await newHome()
  const serve = start(['serve', '--json', '--no-open'], { home })
  const { url } = await serve.until(line => 'url' in line)
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const complaints = complaintsOf(page)
  await page.goto(url)
  await page.getByRole('heading', { name: 'Start with a molecule' }).waitFor()
  await page.getByRole('button', { name: 'Look for them' }).click()
  await page.locator('.first-start li').first().getByText('NWChem').waitFor()
  await page.getByRole('button', { name: 'Set up run' }).click()
  await page.getByRole('heading', { name: 'New run' }).waitFor()
  await page.getByLabel('SMILES').fill('')
  await page
    .getByLabel('Files', { exact: true })
    .setInputFiles({ name: 'h2.xyz', mimeType: 'text/plain', buffer: Buffer.from(XYZ) })
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel('Basis set').fill('STO-3G')
  await page.getByLabel('Reference').selectOption('none')
  await page.getByLabel('Nuclei').fill('1H')
  await page.getByLabel('Solvent', { exact: true }).selectOption('gas')
  await page.locator('[data-file="larmor.nw"] pre').waitFor()
  await eventually(() => shownFile(page, 'larmor.nw')).toContain('sto-3g')
  const deck = await shownFile(page, 'larmor.nw')
  const script = await shownFile(page, 'job.sh')
  await page.keyboard.press('Control+Enter')
  await page.getByText('1/1 conformers').first().waitFor()

  const shown = await run(['status', '--json'], { home })
  const id = shown.json.runs[0].run
  const { conformers } = (await run(['show', id, '--json'], { home })).json
  const name = conformers[0].key
  const sent = await filesNamed(home, 'larmor.nw')
  const texts = await Promise.all(sent.map(path => readFile(path, 'utf8')))
  expect(texts).toContain(deck.replaceAll('c-000000', name))
  const scripts = await Promise.all((await filesNamed(home, 'job.sh')).map(path => readFile(path, 'utf8')))
  const work = /^LARMOR_DIR='?(?<work>.*)\/jobs\//m.exec(scripts[0] ?? '')?.groups?.work ?? 'no folder'
  expect(scripts).toContain(script.replaceAll('c-000000', name).replaceAll('WORK/', `${work}/`))
  expect(complaints).toEqual([])
  await page.close()
  await serve.end('SIGTERM')
})

test('a campaign of one’s own molecules is started from the window, computed, and ends with its figures and its course', async () => {
  const home = await newHome()
  const folder = await mkdtemp(join(tmpdir(), 'larmor-own-set-'))
  await writeFile(join(folder, 'h2.xyz'), XYZ)
  await writeFile(join(folder, 'hf.xyz'), '2\n\nH 0 0 0\nF 0 0 0.92\n')
  await writeFile(join(folder, 'shifts.csv'), 'molecule,atoms,delta_ppm\nh2,1 2,4.3\nhf,1,2.1\n')
  const serve = start(['serve', '--json', '--no-open'], { home })
  const { url } = await serve.until(line => 'url' in line)
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const complaints = complaintsOf(page)
  await page.goto(url)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.evaluate(() => {
    location.hash = '#/new/campaign'
  })
  await page.getByLabel('A folder of my own').check()
  await page.getByLabel('Folder', { exact: true }).setInputFiles(folder)
  await page.getByLabel('All 2 molecules').check()
  await page.getByLabel('Levels', { exact: true }).fill('HF/STO-3G')
  await page.getByLabel('DMSO-d6').uncheck()
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel('Geometries').fill('HF/STO-3G')
  await page.getByText('2 calculations and 2 optimisations that they share').waitFor()
  await page.keyboard.press('Control+Enter')
  const finished = page.locator('.campaign-head').getByText('2/2')
  await finished.waitFor()
  await page.locator('.campaign-head .badge.soft').getByText('Finished').waitFor()
  // What the window started is what the terminal knows.
  const [{ run: id }] = (await run(['status', '--json'], { home })).json.runs
  const status = (await run(['show', id, '--json'], { home })).json
  expect([status.workflow, status.total, status.completed, status.failed]).toEqual(['campaign', 2, 2, 0])
  // The course of an optimisation of which nobody looked at a reading.
  const job = status.jobs.find(({ key }: { readonly key: string }) => key.includes('hf/opt'))
  await page.evaluate(
    hash => {
      location.hash = hash
    },
    `#/queue/${id}/${encodeURIComponent(job.job)}`,
  )
  await page.locator('.course').waitFor()
  expect(Number(await page.locator('.course').getAttribute('data-cycles'))).toBeGreaterThan(1)
  expect(complaints).toEqual([])
  await page.close()
  await serve.end('SIGTERM')
  await rm(folder, { recursive: true })
})
