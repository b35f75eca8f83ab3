import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { MachineName } from '../../shared/ids.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { delta50Set, resolveCampaign } from '../../shared/workflows/index.ts'
import { eventually } from '../serve/eventually.ts'
import { batchScript } from './batch-script.ts'
import { faintTexts, seriousFaults } from './browser.ts'
import { aCampaign } from './campaign-script.ts'
import { cluster } from './lab.ts'
import { lactate } from './lactate.ts'
import { nmrScript } from './nmr-script.ts'
import { complaints, engine, goTo, openWindow, page, served, windows } from './open-window.ts'

windows({ quiet: false })
beforeEach(() => open())

async function open(options: Parameters<typeof openWindow>[0] = {}): Promise<void> {
  await openWindow({ at: '#/new', ...options })
  await page.getByRole('heading', { name: 'New run' }).waitFor()
}

const button = () => page.locator('[data-submit]')
const smiles = () => page.getByLabel('SMILES')
const runs = () =>
  [...values(engine.state().runs)].map(({ name, params }) => ({ name, ...(params as { input: string }) }))

test('each problem stands at its field, and the button says what is missing', async () => {
  await smiles().fill('C1CC')
  await page.locator('#smiles-below.error').waitFor()
  await eventually(() => button().textContent()).toBe('Correct the molecule to start')
  await smiles().fill('CO')
  await eventually(() => button().textContent()).toBe('Start run')
  for (const [label, wrong, right, id] of [
    ['Temperature, K', 'warm', '298.15', 'temperature'],
    ['Nuclei', '1X', '1H', 'nuclei'],
    ['Charge', '1', '', 'charge'],
    ['Time limit, h:min', 'soon', '1:00', 'time'],
    ['Cores per job', '0', '1', 'ranks'],
  ] as const) {
    await page.getByLabel(label).fill(wrong)
    await page.locator(`#${id}-below.error`).waitFor()
    expect(await button().getAttribute('aria-disabled')).toBe('true')
    await page.getByLabel(label).fill(right)
    await page.locator(`#${id}-below.error`).waitFor({ state: 'detached' })
  }
  await page.keyboard.press('Control+Enter')
  await eventually(runs).toMatchObject([{ name: 'CO', input: 'CO' }])
  expect(complaints).toEqual([])
})

test('an open stereocentre is asked about, both isomers are runs of their own, and mirror images are not asked about', async () => {
  await smiles().fill('CCC(C)O')
  await page.locator('[data-stereo="enantiomers"]').getByText('one is enough').waitFor()
  await smiles().fill('C[C@H](O)C(F)Cl\nCO methanol')
  await page.locator('[data-stereo="open"]').waitFor()
  await eventually(() => button().textContent()).toBe('Choose C4 to start')
  await page.getByRole('button', { name: 'Only C4 R' }).click()
  await eventually(() => button().textContent()).toBe('Start 2 runs')
  await page.getByRole('button', { name: 'Run both' }).click()
  await eventually(() => button().textContent()).toBe('Start 3 runs')
  await button().click()
  await page.getByRole('heading', { name: 'Ensembles' }).waitFor()
  expect(
    runs()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['C[C@H](O)C(F)Cl (C4 R)', 'C[C@H](O)C(F)Cl (C4 S)', 'methanol'])
  expect(new Set(runs().map(({ input }) => input)).size).toBe(3)
  expect(complaints).toEqual([])
})

test('the molecule is drawn, its picture names atoms and ion charges, and files come by dropping', async () => {
  await smiles().fill('C[NH3+]')
  await page.getByRole('img', { name: 'Structure of C[NH3+]' }).getByText('NH₃⁺').waitFor()
  await page.locator('figcaption').getByText('charge +1').waitFor()
  await smiles().fill('')
  await page.getByRole('button', { name: 'Draw…' }).click()
  const canvas = page.locator('[data-editor] canvas').first()
  await canvas.waitFor()
  // The editor's first tool draws a bond where there is nothing.
  await page.locator('[data-editor]').click({ position: { x: 320, y: 200 } })
  await eventually(() => page.locator('.editor-smiles').textContent()).toBe('CC')
  await page.getByRole('button', { name: 'Use it' }).click()
  await eventually(() => smiles().inputValue()).toBe('CC')

  await page.locator('[data-drop]').evaluate(zone => {
    const data = new DataTransfer()
    data.items.add(new File(['2\n<img src=x onerror=alert(1)>\nH 0 0 0\nH 0 0 0.74\n'], '<b>h2</b>.xyz'))
    data.items.add(new File([new Uint8Array([255, 254, 0, 1])], 'picture.xyz'))
    zone.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  })
  await page.getByText('picture.xyz: no text in UTF-8').waitFor()
  await page.getByText('<b>h2</b>.xyz', { exact: true }).first().waitFor()
  await eventually(() => button().textContent()).toBe('Start 2 runs')
  await page.getByRole('button', { name: 'Leave out <b>h2</b>.xyz' }).click()
  await eventually(() => button().textContent()).toBe('Start run')
  expect(complaints).toEqual([])
})

test('every deck and script is shown before anything runs', async () => {
  await smiles().fill('CO')
  await page.locator('[data-file="larmor.nw"] pre').getByText('cosmo').waitFor()
  expect(await page.locator('[data-file="job.sh"] pre').textContent()).toContain('LARMOR_LABEL=')
  await page.getByRole('button', { name: 'NMR', exact: true }).click()
  await eventually(() => page.locator('[data-file="larmor.nw"] pre').textContent()).toContain('shielding')
  await page.getByLabel('Cores per job').fill('4')
  await eventually(() => page.locator('[data-file="program.sh"] pre').textContent()).toContain('-np 4')
  expect(engine.state().seq).toBe(0)
  expect(complaints).toEqual([])
})

test('existing inputs run as they are', async () => {
  const deck = 'start h\ngeometry\nH 0 0 0\nH 0 0 0.74\nend\nbasis\n* library sto-3g\nend\ntask scf energy\n'
  await smiles().fill('')
  await page
    .getByLabel('Files', { exact: true })
    .setInputFiles({ name: 'h2.nw', mimeType: 'text/plain', buffer: Buffer.from(deck) })
  await page.locator('[data-mode="run"]').waitFor()
  await eventually(() => page.locator('[data-file="h2.nw"] pre').textContent()).toBe(deck)
  await button().click()
  await eventually(() => [...values(engine.state().runs)]).toMatchObject([{ workflow: 'single', name: 'h2.nw' }])
  expect(complaints).toEqual([])
})

test.each(['light', 'dark'] as const)('every text can be read and axe finds nothing serious, in %s', async scheme => {
  await open({ colorScheme: scheme, viewport: { width: 1024, height: 700 } })
  await smiles().fill('C[C@H](O)C(F)Cl')
  await page.locator('[data-stereo="open"]').waitFor()
  await page.locator('[data-file="job.sh"]').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  expect(await faintTexts(page)).toEqual([])
  expect(complaints).toEqual([])
})

test('a campaign is started from the window, with what it will take said before', async () => {
  await goTo('#/new/campaign')
  await page.getByRole('heading', { name: 'New campaign' }).waitFor()
  const figure = () => page.locator('.compose-foot .figure').textContent()
  await eventually(figure).toBe(
    '20 calculations and 10 optimisations that they share; computing: unknown until the pilot; disk: unknown until the pilot',
  )
  for (const [label, wrong, right, id] of [
    ['Levels', 'B3LYP,nonsense', 'B3LYP', 'levels'],
    ['Molecules in the pilot', '51', '2', 'pilot'],
    ['Cores per job', '0', '1', 'ranks'],
  ] as const) {
    await page.getByLabel(label, { exact: true }).fill(wrong)
    await page.locator(`#${id}-below.error`).waitFor()
    expect(await button().getAttribute('aria-disabled')).toBe('true')
    await page.getByLabel(label, { exact: true }).fill(right)
    await page.locator(`#${id}-below.error`).waitFor({ state: 'detached' })
  }
  await page.getByLabel('DMSO-d6').uncheck()
  await eventually(figure).toMatch(/^2 calculations and 2 optimisations/)
  await page.locator('[data-file="larmor.nw"] pre').getByText('optimize').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  expect(await faintTexts(page)).toEqual([])
  await page.keyboard.press('Control+Enter')
  await eventually(() => page.url()).toMatch(/#\/benchmarks\/r/)
  const [run] = [...values(engine.state().runs)]
  const args = { pilot: 2, levels: 'B3LYP', solvents: 'chcl3' }
  const context = {
    machine: localMachine,
    resources: { ranks: 1, memory_mb: 2000, seconds: 24 * 3600 },
    times: [],
    refOf: (text: string) => engine.keep(text),
  }
  const { params } = orThrow(resolveCampaign(args, delta50Set, context))
  expect(run?.params).toEqual(JSON.parse(JSON.stringify(params)))

  // The same once more, while the first still runs, would only do its work again.
  await goTo('#/new/campaign')
  await button().click()
  await page.getByText(/This campaign already runs: r/).waitFor()
  expect([...values(engine.state().runs)]).toHaveLength(1)
  // The browser's own word for an answer that refuses.
  expect(complaints).toEqual([expect.stringContaining('409 (Conflict)')])
})

test('the machines are told apart by what is known: how long jobs waited there, and how much room there is', async () => {
  const tested = { at: new Date(engine.now()).toISOString(), checks: [], partitions: [], free_mb: 12_300 }
  engine.happen({ type: 'machine.changed', machine: { ...cluster('helix'), tested } })
  const keys = ['a', 'b', 'c', 'd', 'e', 'f']
  const work = { molecule: '', functions: 100, terms: ['level:b3lyp'] }
  const batch = batchScript(engine, { id: 'rwaits', name: 'waits', machine: 'helix', keys, work })
  batch.start()
  for (const [i, key] of keys.entries()) {
    batch.queues(key)
    engine.setClock(new Date(engine.now() + (i + 1) * 600_000).toISOString())
    batch.runs(key)
    engine.setClock(new Date(engine.now() + 600_000).toISOString())
    batch.completes(key)
  }
  await goTo('#/new')
  const cell = (machine: string, what: string) => page.locator(`[data-machine="${machine}"] [data-${what}]`)
  await eventually(() => cell('helix', 'wait').textContent()).toBe('15–55 min')
  expect(await cell('helix', 'free').textContent()).toBe('12 GB')
  expect(await cell('local', 'wait').textContent()).toBe('none')
  expect(await cell('local', 'free').textContent()).toBe('–')
  expect(await seriousFaults(page)).toEqual([])
})

test('when all would be done is told of each machine, as far as that is known', async () => {
  engine.happen(
    { type: 'machine.changed', machine: cluster('helix') },
    { type: 'machine.changed', machine: cluster('sol') },
  )
  const { of, ids } = lactate(6)
  const script = nmrScript(engine, 'rlactate', 'lactate', of)
  script.start()
  script.computes(...ids)
  script.happen({ type: 'run.ended', run: script.run, outcome: 'completed', reason: null })
  // On helix the same calculations waited for an hour each, and took ten minutes.
  const known = engine.state().times?.['local' as MachineName] ?? []
  for (const [i, terms] of [...new Set(known.map(each => each.terms.join()))].entries()) {
    const keys = ['a', 'b', 'c', 'd', 'e']
    const work = { molecule: '', functions: known[0]?.functions ?? 1, terms: terms.split(',') }
    const batch = batchScript(engine, { id: `rbatch${i}`, name: `batch ${i}`, machine: 'helix', keys, work })
    batch.start()
    batch.queues(...keys)
    engine.setClock(new Date(engine.now() + 3_600_000).toISOString())
    batch.runs(...keys)
    engine.setClock(new Date(engine.now() + 600_000).toISOString())
    batch.completes(...keys)
  }
  await goTo('#/new')
  await smiles().fill('CCO')
  const finish = (machine: string) => page.locator(`[data-machine="${machine}"] [data-finish]`)
  await eventually(() => finish('helix').textContent()).toMatch(/^~.*\d\d:\d\d$/)
  expect(await finish('local').textContent()).toMatch(/^~.*\d\d:\d\d$/)
  expect(await finish('helix').getAttribute('title')).toMatch(/^In 8 of 10 cases between .* and /)
  expect(await finish('sol').textContent()).toBe('–')

  // Here jobs wait for those before them, and of these it is not known how long they take.
  const other = batchScript(engine, { id: 'rother', name: 'other', keys: ['long'] })
  other.start()
  other.queues('long')
  await eventually(() => finish('local').textContent()).toBe('–')
  expect(await finish('helix').textContent()).toMatch(/^~/)
})

test("a campaign of one's own folder, whose faults are named by file and line", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-set-'))
  const water = '3\n\nO 0 0 0.117\nH 0 0.757 -0.471\nH 0 -0.757 -0.471\n'
  await writeFile(join(folder, 'water.xyz'), water)
  await writeFile(join(folder, 'shifts.csv'), 'molecule,atoms,delta_ppm\nwater,2 9,1.56\n')
  await goTo('#/new/campaign')
  await page.getByLabel('A folder of my own').check()
  await eventually(() => button().textContent()).toBe('Correct the set to start')
  await page.getByLabel('All molecules').check()
  await page.getByLabel('Folder', { exact: true }).setInputFiles(folder)
  await page.getByText('line 2 of shifts.csv: water has no atom 9 (it has 3)').waitFor()
  await writeFile(join(folder, 'shifts.csv'), 'molecule,atoms,delta_ppm\nwater,2 3,1.56\n')
  await page.getByLabel('Folder', { exact: true }).setInputFiles(folder)
  await eventually(() => button().textContent()).toBe('Start campaign')
  await button().click()
  await eventually(() => [...values(engine.state().runs)]).toMatchObject([
    {
      workflow: 'campaign',
      params: { molecules: [{ id: 'water' }], set: { source: `${basename(folder)}: shifts.csv` } },
    },
  ])
  await rm(folder, { recursive: true })
  expect(complaints).toEqual([])
})

test.each([
  ['#/new/campaign', 'Start campaign', '#max_failures', '3', { max_failures: 3 }],
  ['#/new', 'Start run', '#temperature', '310', { temperature_K: 310 }],
])('what is started from %s holds what was typed just before', async (to, start, field, text, params) => {
  await goTo(to)
  if (to === '#/new') await smiles().fill('CCO')
  await eventually(() => button().textContent()).toBe(start)
  await page.locator(field).evaluate(async (element, typed) => {
    const input = element as HTMLInputElement
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, typed)
    input.dispatchEvent(new Event('input', { bubbles: true }))
    // The field is drawn; what follows from it is not yet.
    for (let i = 0; i < 50; i++) await null
    input.form?.requestSubmit()
  }, text)
  await eventually(() => engine.state().runs.size).toBe(1)
  expect([...values(engine.state().runs)]).toMatchObject([{ params }])
})

test('conformers by xtb first, and the factors of a campaign of one\u2019s own', async () => {
  const run = aCampaign(engine, 80, null, 'B3LYP@UFF,WP04')
  await goTo('#/new')
  // A level that a campaign was made of says how far off it was there.
  await page.getByLabel('Level').selectOption('production')
  await page.getByText(/In your campaign of 10 molecules: MAE 0\.\d\d ppm \(1H\), \d/).waitFor()
  await page.getByLabel('Level').selectOption('draft')
  await smiles().fill('CO')
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel('Optimise and rank conformers by xtb first').check()
  await page.getByRole('button', { name: 'xtb', exact: true }).click()
  await eventually(() => page.locator('[data-file="program.sh"] pre').textContent()).toContain('xtb')
  const own = page
    .locator('#reference option')
    .filter({ hasText: 'Own: B3LYP/6-311+G(2d,p)@UFF in cdcl3, 10 molecules' })
  await own.waitFor({ state: 'attached' })
  await page.getByLabel('Reference').selectOption(await own.getAttribute('value'))
  // Factors hold for their own level only.
  await page.locator('#reference-below.error').getByText('Its factors are for').waitFor()
  await page.getByLabel('Functional').fill('B3LYP@UFF//B3LYP')
  await page.getByLabel('Basis set').fill('6-311+G(2d,p)//6-31G*')
  await eventually(() => button().textContent()).toBe('Start run')
  await button().click()
  const started = () => [...values(engine.state().runs)].find(({ id }) => id !== run)
  await eventually(() => started()?.params).toMatchObject({
    pre: 'xtb',
    references: [{ kind: 'own' }, { kind: 'own' }],
  })
  expect(complaints).toEqual([])
})

test('a draft is saved for another day; without Larmor nothing else can be done with it', async () => {
  await smiles().fill('CCO ethanol')
  await page.getByLabel('Temperature, K').fill('310')
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByText('Draft saved').waitFor()
  await page.reload()
  await eventually(() => smiles().inputValue()).toBe('CCO ethanol')
  expect(await page.getByLabel('Temperature, K').inputValue()).toBe('310')
  await served.close()
  await eventually(() => button().textContent()).toBe('Save draft')
  await page.keyboard.press('Control+Enter')
  await page.getByText('Draft saved').waitFor()
  expect(await seriousFaults(page)).toEqual([])
})
