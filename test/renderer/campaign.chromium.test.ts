import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import type { Run } from '../../shared/model/run.ts'
import { get } from '../../shared/model/table.ts'
import { unread } from '../../shared/programs/program.ts'
import { remainingText } from '../../shared/show/duration.ts'
import { showRun } from '../../shared/show/run.ts'
import { statusOf } from '../../shared/show/status.ts'
import type { ShownCampaign } from '../../shared/workflows/index.ts'
import { eventually } from '../serve/eventually.ts'
import { faintTexts, seriousFaults } from './browser.ts'
import { aCampaign } from './campaign-script.ts'
import { engine, openWindow, page, windows } from './open-window.ts'

windows()

test.each(['light', 'dark'] as const)(
  'a campaign is shown with what is left, what failed and how accurate it is, in %s',
  async colorScheme => {
    const run = aCampaign(engine, 48)
    await openWindow({ colorScheme })
    await page.keyboard.press('3')
    await page.locator('a[data-run="rpilot"]').click()
    await page.getByText('SCF did not converge').first().waitFor()
    const status = statusOf(engine.state(), get(engine.state().runs, run) as never)
    expect(status.counts.failed).toBe(1)
    // The forecast is a worker's, and the terminal's.
    const [left = ''] = (remainingText(status) ?? 'nothing').split(', about')
    await page.locator('.campaign-head').getByText(left).waitFor()
    expect(page.url()).toContain('#/benchmarks/rpilot')
    expect(await faintTexts(page)).toEqual([])
    expect(await seriousFaults(page)).toEqual([])
    // Charts are tables of the same numbers where a person wants that.
    const tables = page.locator('[data-chart-table]')
    await page.keyboard.press('t')
    await eventually(() => tables.count()).toBe(4)
    const ended = await page.locator('[data-chart-table="Throughput"] td:nth-child(2)').allInnerTexts()
    expect(ended.reduce((sum, count) => sum + Number(count), 0)).toBe(
      await page.locator('[data-chart-table="Calculations left"] tbody tr').count(),
    )
    expect(await page.locator('[data-chart-table="Calculations left"] tr').count()).toBeGreaterThan(20)
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('t')
    await eventually(() => tables.count()).toBe(0)
    const saved = async (choice: string) => {
      await page.locator('summary').getByText('Export table').click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByText(choice).click()])
      expect(await page.locator('.menu').getAttribute('open')).toBeNull()
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
    }
    const csv = await saved('As data')
    expect(csv.name).toBe('rpilot-statistics.csv')
    expect(csv.text).toMatch(/^level,solvent,nucleus,n,.*\r\n"B3LYP/)
    const tex = await saved('For LaTeX')
    expect(tex.name).toBe('rpilot-levels.tex')
    expect(tex.text).toMatch(/\\toprule\n {4}Level & Solvent & Nucleus & n &/)
    await page.locator('summary').getByText('Export table').click()
    await page.getByText('Copy, to be pasted in Word').click()
    await page.getByText('Table copied').waitFor()
    const copied = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      return Promise.all(['text/html', 'text/plain'].map(async type => (await item?.getType(type))?.text() ?? ''))
    })
    expect(copied[0]).toMatch(/<table.*<td[^>]*>B3LYP/s)
    expect(copied[1]).toMatch(/^Level\tSolvent\tNucleus\tn\t/m)
    const right = (selector: string) =>
      page.locator(selector).evaluate(element => Math.round(element.getBoundingClientRect().right))
    expect(await right('.campaign-figures')).toBeLessThanOrEqual(
      await right('section[aria-labelledby="accuracy-title"]'),
    )
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
  },
)

/** The result of a job that was killed before it said anything. */
const NOTHING = { ...unread.result, geometry: null }

test('what was cancelled was not computed, and is told beside what is left, by every figure', async () => {
  const run = aCampaign(engine, 30)
  engine.happen({ type: 'run.cancelling', run })
  const jobs = get(engine.state().runs, run)?.jobs.flatMap(id => get(engine.state().jobs, id) ?? []) ?? []
  const running = jobs.filter(job => lastAttempt(job).phase.is === 'running')
  expect(running).not.toEqual([])
  for (const job of running) {
    const { n: attempt, label } = lastAttempt(job)
    const at = { job: job.id, attempt, label }
    const ended = new Date(engine.now()).toISOString()
    const end = { started: ended, ended, exit: null, signal: 'TERM', evidence: [] }
    engine.happen({
      type: 'jobs.ended',
      run,
      jobs: [{ ...at, ...end, host: null, pid: null, pgid: null, boot_id: null }],
    })
    engine.happen({ type: 'jobs.fetched', run, jobs: [{ ...at, files: [] }] })
    const verdict = { outcome: 'cancelled' as const, category: null, reason: 'cancelled', warning: null, evidence: [] }
    engine.happen({ type: 'jobs.parsed', run, jobs: [{ ...at, ...verdict, result: NOTHING }] })
  }
  engine.happen({ type: 'run.ended', run, outcome: 'cancelled', reason: 'cancelled' })
  const shown = showRun(engine.state(), get(engine.state().runs, run) as Run) as unknown as ShownCampaign
  const stopped = shown.tasks.filter(({ state }) => state === 'cancelled').length
  expect(stopped).toBeGreaterThan(0)
  const computed = shown.completed + shown.failed
  const left = shown.total - computed - stopped
  await openWindow({ at: '#/benchmarks/rpilot' })
  await page.locator('[data-task-count="cancelled"]').getByText(`Stopped ${stopped}`).waitFor()
  expect(await page.locator('#left-title .count').textContent()).toBe(String(left))
  await page.getByText(`${computed} calculations ended`).waitFor()
})

test('figures bear their mark: stalled by the clock, stale and since when once the machine does not answer', async () => {
  aCampaign(engine, 12)
  await openWindow({ at: '#/benchmarks/rpilot' })
  const head = page.locator('.campaign-head')
  // By the clock they compute for far too long: what happened here was long ago.
  await head.getByText('stalled: a job takes far longer than predicted').waitFor()
  await page.locator('.matrix-cell.is-stalled').first().waitFor()
  // So does everything else that runs: the run is said to be what its jobs are.
  await head.locator('.badge.soft').getByText('Stalled').waitFor()
  const reach = { is: 'unreachable', since: new Date().toISOString(), text: 'no route to host', hint: null } as const
  engine.happen({ type: 'machine.changed', machine: { ...localMachine, reach } })
  await head.getByText(/stale since .*the machine does not answer/).waitFor()
  await head.getByText('no estimate', { exact: true }).waitFor()
  await page.getByText('No estimate while the data is stale.').waitFor()
  // Its silence is no standstill: what ran is shown as it was seen last.
  await eventually(() => page.locator('.matrix-cell.is-stalled').count()).toBe(0)
  expect(await page.locator('.matrix-cell.is-running, .matrix-cell.is-optimizing').count()).toBeGreaterThan(0)
  expect(await page.locator('[data-task-count="stalled"]').count()).toBe(0)
  engine.happen({ type: 'machine.changed', machine: localMachine })
  await head.locator('[data-mark="stalled"]').waitFor()
  await head.locator('[data-task-count="stalled"]').waitFor()
  // Between two true values the bar goes straight: an easing that overshoots would lie.
  const easing = (bar: Element) => getComputedStyle(bar).transitionTimingFunction
  expect(await page.locator('.campaign-done').evaluate(easing)).toBe('linear')
  await page.goto(page.url().replace(/#.*/, '#/benchmarks'))
  await page.locator('[data-run="rpilot"] .badge').getByText('Stalled').waitFor()
  await page
    .locator('[data-run="rpilot"]')
    .getByText(/% stalled/)
    .waitFor()
  // The list has the same figure as the page.
  await page
    .locator('[data-run="rpilot"]')
    .getByText(/\/40 calculations/)
    .waitFor()
})

test('what completed and is contradicted is no plain success in the matrix', async () => {
  // The first two optimisations are behind it: this one is a shielding.
  const run = aCampaign(engine, 12, 9)
  const shown = showRun(engine.state(), get(engine.state().runs, run) as Run) as unknown as ShownCampaign
  expect(shown.to_check).toBe(1)
  await openWindow({ at: '#/benchmarks/rpilot' })
  const cell = page.locator('.matrix-cell.is-check')
  await cell.waitFor()
  expect(await cell.getAttribute('aria-label')).toMatch(/: Check, the output says .* exit code is 9/)
  // One figure for what is verified: in the head, above the matrix, and beside its rows.
  const verified = shown.completed - 1
  await page.locator('h1').getByText(`${verified}/${shown.total}`).waitFor()
  await page.locator('[data-task-count="completed"]').getByText(`Finished ${verified}`).waitFor()
  await page.locator('[data-task-count="check"]').getByText('Check 1').waitFor()
  const sums = await page.locator('.matrix-sum').allInnerTexts()
  expect(sums.reduce((sum, text) => sum + Number(text.split('/')[0]), 0)).toBe(verified)
  const counts = await page.locator('[data-task-count] strong').allInnerTexts()
  expect(counts.reduce((sum, text) => sum + Number(text), 0)).toBe(shown.total)
  expect(await faintTexts(page)).toEqual([])
})

test('levels are compared over all campaigns, also those of the archive, with what must be said of them', async () => {
  const run = aCampaign(engine, 80)
  engine.shelve(run)
  await openWindow({ at: '#/benchmarks' })
  const rows = page.locator('.campaign-comparison tbody tr')
  await rows.first().waitFor()
  const said = await rows.allInnerTexts()
  expect(said.filter(row => row.startsWith('¹H')).length).toBeGreaterThan(1)
  // What must be said of a level is said once, with a mark beside each of its rows.
  const notes = await page.locator('[data-footnote]').allInnerTexts()
  expect(notes.filter(note => note.includes('WP04 by its components'))).toHaveLength(1)
  const mark = notes.find(note => note.includes('WP04 by its components'))?.[0] ?? ''
  const marks = await page.locator('.campaign-comparison tbody tr', { hasText: 'WP04' }).locator('sup').allInnerTexts()
  expect(marks.length).toBeGreaterThan(1)
  for (const each of marks) expect(each).toContain(mark)
  // The best of each nucleus first.
  const figures = await page
    .locator('.campaign-comparison tbody tr:has(th:text-is("¹H")) td:nth-child(7)')
    .allInnerTexts()
  expect(figures).not.toEqual([])
  expect(figures.map(Number)).toEqual(figures.map(Number).toSorted((a, b) => a - b))
  expect(await faintTexts(page)).toEqual([])
  expect(await seriousFaults(page)).toEqual([])
  await page.setViewportSize({ width: 720, height: 450 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  // What such calculations took is known by then: so is when the next ones would be done.
  await page.goto(page.url().replace(/#.*/, '#/new/campaign'))
  await page.locator('[data-finish]').getByText('~').waitFor()
  await page.goto(page.url().replace(/#.*/, '#/benchmarks'))
  // A link leads to it, as if it were here.
  await rows.first().getByRole('link').click()
  await page.locator('#campaign-title').waitFor()
})
