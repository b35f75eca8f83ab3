import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { lastAttempt } from '../../shared/model/job.ts'
import { values } from '../../shared/model/table.ts'
import { jobsOf } from '../../shared/show/status.ts'
import { eventually } from '../serve/eventually.ts'
import { batchScript } from './batch-script.ts'
import { seriousFaults } from './browser.ts'
import { context, engine, openWindow, page, windows } from './open-window.ts'

windows()

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-drop-'))
  batchScript(engine, { id: 'rhere', name: 'here', keys: ['one'] }).start()
  await openWindow()
})
afterEach(() => rm(folder, { recursive: true }))

const fixture = (name: string) => new URL(`../fixtures/nwchem/${name}`, import.meta.url)

/** As a person drops them from the file manager, folders too: by the browser's own debugger. */
async function drop(...paths: readonly string[]): Promise<void> {
  const debug = await context.newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  // A page that is just drawn anew may miss one.
  await eventually(async () => {
    for (const type of ['dragEnter', 'dragOver'] as const) {
      await debug.send('Input.dispatchDragEvent', { type, x: 600, y: 500, data })
    }
    return page.locator('[data-drop-veil]').isVisible()
  }).toBe(true)
  await debug.send('Input.dispatchDragEvent', { type: 'drop', x: 600, y: 500, data })
}

const runs = () => [...values(engine.state().runs)].filter(({ id }) => id !== 'rhere')

test('a folder of finished outputs becomes a run of the library; dropped again it is known', async () => {
  const outputs = join(folder, 'old work')
  await mkdir(join(outputs, 'deep'), { recursive: true })
  for (const [from, to] of [
    ['methanol-production.out.gz', 'methanol.out.gz'],
    ['scf-not-converged.out.gz', 'deep/failed.out.gz'],
  ] as const) {
    await copyFile(fixture(from), join(outputs, to))
    await utimes(join(outputs, to), 1_700_000_000, 1_700_000_000)
  }
  await writeFile(join(outputs, 'orbitals.movecs'), new Uint8Array([0, 159, 146, 150]))
  await writeFile(join(outputs, 'cut.out'), '          Northwest Computational Chemistry Package (NWChem) 7.0.2\n')
  await writeFile(join(outputs, 'methanol.xyz'), '1\n\nHe 0 0 0\n')
  const growing = setInterval(() => void appendFile(join(outputs, 'cut.out'), '\n'), 100)
  onTestFinished(() => clearInterval(growing))
  await drop(outputs)

  // Nothing is taken before a person has seen what it is.
  const review = page.getByRole('dialog', { name: 'Import 2 finished outputs?' })
  await review.waitFor()
  expect(await review.locator('[data-import-summary]').textContent()).toBe('NWChem: 1 failed, 1 finished.')
  expect(await review.locator('tbody tr').allTextContents()).toEqual([
    expect.stringMatching(/^old work\/deep\/failed\.out\.gzNWChem [\d.]+Failed .*SCF/),
    expect.stringMatching(/^old work\/methanol\.out\.gzNWChem [\d.]+Finished/),
  ])
  expect(await review.getByText('Structures and inputs among them are left alone: 1.').isVisible()).toBe(true)
  expect(await review.getByText('1 file left out').isVisible()).toBe(true)
  expect(await seriousFaults(page)).toEqual([])
  await page.keyboard.press('Escape')
  await eventually(() => review.count()).toBe(0)
  expect(runs()).toEqual([])

  await drop(outputs)
  await review.getByRole('button', { name: 'Import 2 outputs' }).click()
  await eventually(() => page.locator('[data-imported]').textContent()).toBe('2 outputs imported as 1 run.')
  clearInterval(growing)
  await page.getByText('1 file left out').click()
  await page.getByText(/it grew while it was looked at|it changes while it is looked at/).waitFor()
  await rm(join(outputs, 'cut.out'))
  expect(await seriousFaults(page)).toEqual([])
  const [run] = runs()
  expect(run?.name).toBe('old work')
  expect(
    run ? jobsOf(engine.state(), run).map(job => [job.key, lastAttempt(job).outcome, lastAttempt(job).category]) : [],
  ).toEqual([
    ['deep/failed.out.gz', 'failed', 'scf-not-converged'],
    ['methanol.out.gz', 'completed', null],
  ])
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  // Its course and its output are there as those of any other job.
  await page.locator(`[data-row="${run?.id}"]`).waitFor()

  // By keyboard, through the palette: the same files are known.
  const chooser = page.waitForEvent('filechooser')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search' }).fill('import a folder')
  await page.getByRole('option', { name: /Import a folder of finished outputs/ }).waitFor()
  await page.keyboard.press('Enter')
  await (await chooser).setFiles(outputs)
  await review.waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('Nothing new: 2 outputs found, all known already.').waitFor()
  expect(runs()).toHaveLength(1)
})

test('inputs are run with what they need, structures are molecules, a set with shifts is a campaign', async () => {
  const job = join(folder, 'water')
  await mkdir(job)
  await writeFile(join(job, 'job.inp'), '! HF def2-SVP\n* xyzfile 0 1 water.xyz\n')
  await writeFile(join(job, 'water.xyz'), '3\n\nO 0 0 0.117\nH 0 0.757 -0.471\nH 0 -0.757 -0.471\n')
  await drop(job)
  await page.getByText('with water.xyz').waitFor()
  await page.locator('[data-file="water.xyz"] pre').getByText('0.757').waitFor({ state: 'attached' })
  await page.locator('[data-submit]').click()
  await eventually(runs).toMatchObject([
    {
      name: 'water/job.inp',
      params: {
        jobs: [{ key: 'water', program: 'orca', input: { main: 'job.inp', files: [{}, { name: 'water.xyz' }] } }],
      },
    },
  ])

  await drop(join(job, 'water.xyz'))
  await page.locator('.molecule-card').getByText('H₂O').waitFor()
  await page.getByRole('button', { name: 'Leave out water.xyz' }).click()

  await rm(join(job, 'job.inp'))
  await writeFile(join(job, 'shifts.csv'), 'molecule,atoms,delta_ppm\nwater,2 3,1.56\n')
  await drop(job)
  await page.getByRole('heading', { name: 'New campaign' }).waitFor()
  await eventually(() => page.locator('.compose-foot .figure').textContent()).toMatch(/^4 calculations and 2/)
})

test('a file that cannot be taken keeps no structure beside it from a new run', async () => {
  const mixed = join(folder, 'mixed')
  await mkdir(mixed)
  await writeFile(join(mixed, 'water.xyz'), '3\n\nO 0 0 0.117\nH 0 0.757 -0.471\nH 0 -0.757 -0.471\n')
  const output = gunzipSync(await readFile(fixture('methanol-production.out.gz')))
  await writeFile(join(mixed, 'latin.out'), Buffer.concat([output, Buffer.from([0xe9, 0x0a])]))
  await drop(mixed)
  await page.locator('.molecule-card').getByText('H₂O').waitFor()
  await page.getByText('Left out: mixed/latin.out, it is not in UTF-8').waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)

  await drop(join(mixed, 'latin.out'))
  await page.getByRole('dialog', { name: 'Import' }).getByText('No finished output was found.').waitFor()
})

test('what may still grow is looked at for some seconds, which is said; once stopped it does not come back', async () => {
  const head = '          Northwest Computational Chemistry Package (NWChem) 7.0.2\n'
  await writeFile(join(folder, 'first.out'), head)
  await writeFile(join(folder, 'second.out'), head)
  await drop(join(folder, 'first.out'))
  await page.getByText('whether what stops before its end still grows').waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await drop(join(folder, 'second.out'))
  const review = page.getByRole('dialog', { name: 'Import 1 finished output?' })
  await review.waitFor()
  expect(await review.locator('tbody th').allTextContents()).toEqual(['second.out'])
})

test('what is nothing that Larmor knows is said to be so, and nothing happens', async () => {
  await writeFile(join(folder, 'photo.jpg'), new Uint8Array([255, 216, 255, 224]))
  await drop(join(folder, 'photo.jpg'))
  await page.getByText('There is no structure, no input and no finished output in it that Larmor knows.').waitFor()
  expect(runs()).toEqual([])
  expect(page.url()).toMatch(/#\/queue|\/$/)
})
