import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newHome, run, start } from '../cli/larmor.ts'
import { complaintsOf, launchChromium } from './browser.ts'

let browser: Browser
let folder: string
beforeAll(async () => {
  browser = await launchChromium()
  folder = await mkdtemp(join(tmpdir(), 'larmor-dies-'))
})
afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

const queue = async (page: Page) => (await page.locator('.queue-rows').textContent())?.replaceAll(/\d+:\d\d/g, '')

test('an engine that is killed under two windows: both say so, find the next one, and show the same', async () => {
  const home = await newHome()
  const script = join(folder, 'quick.sh')
  await writeFile(script, 'echo done\n')
  const ended = await run(['run', script, '--program', 'command', '--wait', '--json'], { home })
  expect([ended.exit, ended.err]).toEqual([0, ''])
  const serve = start(['serve', '--json', '--no-open'], { home })
  const { url } = await serve.until(line => 'url' in line)
  const pages = await Promise.all([1, 2].map(async () => (await browser.newContext()).newPage()))
  const complaints = pages.map(complaintsOf)
  for (const page of pages) {
    await page.goto(url)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.locator(`[data-row="${ended.json.run}"]`).getByText('Finished').waitFor()
  }
  const [first, second] = pages as [Page, Page]
  const before = await queue(first)
  const status = await run(['engine', 'status', '--json'], { home })
  process.kill(status.json.pid, 'SIGKILL')
  for (const page of pages) {
    await page.getByText('No engine runs.').waitFor()
    await page.getByText(/No engine, data as of \d\d:\d\d/).waitFor()
    // The reason stands beside; what was seen stays.
    expect(await page.locator(`[data-row="${ended.json.run}"]`).textContent()).toContain('Finished')
  }
  expect((await run(['engine', 'start'], { home })).exit).toBe(0)
  for (const page of pages) await page.getByText('Live', { exact: true }).waitFor()
  expect(await queue(first)).toBe(before)
  expect(await queue(second)).toBe(before)
  expect(complaints.flat()).toEqual([])
  await serve.end('SIGTERM')
})
