import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { eventually } from '../serve/eventually.ts'
import { faintTexts, seriousFaults } from './browser.ts'
import { aDayInTheLab } from './lab.ts'
import { nmrScript } from './nmr-script.ts'
import { engine, openWindow, page, windows } from './open-window.ts'

// A browser reports the answer that a run is not there; the page says it in words.
windows({ expected: ['404 (Not Found)'] })

const open = (at: string) => openWindow({ at })

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
  // By what it was computed with, a solvent by any of its names.
  for (const [words, n] of [
    ['program:nwchem solvent:chloroform', 1],
    ['solvent:dmso', 0],
    ['program:orca', 0],
    ['program:nwchem', 2],
    ['kind:nmr old', 1],
  ] as const) {
    await page.getByLabel('Search results').fill(words)
    await page.getByText(`${n} of 2`).waitFor()
  }
  await row('rold').click()
  const result = page.locator('[data-result="rold"]')
  await result.getByRole('heading', { name: 'Old methanol' }).waitFor()
  expect(await faintTexts(page)).toEqual([])
  expect(await seriousFaults(page)).toEqual([])

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await result.locator('summary').click()
      await result.getByText('Shift table').click()
    })(),
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

test('two ensembles are compared, archived or not: spectra over one axis, and every signal in both', async () => {
  withArchive()
  const other = nmrScript(engine, 'rnew', 'New methanol')
  other.start()
  other.found('c-one')
  for (const step of ['opt', 'nmr']) {
    if (step === 'nmr') other.selected()
    other.runs(`c-one/${step}`)
    other.completes(`c-one/${step}`)
  }
  await open('#/results')
  // By keyboard: the marks are buttons.
  await page.getByRole('button', { name: 'Compare Old methanol' }).focus()
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Compare New methanol' }).focus()
  await page.keyboard.press('Enter')
  const compared = page.locator('[data-compared="rold rnew"]')
  await compared.getByRole('heading', { name: 'Compare Old methanol and New methanol' }).waitFor()
  await compared.locator('canvas').waitFor()
  const cells = await compared.locator('[data-compared-row="3,4,5"] td').allTextContents()
  expect(cells[0]).toBe(cells[1])
  expect(cells[2]).toBe('0.00')
  for (const mode of ['Overlaid', 'Difference']) {
    await compared.getByRole('button', { name: mode }).click()
    await compared.locator(`[data-mode="${mode.toLowerCase()}"] canvas`).waitFor()
  }
  await page.keyboard.press('+')
  await page.keyboard.press('0')
  expect(await seriousFaults(page)).toEqual([])
  expect(await faintTexts(page)).toEqual([])
  await compared.getByRole('button', { name: 'Close' }).click()
  await compared.waitFor({ state: 'detached' })
})
