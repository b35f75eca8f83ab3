import { expect, test } from 'vitest'
import { type KeyCommandId, keyCommands } from '../../renderer/keys/commands.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { eventually } from '../serve/eventually.ts'
import { batchScript } from './batch-script.ts'
import { lactate } from './lactate.ts'
import { nmrScript } from './nmr-script.ts'
import { engine, openWindow, page, windows } from './open-window.ts'

windows()

const SCREENS = ['queue', 'ensembles', 'benchmarks', 'results', 'machines', 'settings'] as const

/** Every key of the table does what the help says of it: a command that is added has to be added here, too. */
test('each command by its key, or, where it has none, by the palette', async () => {
  const batch = batchScript(engine, { id: 'rbatch', name: 'batch', keys: ['a', 'b', 'c', 'd'] })
  batch.start()
  batch.queues('a', 'b', 'c')
  batch.runs('a', 'b', 'c')
  batch.ends('a', 'scf-not-converged', { exit: 1 })
  const { of, ids } = lactate(6)
  const script = nmrScript(engine, 'rlactate', 'lactate', of)
  script.start()
  script.computes(...ids)
  await openWindow()

  const row = (id: string) => page.locator(`[data-row="${id}"]`)
  const atCursor = () => page.locator('.queue-row.cursor').getAttribute('data-row')
  const selected = () => page.locator('.bulk-bar strong').textContent()
  const phase = () => get(engine.state().runs, 'rbatch')?.phase
  const attempt = (key: string) => {
    const job = get(engine.state().jobs, `rbatch.${key}`)
    return job && lastAttempt(job)
  }
  const card = () => page.locator('[data-conformer][aria-selected="true"]').getAttribute('data-conformer')
  const peak = () => page.locator('tr.chosen[data-shift]').getAttribute('data-shift')
  const range = () => page.locator('.spectrum').getAttribute('data-range')
  const dialog = () => page.getByRole('dialog')
  const closed = () => dialog().waitFor({ state: 'detached' })
  const done: KeyCommandId[] = []
  /** Presses the first key of a command, as the help shows it, and waits for what it does. */
  const press = async (id: KeyCommandId, does: () => Promise<unknown>) => {
    const [key] = keyCommands[id].keys
    if (key === undefined) throw new Error(`${id} has no key`)
    await page.keyboard.press(key.replace('Ctrl+', 'Control+'))
    await does()
    done.push(id)
  }
  const byPalette = async (id: KeyCommandId, does: () => Promise<unknown>) => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).fill(keyCommands[id].does)
    await page.getByRole('option', { name: keyCommands[id].does }).waitFor()
    await page.keyboard.press('Enter')
    await does()
    done.push(id)
  }

  for (const screen of SCREENS) await press(screen, () => page.locator(`[data-screen-shown="${screen}"]`).waitFor())
  await press('help', () => page.getByRole('dialog', { name: 'Keys' }).waitFor())
  await page.keyboard.press('Escape')
  await closed()
  await press('palette', () => page.getByRole('combobox', { name: 'Search' }).waitFor())
  await page.keyboard.press('Escape')
  await closed()
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
  const before = await theme()
  await byPalette('theme', () => eventually(theme).not.toBe(before))
  const chooser = page.waitForEvent('filechooser')
  await byPalette('import', () => chooser)

  await page.keyboard.press('1')
  await row('rbatch').waitFor()
  await page.locator('.queue-grid').focus()
  await press('last', () => eventually(atCursor).toBe('rlactate'))
  await press('first', () => eventually(atCursor).toBe('rbatch'))
  await press('down', () => eventually(atCursor).toBe('rlactate'))
  await press('up', () => eventually(atCursor).toBe('rbatch'))
  await press('open', () => row('rbatch.a').waitFor())
  await page.keyboard.press('ArrowDown')
  await press('tick', () => eventually(selected).toBe('1 job selected'))
  await press('tick-down', () => eventually(selected).toBe('2 jobs selected'))
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await press('tick-up', () => eventually(selected).toBe('4 jobs selected'))
  await press('close', () => page.locator('.bulk-bar').waitFor({ state: 'detached' }))
  await press('tick-all', () => eventually(selected).toBe(`${4 + 2 * ids.length} jobs selected`))
  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await eventually(atCursor).toBe('rbatch.a')
  await press('inspect', () => page.locator('[data-inspected="rbatch.a"]').waitFor())
  await press('output', () => page.locator('.line.proof').first().waitFor())
  await page.keyboard.press('Escape')
  await closed()
  await press('edit', () => dialog().getByRole('textbox').waitFor())
  await page.keyboard.press('Escape')
  await closed()
  await press('copy-id', () => page.getByText('Job name copied').waitFor())
  await press('resubmit', () => eventually(() => attempt('a')?.n).toBe(2))
  // The page takes back what it knows of: its own note, and the attempt that its row shows.
  await page.getByText('1 job resubmitted').waitFor()
  await page.locator('[data-row="rbatch.a"][aria-label$="attempt 2"]').waitFor()
  await press('undo', () => eventually(() => attempt('a')?.outcome).toBe('cancelled'))
  await press('pause', () => eventually(phase).toMatchObject({ hold: 'paused' }))
  await row('rbatch').getByText('Held').waitFor()
  await page.keyboard.press('h')
  await eventually(phase).toMatchObject({ hold: null })
  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowDown')
  await press('cancel', () => dialog().getByText('Cancel b of batch?').waitFor())
  await page.keyboard.press('Escape')
  await closed()
  await press('shut', () => eventually(atCursor).toBe('rbatch'))
  await press('filter', () => page.locator('.filter-chip:focus').waitFor())
  await press('search', () => page.locator('.filter-search input:focus').waitFor())

  await page.keyboard.press('Escape')
  await page.evaluate(() => {
    location.hash = '#/ensembles/rlactate'
  })
  await page.getByRole('listbox', { name: 'Conformers' }).focus()
  await press('cardNext', () => eventually(card).toBe(ids[0]))
  await press('cardDown', () => eventually(card).not.toBe(ids[0]))
  await press('cardUp', () => eventually(card).toBe(ids[0]))
  await page.keyboard.press('ArrowRight')
  await press('cardPrevious', () => eventually(card).toBe(ids[0]))
  await press('cardPin', () => page.locator(`[data-conformer="${ids[0]}"] .card-pin`).waitFor())
  await press('peakNext', () => eventually(peak).not.toBeNull())
  const first = await peak()
  await page.keyboard.press(']')
  await eventually(peak).not.toBe(first)
  await press('peakPrevious', () => eventually(peak).toBe(first))
  await eventually(range).toMatch(/ to /)
  const whole = await range()
  await press('zoomIn', () => eventually(range).not.toBe(whole))
  const nearer = await range()
  await page.keyboard.press('+')
  await eventually(range).not.toBe(nearer)
  const near = await range()
  await press('zoomOut', () => eventually(range).not.toBe(near))
  await press('zoomFit', () => eventually(range).toBe(whole))
  await press('tables', () => page.locator('[data-chart-table]').first().waitFor())

  await press('new', () => page.locator('[data-screen-shown="new"]').waitFor())
  await page.getByLabel('SMILES').fill('CCO')
  await page.locator('[data-submit][aria-disabled="false"]').waitFor()
  await press('submit', () => eventually(() => engine.state().runs.size).toBe(3))

  expect(Object.keys(keyCommands).filter(id => !done.includes(id as KeyCommandId))).toEqual([])
})
