import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { exporters } from '../../shared/exports/index.ts'
import { get } from '../../shared/model/table.ts'
import { fail } from '../../shared/result.ts'
import { eventually } from '../serve/eventually.ts'
import { faintTexts, seriousFaults } from './browser.ts'
import { lactate } from './lactate.ts'
import { type NmrScript, nmrScript, type ScriptedMolecule } from './nmr-script.ts'
import { complaints, engine, openWindow, page, windows } from './open-window.ts'

const { of, ids } = lactate(6)
const run = (id: string) => get(engine.state().runs, id as never) as never

windows({ quiet: false })

async function open(at: string, options: Parameters<typeof openWindow>[0] = {}): Promise<void> {
  await openWindow({ at, viewport: { width: 1440, height: 1000 }, ...options })
  await page.locator('[data-conformer]').first().waitFor()
}

/** All conformers optimised and selected; so many of them with shieldings. */
function begun(id: string, shielded: number, molecule: ScriptedMolecule = of, name = 'Ethyl (S)-lactate'): NmrScript {
  const script = nmrScript(engine, id, name, molecule)
  script.start()
  script.found(...ids)
  for (const each of ids) {
    script.runs(`${each}/opt`)
    script.completes(`${each}/opt`)
  }
  script.selected()
  for (const each of ids.slice(0, shielded)) {
    script.runs(`${each}/nmr`)
    script.completes(`${each}/nmr`)
  }
  return script
}

const card = (place: number) => page.locator('[data-conformer]').nth(place)
const selectedCard = () => page.locator('[data-conformer][aria-selected="true"]').getAttribute('data-conformer')
const spectrum = () => page.locator('.spectrum')
const chosenRow = () => page.locator('tr.chosen[data-shift]').getAttribute('data-shift')

test('card, level and picture share the conformer; row, peak and rings share the signal', async () => {
  begun('rlink', ids.length)
  await open('#/ensembles/rlink')
  // The optimisations have ended before this window was open; their courses are read from what was kept.
  await eventually(() => page.locator('[data-conformer] .sparkline').count()).toBe(ids.length)
  await eventually(() => page.locator('img[data-picture]').count()).toBe(ids.length)
  await page.locator('[data-viewer="shown"]').waitFor()

  await page.locator(`[data-level="${ids[2]}"]`).click()
  expect(await selectedCard()).toBe(ids[2])
  await page.getByRole('img', { name: 'Conformer C03' }).waitFor()
  await page.locator(`[data-population="${ids[2]}"].chosen`).waitFor()
  await card(0).hover()
  await page.getByRole('img', { name: 'Conformer C01' }).waitFor()
  await page.mouse.move(5, 5)
  await page.getByRole('img', { name: 'Conformer C03' }).waitFor()

  await page.locator('[data-shift="H-15, 16, 17"] .row-button').click()
  await eventually(() => spectrum().getAttribute('data-selected')).toBe('15,16,17')
  await eventually(() => page.locator('[data-rings]').getAttribute('data-rings')).toBe('3')
  await page.getByLabel('Labels').check()
  await eventually(() => page.locator('.atom-label').count()).toBe(of.molecule.elements.length)

  // The selection survives new facts, and leaving the page.
  await page.evaluate(() => {
    location.hash = '#/queue'
  })
  await page.locator('[data-screen-shown="queue"]').waitFor()
  await page.goBack()
  await eventually(selectedCard).toBe(ids[2])
  await eventually(chosenRow).toBe('H-15, 16, 17')
  expect(complaints).toEqual([])
})

test('by keyboard: arrows move the card, Space pins it, brackets move the peak, plus, minus and 0 zoom', async () => {
  begun('rkeys', ids.length)
  await open('#/ensembles/rkeys')
  await page.getByRole('listbox', { name: 'Conformers' }).focus()
  await page.keyboard.press('ArrowRight')
  expect(await selectedCard()).toBe(ids[0])
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowLeft')
  expect(await selectedCard()).toBe(ids[1])
  await page.keyboard.press(' ')
  await page.locator(`[data-conformer="${ids[1]}"] .card-pin`).waitFor()
  await card(4).hover()
  await page.getByRole('img', { name: 'Conformer C02' }).waitFor()

  await page.keyboard.press(']')
  const first = await chosenRow()
  await page.keyboard.press(']')
  await eventually(chosenRow).not.toBe(first)
  await page.keyboard.press('[')
  await eventually(chosenRow).toBe(first)

  const whole = await spectrum().getAttribute('data-range')
  await page.keyboard.press('+')
  await eventually(() => spectrum().getAttribute('data-range')).not.toBe(whole)
  await page.keyboard.press('-')
  await page.keyboard.press('0')
  await eventually(() => spectrum().getAttribute('data-range')).toBe(whole)
  // Large shifts on the left.
  const [left = 0, right = 0] = (whole ?? '').split(' to ').map(Number)
  expect(left).toBeGreaterThan(right)
  expect(complaints).toEqual([])
})

test('signals are split, merged and undone; measured shifts are typed, pasted and compared; the export has them', async () => {
  begun('rmeas', ids.length)
  await open('#/ensembles/rmeas')
  await page.locator('[data-shift="H-15, 16, 17"] .row-button').click()
  await page.getByRole('button', { name: 'Split H-15, 16, 17' }).click()
  await page.locator('[data-shift="H-16"]').waitFor()
  await page.locator('[data-shift="H-16"] .row-button').click()
  await page.getByLabel('Merge H-16 with').selectOption('H-17')
  await page.locator('[data-shift="H-16, 17"]').waitFor()
  await page.keyboard.press('Control+z')
  await page.locator('[data-shift="H-16"]').waitFor()
  await page.getByRole('button', { name: 'As the symmetry has it' }).click()
  await page.locator('[data-shift="H-15, 16, 17"]').waitFor()

  const typed = page.getByLabel('Measured shift of H-15, 16, 17, ppm')
  await typed.fill('1.4x')
  await typed.press('Enter')
  expect(await typed.getAttribute('aria-invalid')).toBe('true')
  await typed.fill('1,41')
  await typed.press('Enter')
  await page.locator('[data-agreement]').getByText('n = 1').waitFor()

  await page.getByRole('button', { name: 'Paste measured…' }).click()
  await page.getByRole('textbox', { name: 'Shifts' }).fill('1.2')
  await page.getByText(/1 shifts were read, \d or \d are wanted/).waitFor()
  await page.getByRole('textbox', { name: 'Shifts' }).fill('H-9, 10, 11 1.29\nH-18 2.80')
  await page.getByLabel('Where they are from').fill('<b>CDCl3</b>, 400 MHz')
  await page.getByRole('button', { name: 'Keep 2 shifts' }).click()
  // OH has its value beside it and is not counted.
  await page.locator('[data-agreement]').getByText('n = 2, without 1 that cannot be compared').waitFor()
  await page.getByText('<b>CDCl3</b>, 400 MHz').waitFor()

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await page.getByText('Export', { exact: true }).click()
      await page.locator('[data-export="csv"]').click()
    })(),
  ])
  const text = await readFile(await file.path(), 'utf8')
  const same = await exporters.csv(engine.state(), run('rmeas'))
  expect(text).toBe(same)
  expect(text).toContain('1.41')
  expect(complaints).toEqual([])
})

test('what cannot be exported is said beside the menu until the next can be, and the keyboard comes back to its button', async () => {
  begun('rgone', ids.length)
  await open('#/ensembles/rgone')
  await page.locator('[data-viewer="shown"]').waitFor()
  const { read } = engine
  Object.assign(engine, { read: async () => fail({ code: 'not-found', message: 'The file is gone.' }) })
  const choose = async (format: string) => {
    await page.getByText('Export', { exact: true }).click()
    await page.locator(`[data-export="${format}"]`).click()
  }
  await choose('xyz')
  const told = page.locator('.run-actions').getByRole('alert')
  await told.getByText('The file is gone.').waitFor()
  expect(await page.locator('.menu').getAttribute('open')).toBeNull()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  Object.assign(engine, { read })
  await Promise.all([page.waitForEvent('download'), choose('xyz')])
  await eventually(() => told.count()).toBe(0)
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  expect(await focused()).toBe('Export')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await eventually(focused).not.toBe('Export')
  await page.keyboard.press('Escape')
  await eventually(focused).toBe('Export')
})

test('what is in is averaged, and how much that is and how far the rest can move it is said', async () => {
  const script = begun('rpart', 3)
  await open('#/ensembles/rpart')
  await page.getByText(/% of the estimated population is in\. The missing 3 can move a shift by/).waitFor()
  await page.getByRole('heading', { name: 'Averaged ¹H spectrum, provisional' }).waitFor()
  expect(await page.locator('[data-provisional="true"]').count()).toBe(ids.length)
  expect(await card(0).textContent()).toContain('~')
  for (const each of ids.slice(3)) {
    script.runs(`${each}/nmr`)
    script.completes(`${each}/nmr`)
  }
  await page.getByText(`All ${ids.length} conformers are in.`).waitFor()
  await eventually(() => page.locator('[data-provisional="true"]').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('without WebGL the molecule is drawn flat, and a sentence says so', async () => {
  begun('rflat', ids.length)
  const without = `const real = HTMLCanvasElement.prototype.getContext
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return String(kind).startsWith('webgl') ? null : real.call(this, kind, ...rest)
    }`
  await open('#/ensembles/rflat', { before: without })
  await page.locator('[data-no-webgl]').waitFor()
  await page.locator('[data-shift="H-15, 16, 17"] .row-button').click()
  const drawn = page.getByRole('img', { name: /^Conformer C01/ })
  // The hydrogens are folded into their carbon, which has the ring.
  await eventually(() => drawn.locator('.ring').count()).toBe(1)
  expect(await page.locator('img[data-picture]').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('hostile names, 300 atoms, 200 conformers, and none at all', async () => {
  const chain = Array.from({ length: 300 }, (_, i) => i + 1)
  const long: ScriptedMolecule = {
    ...of,
    molecule: {
      ...of.molecule,
      elements: chain.map(() => 'C'),
      bonds: chain.slice(1).map(atom => [atom - 1, atom, 1] as const),
      classes: chain.map(atom => ({ element: 'C', atoms: [atom], comparable: true, why: null })),
    },
    geometry: () => `300\n<img src=x onerror=alert(1)>\n${chain.map(i => `C ${1.5 * i} ${i % 2} 0`).join('\n')}\n`,
  }
  const script = nmrScript(engine, 'rhard', '<img src=x onerror=alert(1)>\u202etxt.exe', long)
  script.start()
  script.found(...Array.from({ length: 200 }, (_, i) => `c-${i}<b>`))
  nmrScript(engine, 'rnone', 'x'.repeat(300)).start()
  await open('#/ensembles/rhard')
  await eventually(() => page.locator('[data-conformer]').count()).toBe(200)
  await page.locator('[data-viewer="shown"]').waitFor()
  expect(await page.locator('[data-conformer] img:not([data-picture])').count()).toBe(0)
  await page.evaluate(() => {
    location.hash = '#/ensembles/rnone'
  })
  await page.getByText('They are being generated.').waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  expect(complaints).toEqual([])
})

test.each(['light', 'dark'] as const)('every text can be read and axe finds nothing serious, in %s', async scheme => {
  begun('raxe', 3)
  await open('#/ensembles/raxe', { colorScheme: scheme, viewport: { width: 1024, height: 700 } })
  await spectrum().waitFor()
  await page.locator('[data-shift="H-15, 16, 17"] .row-button').click()
  expect(await seriousFaults(page)).toEqual([])
  expect(await faintTexts(page)).toEqual([])
  await page.getByRole('button', { name: 'Paste measured…' }).click()
  expect(await seriousFaults(page)).toEqual([])
  expect(complaints).toEqual([])
})
