import { BOTH, keys, pictures, type Shot, silence } from './shot.ts'

const NO_WEBGL = `const real = HTMLCanvasElement.prototype.getContext
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return String(kind).startsWith('webgl') ? null : real.call(this, kind, ...rest)
  }`

/** Conformer ensembles. */
export const ensemblesShots: readonly Shot[] = [
  { name: 'ensemble', journal: 'ensemble', hash: '#/ensembles/rlactate', themes: BOTH, act: pictures },
  { name: 'ensemble-narrow', journal: 'ensemble', hash: '#/ensembles/rlactate', size: [1024, 700], act: pictures },
  {
    name: 'ensemble-selected',
    journal: 'finished',
    hash: '#/ensembles/rlactate',
    themes: BOTH,
    async act(page) {
      await pictures(page)
      await page.locator('.row-button').nth(1).click()
    },
  },
  {
    name: 'ensemble-below',
    journal: 'ensemble',
    hash: '#/ensembles/rlactate',
    size: [1440, 2600],
    themes: BOTH,
    act: pictures,
  },
  {
    name: 'ensemble-tables',
    journal: 'finished',
    hash: '#/ensembles/rlactate',
    async act(page) {
      await pictures(page)
      await keys(page, 't')
      await page.locator('[data-chart-table]').first().waitFor()
    },
  },
  {
    name: 'ensemble-export',
    journal: 'finished',
    hash: '#/ensembles/rlactate',
    async act(page) {
      await pictures(page)
      await page.locator('summary').getByText('Export').click()
    },
  },
  {
    name: 'ensemble-paste',
    journal: 'finished',
    hash: '#/ensembles/rlactate',
    themes: BOTH,
    async act(page) {
      await pictures(page)
      await page.getByRole('button', { name: 'Paste measured…' }).click()
      await page.getByRole('dialog').getByRole('textbox').first().fill('4.23 quartet\n1.41\n1.29')
    },
  },
  {
    name: 'ensemble-no-webgl',
    journal: 'ensemble',
    hash: '#/ensembles/rlactate',
    before: NO_WEBGL,
    act: page => page.locator('[data-no-webgl]').waitFor(),
  },
  {
    name: 'ensemble-offline',
    journal: 'ensemble',
    hash: '#/ensembles/rlactate',
    complains: true,
    async act(page, served) {
      await pictures(page)
      await silence(page, served)
    },
  },
  { name: 'ensemble-large', journal: 'large', hash: '#/ensembles/rlarge', act: pictures },
  {
    name: 'ensemble-nothing',
    journal: 'hostile',
    hash: '#/ensembles/rname0',
    act: page => page.getByText('They are being generated.').waitFor(),
  },
  {
    name: 'ensemble-zoom-200',
    journal: 'finished',
    hash: '#/ensembles/rlactate',
    size: [720, 450],
    scale: 2,
    act: pictures,
  },
  { name: 'ensembles-waits', journal: 'waits', hash: '#/ensembles' },
  { name: 'ensembles-hostile', journal: 'hostile', hash: '#/ensembles' },
  { name: 'ensembles', journal: 'lab', hash: '#/ensembles' },
  { name: 'ensembles-empty', journal: 'empty', hash: '#/ensembles' },
]
