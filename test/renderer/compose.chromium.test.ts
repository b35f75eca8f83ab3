import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Served, startServe } from '../../electron/serve.ts'
import { values } from '../../shared/model/table.ts'
import { eventually } from '../serve/eventually.ts'
import { type ScriptedEngine, scriptedEngine } from '../serve/scripted-engine.ts'
import { type BuiltPage, buildPage, complaintsOf, faintTexts, launchChromium, seriousFaults } from './browser.ts'

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
beforeEach(async () => {
  engine = scriptedEngine()
  served = await startServe({ engine, port: 0, staticFolder: built.folder })
  await open({})
})
afterEach(async () => {
  await context.close()
  await served.close()
})

async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
  await context?.close()
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  page = await context.newPage()
  complaints = complaintsOf(page)
  await page.goto(served.url)
  await page.getByRole('heading', { name: 'Start with a molecule' }).waitFor()
}

const button = () => page.locator('[data-submit]')
const smiles = () => page.getByLabel('SMILES')
const runs = () =>
  [...values(engine.state().runs)].map(({ name, params }) => ({ name, ...(params as { input: string }) }))

test('each problem stands at its field, and the button says what is missing', async () => {
  await smiles().fill('C1CC')
  await page.locator('#smiles-below.error').waitFor()
  await eventually(() => button().textContent()).toBe('Correct the molecule to start')
  await smiles().fill('CO')
  await eventually(() => button().textContent()).toBe('Start run')
  for (const [label, wrong, right, id] of [
    ['Temperature, K', 'warm', '298.15', 'temperature'],
    ['Nuclei', '1X', '1H', 'nuclei'],
    ['Charge', '1', '', 'charge'],
    ['Time limit, h:min', 'soon', '1:00', 'time'],
    ['Cores per job', '0', '1', 'ranks'],
  ] as const) {
    await page.getByLabel(label).fill(wrong)
    await page.locator(`#${id}-below.error`).waitFor()
    expect(await button().getAttribute('aria-disabled')).toBe('true')
    await page.getByLabel(label).fill(right)
    await page.locator(`#${id}-below.error`).waitFor({ state: 'detached' })
  }
  await page.keyboard.press('Control+Enter')
  await eventually(runs).toMatchObject([{ name: 'CO', input: 'CO' }])
  expect(complaints).toEqual([])
})

test('an open stereocentre is asked about, both isomers are runs of their own, and mirror images are not asked about', async () => {
  await smiles().fill('CCC(C)O')
  await page.locator('[data-stereo="enantiomers"]').getByText('one is enough').waitFor()
  await smiles().fill('C[C@H](O)C(F)Cl\nCO methanol')
  await page.locator('[data-stereo="open"]').waitFor()
  await eventually(() => button().textContent()).toBe('Choose C4 to start')
  await page.getByRole('button', { name: 'Only C4 R' }).click()
  await eventually(() => button().textContent()).toBe('Start 2 runs')
  await page.getByRole('button', { name: 'Run both' }).click()
  await eventually(() => button().textContent()).toBe('Start 3 runs')
  await button().click()
  await page.getByRole('heading', { name: 'Ensembles' }).waitFor()
  expect(
    runs()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['C[C@H](O)C(F)Cl (C4 R)', 'C[C@H](O)C(F)Cl (C4 S)', 'methanol'])
  expect(new Set(runs().map(({ input }) => input)).size).toBe(3)
  expect(complaints).toEqual([])
})

test('the molecule is drawn, its picture names atoms and ion charges, and files come by dropping', async () => {
  await smiles().fill('C[NH3+]')
  await page.getByRole('img', { name: 'Structure of C[NH3+]' }).getByText('NH₃⁺').waitFor()
  await page.locator('figcaption').getByText('charge +1').waitFor()
  await smiles().fill('')
  await page.getByRole('button', { name: 'Draw…' }).click()
  const canvas = page.locator('[data-editor] canvas').first()
  await canvas.waitFor()
  // The editor's first tool draws a bond where there is nothing.
  await page.locator('[data-editor]').click({ position: { x: 320, y: 200 } })
  await eventually(() => page.locator('.editor-smiles').textContent()).toBe('CC')
  await page.getByRole('button', { name: 'Use it' }).click()
  await eventually(() => smiles().inputValue()).toBe('CC')

  await page.locator('[data-drop]').evaluate(zone => {
    const data = new DataTransfer()
    data.items.add(new File(['2\n<img src=x onerror=alert(1)>\nH 0 0 0\nH 0 0 0.74\n'], '<b>h2</b>.xyz'))
    data.items.add(new File([new Uint8Array([255, 254, 0, 1])], 'picture.xyz'))
    zone.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  })
  await page.getByText('picture.xyz: no text in UTF-8').waitFor()
  await page.getByText('<b>h2</b>.xyz', { exact: true }).first().waitFor()
  await eventually(() => button().textContent()).toBe('Start 2 runs')
  await page.getByRole('button', { name: 'Leave out <b>h2</b>.xyz' }).click()
  await eventually(() => button().textContent()).toBe('Start run')
  expect(complaints).toEqual([])
})

test('every deck and script is shown before anything runs', async () => {
  await smiles().fill('CO')
  await page.locator('[data-file="larmor.nw"] pre').getByText('cosmo').waitFor({ timeout: 60_000 })
  expect(await page.locator('[data-file="job.sh"] pre').textContent()).toContain('LARMOR_LABEL=')
  await page.getByRole('button', { name: 'NMR', exact: true }).click()
  await eventually(() => page.locator('[data-file="larmor.nw"] pre').textContent()).toContain('shielding')
  await page.getByLabel('Cores per job').fill('4')
  await eventually(() => page.locator('[data-file="program.sh"] pre').textContent()).toContain('-np 4')
  expect(engine.state().seq).toBe(0)
  expect(complaints).toEqual([])
})

test('existing inputs run as they are', async () => {
  const deck = 'start h\ngeometry\nH 0 0 0\nH 0 0 0.74\nend\nbasis\n* library sto-3g\nend\ntask scf energy\n'
  await smiles().fill('')
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: 'h2.nw', mimeType: 'text/plain', buffer: Buffer.from(deck) })
  await page.locator('[data-mode="run"]').waitFor()
  await eventually(() => page.locator('[data-file="h2.nw"] pre').textContent()).toBe(deck)
  await button().click()
  await eventually(() => [...values(engine.state().runs)]).toMatchObject([{ workflow: 'single', name: 'h2.nw' }])
  expect(complaints).toEqual([])
})

test.each(['light', 'dark'] as const)('every text can be read and axe finds nothing serious, in %s', async scheme => {
  await open({ colorScheme: scheme, viewport: { width: 1024, height: 700 } })
  await smiles().fill('C[C@H](O)C(F)Cl')
  await page.locator('[data-stereo="open"]').waitFor()
  await page.locator('[data-file="job.sh"]').waitFor({ timeout: 60_000 })
  expect(await seriousFaults(page)).toEqual([])
  expect(await faintTexts(page)).toEqual([])
  expect(complaints).toEqual([])
})
