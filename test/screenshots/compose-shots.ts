import { BOTH, decks, type Shot, silence } from './shot.ts'

/** New runs and campaigns. */
export const composeShots: readonly Shot[] = [
  {
    name: 'new-run',
    journal: 'lab',
    hash: '#/new',
    themes: BOTH,
    async act(page) {
      await page.getByLabel('SMILES').fill('CCOC(=O)[C@H](C)C(C)O')
      await page.locator('[data-stereo="open"]').waitFor()
      await decks(page)
    },
  },
  { name: 'new-run-empty', journal: 'lab', hash: '#/new' },
  {
    name: 'new-run-several',
    journal: 'finished',
    hash: '#/new',
    themes: BOTH,
    async act(page) {
      await page.getByLabel('SMILES').fill('CC(O)C(=O)OCC lactate\nCCO ethanol\nc1ccccc1C(C)N')
      await decks(page)
    },
  },
  {
    name: 'new-run-wrong',
    journal: 'lab',
    hash: '#/new',
    async act(page) {
      await page.getByLabel('SMILES').fill('C1CC')
      await page.getByText('More', { exact: true }).click()
      await page.locator('[aria-invalid="true"]').first().waitFor()
    },
  },
  {
    name: 'new-run-finish',
    journal: 'finished',
    hash: '#/new',
    size: [1440, 1300],
    async act(page) {
      await page.getByLabel('SMILES').fill('CCO')
      await page.getByText('More', { exact: true }).click()
      await decks(page)
      await page.locator('[data-finish]').getByText('~').waitFor()
    },
  },
  {
    name: 'new-run-draw',
    journal: 'lab',
    hash: '#/new',
    async act(page) {
      await page.getByLabel('SMILES').fill('CCOC(=O)[C@H](C)O')
      await page.getByRole('button', { name: 'Draw…' }).click()
      await page.locator('.editor-place canvas').first().waitFor()
      await page.waitForTimeout(500)
    },
  },
  {
    name: 'new-run-narrow',
    journal: 'lab',
    hash: '#/new',
    size: [1024, 700],
    async act(page) {
      await page.getByLabel('SMILES').fill('CCOC(=O)[C@H](C)O')
      await decks(page)
    },
  },
  {
    name: 'new-run-offline',
    journal: 'lab',
    hash: '#/new',
    complains: true,
    async act(page, served) {
      await page.getByLabel('SMILES').fill('CCOC(=O)[C@H](C)O')
      await decks(page)
      await silence(page, served)
    },
  },
  { name: 'new-campaign', journal: 'campaign', hash: '#/new/campaign', themes: BOTH, act: decks },
  { name: 'new-campaign-narrow', journal: 'campaign', hash: '#/new/campaign', size: [1024, 700], act: decks },
  {
    name: 'new-campaign-wrong',
    journal: 'campaign',
    hash: '#/new/campaign',
    async act(page) {
      await page.getByLabel('A folder of my own').check()
      await page.getByText('A folder with structures and a CSV').waitFor()
    },
  },
]
