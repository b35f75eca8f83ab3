import type { Page } from 'playwright-core'
import { BOTH, drag, keys, QUESTION, type Shot, silence } from './shot.ts'

const JOB = '#/queue/rscreen/rscreen.cat-001'

async function openJob(page: Page): Promise<void> {
  await page.locator('.inspector mark').first().waitFor()
}

async function dropOutputs(page: Page): Promise<void> {
  const drop = await drag(page)
  await drop()
}

/** The queue, what lies over every screen, and what is dropped on it. */
export const queueShots: readonly Shot[] = [
  { name: 'first-start', journal: 'empty', hash: '#/queue', themes: BOTH },
  { name: 'loading', journal: 'lab', hash: '#/queue', themes: BOTH, loading: true },
  {
    name: 'loading-late',
    journal: 'lab',
    hash: '#/queue',
    loading: true,
    // Ten seconds pass at once.
    before:
      'const real = setTimeout; window.setTimeout = (act, ms, ...more) => real(act, ms === 10_000 ? 100 : ms, ...more)',
    act: page => page.getByText('It takes longer than usual').waitFor(),
  },
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
    complains: true,
    act: (page, served) => silence(page, served),
  },
  { name: 'queue-waits', journal: 'waits', hash: '#/queue', themes: BOTH },
  { name: 'queue-disk', journal: 'disk', hash: '#/queue', themes: BOTH },
  {
    name: 'queue-many',
    journal: 'many',
    hash: '#/queue/rmany/rmany.job-02000',
    async act(page) {
      await page.locator('.inspector').waitFor()
      await page.getByText(/^\d+ more: /).click()
    },
  },
  {
    name: 'queue-edit',
    journal: 'lab',
    hash: JOB,
    themes: BOTH,
    async act(page) {
      await openJob(page)
      await page.locator('.queue-grid').focus()
      await keys(page, 'e')
      await page.getByRole('dialog').getByRole('textbox').waitFor()
    },
  },
  {
    name: 'queue-running',
    journal: 'lab',
    hash: '#/queue/rspin/rspin.fe-012',
    act: page => page.locator('.inspector').waitFor(),
  },
  { name: 'queue-zoom-80', journal: 'lab', hash: JOB, size: [1800, 1125], scale: 0.8, act: openJob },
  {
    name: 'queue-login',
    journal: 'lab',
    hash: '#/queue',
    async act(page, _served, engine) {
      void engine.ask({ ...QUESTION, kind: 'passphrase', text: 'Enter passphrase for key /home/mara/.ssh/id_ed25519:' })
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'import-review',
    journal: 'lab',
    hash: '#/results',
    themes: BOTH,
    async act(page) {
      await dropOutputs(page)
      await page.locator('[data-import-summary]').waitFor()
    },
  },
  {
    name: 'import-done',
    journal: 'lab',
    hash: '#/results',
    async act(page) {
      await dropOutputs(page)
      await page.locator('[data-import-summary]').waitFor()
      await keys(page, 'Enter')
      await page.locator('[data-imported]').waitFor()
    },
  },
  {
    name: 'drop',
    journal: 'lab',
    hash: '#/queue',
    async act(page) {
      await drag(page)
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
  { name: 'settings', journal: 'lab', hash: '#/settings', themes: BOTH },
]
