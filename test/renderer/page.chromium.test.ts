import { beforeEach, expect, test } from 'vitest'
import { jobId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { showRun } from '../../shared/show/run.ts'
import { eventually } from '../serve/eventually.ts'
import { faintTexts, seriousFaults } from './browser.ts'
import { aCampaign } from './campaign-script.ts'
import { type NmrScript, nmrScript } from './nmr-script.ts'
import { complaints, engine, openWindow as open, page, serveAgain, served, windows } from './open-window.ts'

windows({ quiet: false })
beforeEach(() => open())

/** Opens a screen, or what of it the path names. */
async function look(...path: readonly string[]): Promise<void> {
  await page.evaluate(
    hash => {
      location.hash = hash
    },
    `#/${path.join('/')}`,
  )
}

const count = () => page.locator('[data-count]')
const badge = () => page.locator('.run-head .badge')

/** Every text that the count has shown, from now on. */
async function recordCounts(): Promise<() => Promise<readonly string[]>> {
  await count().waitFor()
  await page.evaluate(() => {
    const seen: string[] = []
    const look = () => {
      const text = document.querySelector('[data-count]')?.textContent
      if (text && seen.at(-1) !== text) seen.push(text)
    }
    look()
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
    Object.assign(globalThis, { seenCounts: seen })
  })
  return () => page.evaluate(() => (globalThis as unknown as { seenCounts: string[] }).seenCounts)
}

async function shows(text: string): Promise<void> {
  await eventually(() => count().textContent()).toBe(text)
}

/** One conformer from its generation to its spectrum. */
function wholeRun(script: NmrScript, ...conformers: readonly string[]): void {
  script.start()
  script.found(...conformers)
  for (const step of ['opt', 'nmr']) {
    for (const conformer of conformers) {
      script.runs(`${conformer}/${step}`)
      script.completes(`${conformer}/${step}`)
    }
    if (step === 'opt') script.selected()
  }
}

test('the token leaves the address bar, and nothing on the page breaks its own rules', async () => {
  expect(page.url()).toBe(`http://127.0.0.1:${served.port}/`)
  await page.getByRole('heading', { name: 'Start with a molecule' }).waitFor()
  expect(complaints).toEqual([])
})

test('what is long in coming says after ten seconds why, and that nothing is to be done', async () => {
  await page.route('**/api/events*', () => {}) // never answered
  await page.clock.install()
  await page.reload()
  const told = page.getByRole('status').filter({ hasText: 'Asking Larmor what is known' })
  await told.first().waitFor()
  expect(await told.first().textContent()).not.toContain('It takes longer than usual')
  await page.clock.fastForward(10_000)
  await page.getByText('It takes longer than usual: a large library is read, or this computer is busy.').waitFor()
})

test('one conformer goes from 0/1 to 1/1, its state in the words of the field', async () => {
  const script = nmrScript(engine, 'rone')
  script.start()
  await look('ensembles', 'rone')
  await shows('No conformers yet')
  const seen = await recordCounts()
  script.found('c-one')
  await shows('0/1 conformers')
  const row = page.locator('[data-conformer="c-one"]')
  await eventually(() => row.locator('.badge').textContent()).toBe('Pending')
  script.runs('c-one/opt')
  await eventually(() => row.locator('.badge').textContent()).toBe('Optimizing')
  script.completes('c-one/opt')
  await eventually(() => row.locator('.badge').textContent()).toBe('Optimized')
  script.selected()
  script.runs('c-one/nmr')
  await eventually(() => row.locator('.badge').textContent()).toBe('NMR running')
  expect(await count().textContent()).toBe('0/1 conformers')
  script.completes('c-one/nmr')
  await shows('1/1 conformers')
  await eventually(() => row.locator('.badge').textContent()).toBe('NMR complete')
  await eventually(() => badge().textContent()).toBe('Finished')
  expect(await seen()).toEqual(['No conformers yet', '0/1 conformers', '1/1 conformers'])
  expect(complaints).toEqual([])
})

test('of two, one failing shows 1/2 and 1 failed, never 2/2, with what proves it', async () => {
  const script = nmrScript(engine, 'rtwo')
  script.start()
  script.found('c-one', 'c-two')
  await look('ensembles', 'rtwo')
  const seen = await recordCounts()
  await shows('0/2 conformers')
  script.runs('c-one/opt')
  script.runs('c-two/opt')
  script.completes('c-one/opt')
  script.fails('c-two/opt', 'the SCF did not converge')
  await shows('0/2 conformers, 1 failed')
  await eventually(() => page.locator('[data-step="optimisation"]').textContent()).toContain('1/2, 1 failed')
  script.selected()
  script.runs('c-one/nmr')
  script.completes('c-one/nmr')
  await shows('1/2 conformers, 1 failed')
  await eventually(() => badge().textContent()).toBe('Check')
  const history = await seen()
  expect(history.filter(text => text.startsWith('2/2'))).toEqual([])
  const done = history.map(text => Number.parseInt(text, 10))
  expect(done).toEqual([...done].sort((a, b) => a - b))

  const row = page.locator('[data-conformer="c-two"]')
  expect(await row.textContent()).toMatch(/Failed.*the SCF did not converge/)
  expect(await page.locator('.quote').textContent()).toContain('the SCF did not converge')
  expect(await page.locator('.quote figcaption').textContent()).toBe('output: output, line 812')
  // The average goes on without it, and says so.
  const shown = showRun(engine.state(), get(engine.state().runs, script.run) as never) as unknown as Shown
  for (const warning of shown.warnings) await page.getByText(warning).waitFor()
  expect(shown.warnings.join()).toContain('1 of 2 conformers did not complete')

  await page.getByRole('button', { name: 'Resubmit 1 failed' }).click()
  await eventually(() => badge().textContent()).toBe('Running')
  const job = get(engine.state().jobs, jobId(script.run, 'c-two/opt'))
  expect(job && lastAttempt(job).n).toBe(2)
  await shows('1/2 conformers')
  expect(complaints).toEqual([])
})

test('all that happens within one look is shown right', async () => {
  nmrScript(engine, 'rnone').start()
  await look('ensembles', 'rnone')
  await shows('No conformers yet')
  await look('ensembles', 'rlook')
  wholeRun(nmrScript(engine, 'rlook'), 'c-one', 'c-two', 'c-three')
  await shows('3/3 conformers')
  await eventually(() => badge().textContent()).toBe('Finished')
  expect(complaints).toEqual([])
})

interface Shown {
  readonly warnings: readonly string[]
  readonly shifts: readonly {
    readonly element: string
    readonly atoms: readonly number[]
    readonly delta_ppm: number
    readonly comparable: boolean
    readonly reference: { readonly source: string; readonly expected_error_ppm: number | null }
  }[]
  readonly conformers: readonly { readonly key: string; readonly weight: number; readonly relative_kcal_mol: number }[]
}

test('spectrum and tables show the numbers of the document, with their reference and its error', async () => {
  const script = nmrScript(engine, 'rspec')
  wholeRun(script, 'c-one', 'c-two')
  await look('ensembles', 'rspec')
  await shows('2/2 conformers')
  const shown = showRun(engine.state(), get(engine.state().runs, script.run) as never) as unknown as Shown
  expect(shown.shifts.map(({ element }) => element).sort()).toEqual(['C', 'H', 'H'])

  for (const nucleus of ['¹H', '¹³C']) {
    await page.getByRole('button', { name: nucleus, exact: true }).click()
    const element = nucleus.at(-1)
    const shifts = shown.shifts.filter(shift => shift.element === element)
    await eventually(() => page.locator('[data-shift]').count()).toBe(shifts.length)
    for (const { atoms, delta_ppm, comparable, reference } of shifts) {
      const row = page.locator(`[data-shift="${element}-${atoms.join(', ')}"]`)
      expect(await row.locator('strong').textContent()).toBe(
        delta_ppm.toFixed(element === 'H' ? 2 : 1).replace('-', '−'),
      )
      expect((await row.textContent())?.includes('not comparable')).toBe(!comparable)
      expect(await page.locator('.shift-notes').textContent()).toContain(
        reference.source.replace(/^exact: /, '').replace(/\.$/, ''),
      )
    }
    const error = shifts[0]?.reference.expected_error_ppm
    expect(await page.locator('.shift-notes').textContent()).toContain(
      error === null ? 'not calibrated at this level' : `Expected error ${(error ?? 0).toFixed(2)} ppm`,
    )
    const drawn = page.getByRole('img', { name: new RegExp(`spectrum: ${shifts.length} signal`) })
    const pixels = await drawn.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
      return data.some(value => value !== 0)
    })
    expect(pixels).toBe(true)
  }
  let sum = 0
  for (const { key, weight, relative_kcal_mol } of shown.conformers) {
    sum += weight
    const cells = await page.locator(`[data-population="${key}"] td`).allTextContents()
    expect(cells).toContain(relative_kcal_mol.toFixed(2))
    expect(cells).toContain(`${(100 * weight).toFixed(1)}\u2009%`)
    expect(cells.at(-1)).toBe(`${(100 * sum).toFixed(1)}\u2009%`)
  }
  expect(complaints).toEqual([])
})

test('the large shift is on the left', async () => {
  wholeRun(nmrScript(engine, 'raxis'), 'c-one')
  await look('ensembles', 'raxis')
  await shows('1/1 conformers')
  const drawn = page.locator('.spectrum canvas')
  await drawn.waitFor()
  // CH3 (three protons) lies at the larger shift, OH at the smaller: the tallest column is in the left half.
  const left = await drawn.evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas
    const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? []
    // The line is dark and opaque; the grid is light.
    const isDark = (x: number, y: number) => {
      const at = (y * width + x) * 4
      return (data[at] ?? 255) < 80 && (data[at + 3] ?? 0) > 200
    }
    const rows = [...Array(height).keys()]
    const columns = Array.from({ length: width }, (_, x) => rows.filter(y => isDark(x, y)).length)
    return columns.indexOf(Math.max(...columns)) / width
  })
  expect(left).toBeLessThan(0.5)
})

test('pause, resume, and cancel, which asks first and is never the answer of Enter', async () => {
  const script = nmrScript(engine, 'rsteer')
  script.start()
  script.found('c-one', 'c-two')
  script.runs('c-one/opt')
  await look('ensembles', 'rsteer')
  const phase = () => get(engine.state().runs, 'rsteer')?.phase
  await page.getByRole('button', { name: 'Pause' }).click()
  await eventually(phase).toEqual({ is: 'open', hold: 'paused' })
  await eventually(() => badge().textContent()).toBe('Held')
  await page.getByRole('button', { name: 'Resume' }).click()
  await eventually(phase).toEqual({ is: 'open', hold: null })

  await page.getByRole('button', { name: 'Cancel…' }).click()
  await page.getByRole('dialog').getByText('1 job of it may be alive').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(phase()).toEqual({ is: 'open', hold: null })
  await page.getByRole('button', { name: 'Cancel…' }).click()
  await page.getByRole('button', { name: 'Cancel run, kill 1 job' }).click()
  await eventually(phase).toEqual({ is: 'open', hold: 'cancelling' })
  await eventually(() => page.getByRole('button', { name: 'Pause' }).count()).toBe(0)
  expect(complaints).toEqual([])
})

test('a running job shows its cycle, its energy and the end of its output, as text', async () => {
  const script = nmrScript(engine, 'rlive')
  script.start()
  script.found('c-one')
  script.runs('c-one/opt')
  await look('ensembles', 'rlive')
  await eventually(() => engine.listeners().readings).toBe(1)
  const tail = ' d= 0,ls=0.0,diis  6  -115.714 <img src=x onerror=alert(1)>'
  engine.show({
    job: jobId(script.run, 'c-one/opt'),
    attempt: 1,
    n: 1,
    at: '2026-03-02T09:00:01.000Z',
    energy_hartree: -115.714,
    scf_cycle: 6,
    opt_cycle: 3,
    course: [],
    max_gradient: 0.0123,
    tail,
  })
  const live = page.locator('[data-live="c-one/opt"]')
  await live.getByText('optimisation cycle 3 · SCF cycle 6 · −115.714000 Eₕ').waitFor()
  await live.locator('summary').click()
  expect(await live.locator('pre').textContent()).toBe(tail)
  expect(await live.locator('img').count()).toBe(0)
  await page.locator('[data-conformer="c-one"]').getByText('cycle 3, SCF 6').waitFor()
  script.completes('c-one/opt')
  await live.waitFor({ state: 'detached' })
  await eventually(() => engine.listeners().readings).toBe(0)
  expect(complaints).toEqual([])
})

test('without its server the last data stays, and the page says how old it is; a new key is asked for', async () => {
  wholeRun(nmrScript(engine, 'roff'), 'c-one')
  await look('ensembles', 'roff')
  await shows('1/1 conformers')
  const { port } = served
  await served.close()
  await page.getByText('Larmor does not answer.').waitFor()
  await page.getByText(/Offline, data as of \d/).waitFor()
  expect(await count().textContent()).toBe('1/1 conformers')
  expect(await page.locator('[data-shift]').count()).toBeGreaterThan(0)

  await serveAgain(port)
  await page.getByText("This page's key is no longer valid.").waitFor()
  expect(await count().textContent()).toBe('1/1 conformers')
  await page.goto(served.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await look('ensembles', 'roff')
  await shows('1/1 conformers')
})

test('a run is started from the page; what is wrong is said under its field, and nothing starts', async () => {
  await page.getByRole('heading', { name: 'Start with a molecule' }).waitFor()
  expect(await seriousFaults(page)).toEqual([])
  expect(await faintTexts(page)).toEqual([])
  // What was typed goes along.
  await page.getByLabel('SMILES').fill('C1')
  await page.getByLabel('SMILES').press('Enter')
  await page.getByRole('heading', { name: 'New run' }).waitFor()
  expect(await page.getByLabel('SMILES').inputValue()).toBe('C1')
  await page.getByLabel('SMILES').fill('C1CC')
  await page.locator('#smiles-below.error').waitFor()
  expect(await page.getByLabel('SMILES').getAttribute('aria-invalid')).toBe('true')
  expect(engine.state().seq).toBe(0)

  await page.getByLabel('SMILES').fill('CO')
  await page.getByLabel('Name').fill('wood spirit')
  await page.getByLabel('Solvent', { exact: true }).selectOption({ label: 'DMSO-d6' })
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Start run' }).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'wood spirit' }).waitFor()
  const runs = engine.state().runs.leaves.flatMap(leaf => Object.values(leaf))
  expect(runs).toMatchObject([{ name: 'wood spirit', workflow: 'nmr', params: { input: 'CO', solvent: 'dmso' } }])
  expect(complaints).toEqual([])
})

test('screens and runs are reached by keyboard', async () => {
  nmrScript(engine, 'rfirst', 'first').start()
  nmrScript(engine, 'rsecond', 'second').start()
  for (const [key, screen] of [
    ['2', 'ensembles'],
    ['3', 'benchmarks'],
    ['4', 'results'],
    ['5', 'machines'],
    ['6', 'settings'],
    ['n', 'new'],
    ['1', 'queue'],
  ] as const) {
    await page.keyboard.press(key)
    await page.locator(`[data-screen-shown="${screen}"]`).waitFor()
  }
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search' }).fill('seco')
  await page.getByRole('option', { name: /second/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'second' }).waitFor()
  // A newer run does not take away what is being looked at.
  nmrScript(engine, 'rthird', 'third').start()
  await page.keyboard.press('Control+k')
  await page.getByRole('option', { name: /third/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1, name: 'second' }).waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).getByText('Go to Machines').waitFor()
  expect(complaints).toEqual([])
})

test('who types ahead loses no key to a dialog that opens or closes', async () => {
  nmrScript(engine, 'rfirst', 'first').start()
  nmrScript(engine, 'rsecond', 'second').start()
  await page.locator('[data-row="rsecond"]').waitFor()
  // Nothing is waited for: each key goes out as soon as the page has taken the one before.
  const { keyboard } = page
  await keyboard.press('Control+k')
  await keyboard.type('seco')
  await keyboard.press('Enter')
  await keyboard.press('Control+k')
  await keyboard.type('firs')
  await keyboard.press('Escape')
  await keyboard.press('?')
  await keyboard.press('Escape')
  await keyboard.press('Control+k')
  await keyboard.type('first')
  await keyboard.press('Enter')
  await keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.getByRole('heading', { level: 1, name: 'first' }).waitFor()
  await keyboard.press('Escape')
  expect(await page.getByRole('dialog').count()).toBe(0)
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: 'second' }).waitFor()
})

test('the theme is the system\u2019s until a person wants another, which is remembered', async () => {
  await open({ colorScheme: 'dark' })
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
  expect(await theme()).toBe('dark')
  await look('settings')
  await page.getByRole('button', { name: 'Light', exact: true }).click()
  expect(await theme()).toBe('light')
  await page.reload()
  await page.getByText('Live', { exact: true }).waitFor()
  expect(await theme()).toBe('light')
  expect(complaints).toEqual([])
})

test('what was held can be taken back', async () => {
  const script = nmrScript(engine, 'rback')
  script.start()
  await look('ensembles', 'rback')
  const phase = () => get(engine.state().runs, 'rback')?.phase
  await page.getByRole('button', { name: 'Pause' }).click()
  await eventually(phase).toEqual({ is: 'open', hold: 'paused' })
  await page.getByText('methanol: held').waitFor()
  await page.locator('main').focus()
  await page.keyboard.press('Control+z')
  await eventually(phase).toEqual({ is: 'open', hold: null })
})

test.each(['light', 'dark'] as const)('every text can be read, in %s and in a narrow window', async colorScheme => {
  const script = nmrScript(engine, 'rread')
  script.start()
  script.found('c-one', 'c-two', 'c-three')
  for (const key of ['c-one/opt', 'c-two/opt', 'c-three/opt']) script.runs(key)
  script.fails('c-two/opt', 'the SCF did not converge')
  wholeRun(nmrScript(engine, 'rdone', 'done'), 'c-one', 'c-two')
  await open({ colorScheme })
  for (const run of ['rread', 'rdone']) {
    await look('ensembles', run)
    await page.getByRole('heading', { level: 1, name: run === 'rdone' ? 'done' : 'methanol' }).waitFor()
    expect(await faintTexts(page)).toEqual([])
    expect(await seriousFaults(page)).toEqual([])
  }
  for (const screen of ['queue', 'ensembles', 'benchmarks', 'results', 'machines', 'settings']) {
    await look(screen)
    await page.locator(`[data-screen-shown="${screen}"]`).waitFor()
    expect(await faintTexts(page)).toEqual([])
    expect(await seriousFaults(page)).toEqual([])
  }
  await look('new')
  await page.getByRole('heading', { name: 'New run' }).waitFor()
  expect(await faintTexts(page)).toEqual([])

  await open({ colorScheme, viewport: { width: 480, height: 800 } })
  await look('ensembles', 'rdone')
  await count().waitFor()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  expect(complaints).toEqual([])
})

test.each([0.8, 2])('no screen is cut off at zoom %s', async zoom => {
  wholeRun(nmrScript(engine, 'rzoom'), 'c-one')
  aCampaign(engine, 20)
  // A browser's zoom makes the window smaller in CSS pixels, and each of them larger.
  await open({ viewport: { width: Math.round(1440 / zoom), height: Math.round(900 / zoom) }, deviceScaleFactor: zoom })
  for (const path of [
    'ensembles',
    'ensembles/rzoom',
    'benchmarks',
    'benchmarks/rpilot',
    'results',
    'results/rzoom',
    'machines',
    'settings',
    'new',
    'new/campaign',
  ]) {
    await look(...path.split('/'))
    await page.locator(`[data-screen-shown="${path.split('/')[0]}"]`).waitFor()
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect([path, over > 0]).toEqual([path, false])
  }
})
