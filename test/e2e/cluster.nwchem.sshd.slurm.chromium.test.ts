import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run, sharedHome, start } from '../cli/larmor.ts'
import { complaintsOf, launchChromium, seriousFaults } from '../renderer/browser.ts'
import { eventually } from '../serve/eventually.ts'
import { type Cluster, startCluster } from '../testbed/cluster.ts'

/** A cluster with a second factor, added in a real browser; its Slurm and NWChem are real, and so is the engine. */
const SECRET = '482 913'
const home = await sharedHome()
const folder = await mkdtemp(join(tmpdir(), 'larmor-cluster-'))
let cluster: Cluster
let browser: Browser
let page: Page
let complaints: readonly string[]
beforeAll(async () => {
  cluster = await startCluster({}, { login: 'key and code', secret: SECRET })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

const dialog = () => page.getByRole('dialog')
const card = () => page.getByRole('article', { name: 'cluster' })
const go = (hash: string) =>
  page.evaluate(to => {
    location.hash = to
  }, hash)

test('from a cluster that nobody knows to a finished ensemble; cancelled work is resubmitted', async () => {
  const serve = start(['serve', '--json', '--no-open'], { home })
  const { url } = await serve.until(line => 'url' in line)
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  complaints = complaintsOf(page)
  await page.goto(url)
  await page.getByText('Live', { exact: true }).waitFor()

  // Added, its key compared, its code given.
  await go('#/machines')
  await page.getByRole('button', { name: 'Add machine' }).click()
  const config = join(folder, 'config')
  await writeFile(config, '')
  for (const [label, value] of [
    ['Name', 'cluster'],
    ['Host', cluster.host],
    ['User', cluster.user],
    ['Port', String(cluster.port)],
    ['Key file', cluster.identity],
    ['Configuration file', config],
    ['Known hosts file', join(folder, 'known_hosts')],
    ['Work folder', `${cluster.work}/larmor's work`],
  ] as const) {
    await dialog().getByLabel(label, { exact: true }).fill(value)
  }
  await dialog().getByText('Limits').click()
  await dialog().getByLabel('Ask the scheduler every, s').fill('5')
  await dialog().getByLabel('Look for reports every, s').fill('1')
  await dialog().getByRole('button', { name: 'Add and connect' }).click()

  await dialog().getByText('Is this the key of cluster?').waitFor()
  expect(await dialog().textContent()).toContain(cluster.hostKeyFingerprint)
  expect(cluster.log()).not.toMatch(/Accepted|Postponed|Partial/) // nothing was sent before the answer
  await dialog().getByRole('button', { name: 'It is the same, trust it' }).click()
  await dialog().getByText('for cluster').waitFor()
  expect(await dialog().locator('.words').textContent()).toContain('Password:')
  await page.keyboard.type(SECRET)
  await page.keyboard.press('Enter')
  await card().getByText('Connected').waitFor()
  await card().locator('.program-name').getByText('NWChem', { exact: true }).waitFor()
  await card()
    .getByText(/tested \d\d:\d\d/)
    .waitFor()
  await eventually(() => card().textContent()).toContain('1 connection, 1 login, 2 prompts')
  expect(await seriousFaults(page)).toEqual([])

  // An ensemble, composed for it and computed by its Slurm.
  await go('#/new')
  await page.getByLabel('SMILES').fill('CCO')
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel('Basis set').fill('STO-3G')
  await page.getByLabel('Reference').selectOption('none')
  await page.getByLabel('Nuclei').fill('1H')
  await page.getByLabel('Solvent', { exact: true }).selectOption('gas')
  await page.getByLabel('Cores per job').fill('1')
  await page.getByRole('radio', { name: 'cluster' }).check()
  await page.locator('[data-file="larmor.nw"] pre').waitFor()
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/#\/ensembles\/./)
  const id = decodeURIComponent(new URL(page.url()).hash.split('/')[2] ?? '')
  await page.locator('[data-count]').waitFor()
  const ended = await run(['wait', id, '--json'], { home, timeout: 400_000 })
  expect(ended.exit, ended.err).toBe(0)
  const conformers = ended.json.conformers.length
  await page.getByText(`${conformers}/${conformers} conformers`).first().waitFor()
  for (const { sigma_ppm } of ended.json.shifts) await page.getByText(sigma_ppm.toFixed(2)).first().waitFor()
  const labels = Object.entries(cluster.completed()).filter(([label]) => label.startsWith(id))
  expect(labels.length).toBeGreaterThanOrEqual(2)
  expect(labels.every(([, times]) => times === 1)).toBe(true)

  // Cancelled while it runs, and run again: the second attempt finds what the first one left.
  const script = join(folder, 'long.sh')
  await writeFile(script, `test -e '${cluster.work}/mark' && exit 0\ntouch '${cluster.work}/mark'\nsleep 900\n`)
  const long = await run(['run', script, '--program', 'command', '--machine', 'cluster', '--json'], { home })
  expect(long.exit, long.err).toBe(0)
  const { job } = long.json.jobs[0]
  await go(`#/queue/${long.json.run}/${job}`)
  const row = page.locator(`[data-row="${job}"]`)
  await row.getByText('Running').waitFor()
  await row.click()
  await page.keyboard.press('Delete')
  await page.getByRole('button', { name: 'Cancel 1 job' }).press('Enter')
  await row.getByText('Stopped').waitFor()
  const cancelled = await run(['show', job, '--json'], { home })
  expect(cancelled.json.outcome).toBe('cancelled')
  await page.keyboard.press('r')
  await row.getByText('Finished').waitFor()
  const again = await run(['show', job, '--json'], { home })
  expect(again.json.attempts.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['cancelled', 'completed'])

  // All of that by one connection, one login, and one code.
  await go('#/machines')
  await eventually(() => card().textContent()).toContain('1 connection, 1 login, 2 prompts')
  expect(cluster.log().match(/Accepted keyboard-interactive/g)).toHaveLength(1)
  expect(complaints).toEqual([])
  await serve.end('SIGTERM')
}, 900_000)
