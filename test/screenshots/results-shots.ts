import { BOTH, type Shot, silence } from './shot.ts'

/** Results, and benchmarks. */
export const resultsShots: readonly Shot[] = [
  { name: 'results', journal: 'lab', hash: '#/results', themes: BOTH },
  { name: 'results-archived', journal: 'lab', hash: '#/results/rold', themes: BOTH },
  { name: 'results-empty', journal: 'empty', hash: '#/results' },
  { name: 'benchmark', journal: 'campaign', hash: '#/benchmarks/rpilot', themes: BOTH },
  { name: 'benchmark-narrow', journal: 'campaign', hash: '#/benchmarks/rpilot', size: [1024, 700] },
  {
    name: 'benchmark-offline',
    journal: 'campaign',
    hash: '#/benchmarks/rpilot',
    complains: true,
    act: (page, served) => silence(page, served),
  },
  { name: 'benchmarks', journal: 'campaign', hash: '#/benchmarks' },
  { name: 'benchmarks-empty', journal: 'empty', hash: '#/benchmarks' },
  {
    name: 'results-compare',
    journal: 'compare',
    hash: '#/results',
    themes: BOTH,
    async act(page) {
      const marks = page.locator('.mark-button[aria-disabled="false"]')
      await marks.nth(0).click()
      await marks.nth(1).click()
      await page.locator('.compare-plot canvas').waitFor()
    },
  },
  {
    name: 'results-difference',
    journal: 'compare',
    hash: '#/results',
    size: [1024, 700],
    async act(page) {
      const marks = page.locator('.mark-button[aria-disabled="false"]')
      await marks.nth(0).click()
      await marks.nth(1).click()
      await page.getByRole('button', { name: 'Difference' }).click()
      await page.locator('.compare-plot canvas').waitFor()
    },
  },
  {
    name: 'results-nothing-found',
    journal: 'lab',
    hash: '#/results',
    act: page => page.getByRole('searchbox').first().fill('program:orca after:2026-11-01'),
  },
  {
    name: 'results-offline',
    journal: 'compare',
    hash: '#/results/rfirst',
    complains: true,
    act: (page, served) => silence(page, served),
  },
]
