import { readdir, readFile } from 'node:fs/promises'
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
  await page.getByLabel('SMILES').fill('')
  await page
    .getByLabel('Files', { exact: true })
    .setInputFiles({ name: 'h2.xyz', mimeType: 'text/plain', buffer: Buffer.from(XYZ) })
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel('Basis set').fill('STO-3G')
  await page.getByLabel('Reference').selectOption('none')
  await page.getByLabel('Nuclei').fill('1H')
  await page.getByLabel('Solvent', { exact: true }).selectOption('gas')
  await page.locator('[data-file="larmor.nw"] pre').waitFor({ timeout: 60_000 })
  await eventually(() => shownFile(page, 'larmor.nw')).toContain('sto-3g')
  const deck = await shownFile(page, 'larmor.nw')
  const script = await shownFile(page, 'job.sh')
  await page.keyboard.press('Control+Enter')
  await page.getByText('1/1 conformers').first().waitFor({ timeout: 240_000 })

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
}, 300_000)
