import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newHome, run, start } from '../cli/larmor.ts'
import { complaintsOf, launchChromium } from './browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
})

const XYZ = fileURLToPath(new URL('../fixtures/hydrogen.xyz', import.meta.url))

/** Nothing made up from one end to the other: NWChem, engine, terminal, page. */
test('the real NWChem through engine, terminal and page: what the page shows is what the terminal says', async () => {
  const home = await newHome()
  const at = { home, timeout: 240_000 }
  const level = ['--xc', 'B3LYP', '--basis', 'STO-3G', '--solvent', 'gas', '--reference', 'none', '--nuclei', '1H']
  const started = await run(['nmr', XYZ, ...level, '--json'], at)
  expect(started.exit).toBe(0)

  const serve = start(['serve', '--json', '--no-open'], { home })
  const { url } = await serve.until(line => 'url' in line)
  const page = await browser.newPage()
  const complaints = complaintsOf(page)
  await page.goto(url)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.evaluate(run => {
    location.hash = `#/ensembles/${run}`
  }, started.json.run)
  await page.getByText('1/1 conformers').first().waitFor()

  const shown = await run(['wait', started.json.run, '--json'], at)
  expect(shown.exit).toBe(0)
  const [shift] = shown.json.shifts
  expect(shown.json.conformers).toHaveLength(1)
  expect(shown.json.conformers[0]).toMatchObject({ state: 'nmr_complete', weight: 1 })
  expect(shift).toMatchObject({ nucleus: '1H', atoms: [1, 2], delta_ppm: null, reference: { kind: 'none' } })
  await page.getByText(shift.sigma_ppm.toFixed(2)).first().waitFor()
  expect(complaints).toEqual([])

  await page.close()
  await serve.end('SIGTERM')
})
