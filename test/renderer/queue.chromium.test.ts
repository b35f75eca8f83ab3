import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type ContentRef, jobId, type RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { remediesOf } from '../../shared/remedies/index.ts'
import { eventually } from '../serve/eventually.ts'
import { batchScript } from './batch-script.ts'
import { faintTexts, seriousFaults } from './browser.ts'
import { aCampaign } from './campaign-script.ts'
import { aDayInTheLab, cluster } from './lab.ts'
import { nmrScript } from './nmr-script.ts'
import { context, engine, openWindow as open, page, served, windows } from './open-window.ts'

windows()

const row = (id: string) => page.locator(`[data-row="${id}"]`)
const job = (run: string, key: string) => {
  const found = get(engine.state().jobs, jobId(run as RunId, key))
  if (!found) throw new Error(`no job ${key}`)
  return found
}
const state = (run: string, key: string) => lastAttempt(job(run, key))

test('the counts are those of the jobs, and each is a filter; failed ones by cause', async () => {
  aDayInTheLab(engine, new Date())
  await open()
  const chip = (name: string) => page.locator(`[data-filter="${name}"] strong`)
  await eventually(() => chip('failed').textContent()).toBe('8')
  expect(await chip('check').textContent()).toBe('1')
  expect(await page.locator('[data-screen="queue"] .rail-count').textContent()).toBe('8 failed')

  await page.locator('[data-filter="failed"]').click()
  await eventually(() => page.locator('.queue-row.level-2').count()).toBe(8)
  await page.locator('[data-category="out-of-memory"]').click()
  await eventually(() => page.locator('.queue-row.level-2').count()).toBe(1)
  await row('rscreen.cat-002').waitFor()
  await page.getByPlaceholder('Search in the queue').fill('no such thing')
  await page.getByText('Jobs that are failed by memory with “no such thing”: none.').waitFor()
  await page.getByRole('button', { name: 'Clear filter' }).click()
  await row('rscreen').waitFor()
})

test('the inspector shows the verdict, the very line that proves it, and the course of the output', async () => {
  aDayInTheLab(engine, new Date())
  await open()
  await row('rscreen').click()
  await row('rscreen.cat-001').click()
  const inspector = page.locator('[data-inspected="rscreen.cat-001"]')
  await inspector.getByText('The SCF did not converge').waitFor()
  // Its last energy is nobody's result, and is not shown as one.
  expect(await inspector.locator('[data-energy]').textContent()).toMatch(/^\u2212\d+\.\d+ Eh \(not converged\)$/)
  const attempt = state('rscreen', 'cat-001')
  const proof = attempt.evidence.find(({ source }) => source === 'output')
  expect(await inspector.locator('[data-witness="output"] pre').first().textContent()).toBe(proof?.text)
  expect(await inspector.locator('[data-witness="report"]').textContent()).toContain('exit 1')
  const marked = inspector.locator(`mark[data-line="${proof?.line}"]`)
  expect((await marked.textContent())?.trim()).toBe(proof?.text.trim())
  expect(await inspector.getByRole('button', { name: 'Terminal' }).getAttribute('aria-disabled')).toBe('false')
  // What a browser cannot do stays in its place, and says why.
  const folder = inspector.getByRole('button', { name: 'Folder' })
  expect(await folder.getAttribute('aria-disabled')).toBe('true')
  expect(await folder.getAttribute('title')).toContain('A browser cannot')
  await inspector.getByRole('button', { name: /Copy id/ }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^44182\d\d$/)

  // The whole output opens at the line that proves it.
  await page.keyboard.press('o')
  await page.getByRole('dialog').locator('.line.proof').first().waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  // One that converged at its second try, against its report: the course is that of the second.
  await row('rscreen.cat-008').click()
  const other = page.locator('[data-inspected="rscreen.cat-008"]')
  await other.locator('.course[data-cycles="3"]').waitFor()
  await other.locator('.course-target').waitFor({ state: 'attached' })
  await other.getByText('of at most 4.5e−4').waitFor()
  await other.getByText('its exit status was 1').first().waitFor()
})

test('where only an edit helps, the inspector shows the line of the input to edit', async () => {
  const deck = '# hostile <b>\ntitle "x"\n  bassis\ntask dft energy\n'
  const batch = batchScript(engine, { id: 'redit', name: 'edit', keys: ['one'], deck })
  batch.start()
  batch.queues('one')
  batch.runs('one')
  batch.ends('one', 'unknown-directive', { exit: 255 })
  await open()
  await row('redit').click()
  await row('redit.one').click()
  const places = page.getByRole('list', { name: 'Places to edit' })
  await eventually(() => places.getByRole('listitem').allTextContents()).toEqual(['job.nw:3 bassis'])
  // The edit is made there: what was sent opens, and what it became is sent.
  await page.keyboard.press('e')
  const field = page.getByRole('textbox', { name: 'job.nw' })
  const text = await field.inputValue()
  expect(text).toContain('bassis')
  await field.fill(text.replace('bassis', 'basis'))
  expect(await seriousFaults(page)).toEqual([])
  await page.getByRole('button', { name: 'Resubmit as edited' }).click()
  const attempts = () => get(engine.state().jobs, 'redit.one')?.attempts ?? []
  await eventually(() => attempts().length).toBe(2)
  const { fix, input } = attempts()[1] ?? expect.fail('no second attempt')
  expect(fix).toBe('edited')
  const [file] = (input as unknown as { files: readonly ContentRef[] }).files
  expect(await engine.read(file as ContentRef)).toEqual({ ok: true, value: text.replace('bassis', 'basis') })
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await eventually(() => attempts()[1]?.outcome).toBe('cancelled')
})

test('a running job is followed while it is looked at, and only then', async () => {
  const batch = batchScript(engine, { id: 'rlive', name: 'live', keys: ['one'] })
  batch.start()
  batch.queues('one')
  batch.runs('one')
  await open()
  expect(engine.listeners().readings).toBe(0)
  await row('rlive').click()
  await row('rlive.one').click()
  await eventually(() => engine.listeners().readings).toBe(1)
  const tail = 'd= 0 -115.7\n<img src=x onerror=alert(1)>'
  const energies = [-115.5, -115.6, -115.7]
  const course = energies.map((energy_hartree, i) => ({ cycle: i + 1, energy_hartree, max_gradient: 0.01 / (i + 1) }))
  for (const [n, energy] of energies.entries()) {
    engine.show({
      job: jobId('rlive' as RunId, 'one'),
      attempt: 1,
      n: n + 1,
      at: '2026-03-02T09:00:01.000Z',
      energy_hartree: energy,
      scf_cycle: 4,
      opt_cycle: n + 1,
      max_gradient: 0.01 / (n + 1),
      course: course.slice(0, n + 1),
      tail,
    })
    await page.locator(`.course[data-cycles="${n + 1}"]`).waitFor()
  }
  await page.locator('.course[data-cycles="3"]').getByText('−115.700000').waitFor()
  expect(await page.locator('.inspector .tail pre').textContent()).toBe(tail)
  expect(await page.locator('img').count()).toBe(0)
  // A window that opens now sees the whole course.
  await page.reload()
  await page.locator('.course[data-cycles="3"]').getByText('−115.700000').waitFor()
  await page.getByRole('button', { name: 'Close the inspector' }).click()
  await eventually(() => engine.listeners().readings).toBe(0)
})

test('all by keyboard: rows, tree, selection, resubmit and its undo, cancel, pause', async () => {
  const batch = batchScript(engine, { id: 'rkeys', name: 'keys', keys: ['a', 'b', 'c', 'd'] })
  batch.start()
  batch.queues('a', 'b', 'c')
  batch.runs('a', 'b', 'c')
  batch.ends('a', 'scf-not-converged', { exit: 1 })
  batch.ends('b', 'memory-too-small', { exit: 1 })
  await open()
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await row('rkeys').waitFor()
  await press('ArrowDown', 'ArrowRight')
  await row('rkeys.a').waitFor()
  await press('ArrowDown', 'Shift+ArrowDown')
  await page.getByText('2 jobs selected').waitFor()
  await page.getByText('1 SCF not converged, 1 memory').waitFor()
  // The number is of what would be done: each has a remedy, or is named apart.
  const fixable = ['a', 'b'].filter(key => remediesOf(job('rkeys', key)).length > 0)
  expect(fixable).toHaveLength(2)
  await page.getByRole('button', { name: 'Resubmit 2 failed with suggested fixes' }).waitFor()
  await page.getByRole('button', { name: 'Review 2 fixes' }).click()
  const review = page.getByRole('dialog')
  await review.getByText('a', { exact: true }).click()
  await review.locator('[data-diff]').first().waitFor()
  await press('Escape')
  await review.waitFor({ state: 'detached' })
  const remedy = remediesOf(job('rkeys', 'b'))[0]?.id
  await press('r')
  await eventually(() => state('rkeys', 'a').n).toBe(2)
  expect(state('rkeys', 'b').n).toBe(2)
  expect(state('rkeys', 'b').fix).toBe(remedy)
  await page.getByText('2 jobs resubmitted').waitFor()
  // One of them is sent meanwhile: it cannot be withdrawn, and that is said.
  batch.queues('b')
  await row('rkeys.b').getByText('Waiting').waitFor()
  await press('Control+z')
  await page.getByText('1 job withdrawn; 1 had been submitted and goes on').waitFor()
  expect(state('rkeys', 'a').outcome).toBe('cancelled')
  expect(state('rkeys', 'b').outcome).toBe(null)

  await press('Escape')
  await eventually(() => page.getByText('2 jobs selected').count()).toBe(0)
  await press('ArrowDown')
  await eventually(() => row('rkeys.c').getAttribute('class')).toContain('cursor')
  await press('Enter')
  await page.locator('[data-inspected="rkeys.c"]').waitFor()
  await press('Delete')
  await page.getByRole('dialog').getByText('core hours of it are lost').waitFor()
  await press('Enter') // keeps it
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(state('rkeys', 'c').cancel_wished).toBe(null)
  await press('Delete')
  await page.getByRole('dialog').getByText('core hours of it are lost').waitFor()
  await page.getByRole('button', { name: 'Cancel 1 job' }).press('Enter')
  await eventually(() => state('rkeys', 'c').cancel_wished).not.toBe(null)

  await press('h')
  const phase = () => get(engine.state().runs, 'rkeys')?.phase
  await eventually(phase).toEqual({ is: 'open', hold: 'paused' })
  await row('rkeys').getByText('Held').waitFor()
  await press('h')
  await eventually(phase).toEqual({ is: 'open', hold: null })
  await press('c')
  await page.getByText('Job name copied').waitFor()
  await press('Escape')
  await page.locator('.inspector').waitFor({ state: 'detached' })
  await press('f')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('All')
  await press('/')
  await page.keyboard.type('nothing like it')
  await page.getByText('none.').waitFor()
})

test('10,000 rows: what is in sight exists, every row can be reached, and there is a forecast', async () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => `job-${i}`)
  const work = { molecule: '', functions: 100, terms: ['level:b3lyp'] }
  const batch = batchScript(engine, { id: 'rmany', name: 'many', program: 'command', keys, work })
  batch.start()
  const done = keys.slice(-6)
  for (const key of done) {
    batch.queues(key)
    batch.runs(key)
    engine.setClock(new Date(engine.now() + 600_000).toISOString())
    batch.completes(key)
  }
  await open()
  await row('rmany')
    .getByText(/\d h, ~/)
    .waitFor()
  await row('rmany').click()
  await page.getByText(/more: .*9994 pending/).click()
  await row('rmany.job-0').waitFor()
  expect(await page.locator('.queue-row').count()).toBeLessThan(80)
  await page.locator('.queue-grid').focus()
  await page.keyboard.press('End')
  await row('rmany.job-9999').waitFor()
  await page.keyboard.press('Control+a')
  await page.getByText('10000 jobs selected').waitFor()
  expect(await page.getByRole('treegrid').getAttribute('aria-rowcount')).toBe('10002')
})

test('hostile names and outputs are shown as text, and never break the table', async () => {
  const long = 'x'.repeat(300)
  const names = [long, 'שלום עולם ab', '<b>bold</b><script>alert(1)</script>', '\u001b[31mred\u001b[0m', '‮evil']
  for (const [i, name] of names.entries()) batchScript(engine, { id: `rname${i}`, name, keys: [`k${i}`] }).start()
  await open({ viewport: { width: 1024, height: 700 } })
  for (const i of names.keys()) await row(`rname${i}`).waitFor()
  expect(await row('rname2').textContent()).toContain('<b>bold</b><script>alert(1)</script>')
  expect(await page.locator('.queue-row b').count()).toBe(0)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  for (const each of await page.locator('.queue-row').all()) expect((await each.boundingBox())?.height).toBe(28)
  await row('rname0').click()
  await row('rname0.k0').click()
  await page.locator('.inspector').waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
})

test('a run that waits and has something to check says both', async () => {
  engine.happen({ type: 'machine.changed', machine: cluster('borealis') })
  const batch = batchScript(engine, { id: 'rturn', name: 'turn', machine: 'borealis', keys: ['a', 'b'] })
  batch.start()
  batch.queues('a', 'b')
  await open()
  await row('rturn').getByText('for its turn in the queue of borealis').waitFor()
  batch.isStuck('b', 'it wants more memory than any node has')
  await row('rturn').getByText('waits for its turn in the queue of borealis, 1 to check').waitFor()
  expect(await row('rturn').locator('.badge').textContent()).toBe('Check')
  expect(await row('rturn').getByTitle('Waits for its turn in the queue of borealis', { exact: true }).count()).toBe(1)
})

test('a machine that does not answer: its jobs are unknown, not failed, and the last state is named', async () => {
  aDayInTheLab(engine, new Date())
  await open()
  await row('rspin').click()
  // Of its time alone it is known soon that it stalls.
  await row('rspin.fe-012').getByText('Stalled').waitFor()
  engine.happen({ type: 'machine.changed', machine: cluster('borealis', 'unreachable', new Date().toISOString()) })
  await row('rspin.fe-012').getByText('Unknown').waitFor()
  expect(await row('rspin.fe-012').textContent()).toContain('was running when last seen')
  await row('rspin').getByText('jobs may go on').waitFor()
  await page.getByText('borealis does not answer').waitFor()
  expect(await page.locator('[data-filter="failed"] strong').textContent()).toBe('8')
  engine.happen({ type: 'machine.changed', machine: cluster('borealis') })
  await eventually(() => page.getByText('borealis does not answer').count()).toBe(0)
})

test.each([0.8, 1, 1.5, 2])('zoom %s: nothing is cut off, every text can be read', async zoom => {
  aDayInTheLab(engine, new Date())
  // A browser's zoom makes the window smaller in CSS pixels, and each of them larger.
  await open({ viewport: { width: Math.round(1440 / zoom), height: Math.round(900 / zoom) }, deviceScaleFactor: zoom })
  await row('rscreen').click()
  await row('rscreen.cat-001').click()
  await page.locator('.inspector mark').first().waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  expect(await faintTexts(page)).toEqual([])
})

test.each(['light', 'dark'] as const)('axe finds nothing serious in the queue, in %s', async colorScheme => {
  aDayInTheLab(engine, new Date())
  await open({ colorScheme })
  await row('rscreen').click()
  await row('rscreen.cat-001').click()
  await page.locator('.inspector mark').first().waitFor()
  await page.locator('.queue-grid').focus()
  await page.keyboard.press('Space')
  await page.getByText('1 job selected').waitFor()
  expect(await faintTexts(page)).toEqual([])
  expect(await seriousFaults(page)).toEqual([])
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search' }).waitFor()
  expect(await seriousFaults(page)).toEqual([])
})

test('two windows show the same, and one that missed events as well', async () => {
  aDayInTheLab(engine, new Date())
  await open()
  const other = await context.newPage()
  await other.goto(served.url)
  await other.getByText('Live', { exact: true }).waitFor()
  const counts = async (each: Page) => (await each.locator('.chips').first().textContent()) ?? ''
  // Hidden pages let go of their line; while it is hidden much happens.
  await context.setOffline(true)
  const batch = batchScript(engine, { id: 'rmiss', name: 'missed', keys: ['a', 'b'] })
  batch.start()
  batch.queues('a')
  await context.setOffline(false)
  await row('rmiss').waitFor()
  await other.locator('[data-row="rmiss"]').waitFor()
  const said = await counts(page)
  await eventually(() => counts(other)).toBe(said)
  await other.close()
})

test('a job that runs far longer than expected is stalled in its row and in its run, and a long campaign has its range', async () => {
  engine.setClock(new Date(Date.now() - 30 * 24 * 3_600_000).toISOString())
  aCampaign(engine, 6)
  // The jobs that have begun then are late by now.
  await open()
  await row('rpilot')
    .getByText(/^\d+ jobs far longer than expected$/)
    .waitFor()
  expect(await row('rpilot').locator('.badge').textContent()).toBe('Stalled')
  await row('rpilot').click()
  await page.locator('.queue-row.level-2 .badge').getByText('Stalled').first().waitFor()
  // They are a filter of their own.
  await page.locator('[data-filter="stalled"]').click()
  const words = async () => [...new Set(await page.locator('.queue-row.level-2 .badge').allTextContents())]
  await eventually(words).toEqual(['Stalled'])
  await page.locator('[data-filter="stalled"]').click()
  expect(
    await page
      .locator('[data-row="rpilot"]')
      .getByText(/\d–\d.*(min|h), ~/)
      .count(),
  ).toBe(1)
})

test('a run of tasks alone counts no jobs', async () => {
  const script = nmrScript(engine, 'rff', 'force field')
  script.start()
  await open()
  expect(await row('rff').textContent()).not.toContain('0/0')
})
