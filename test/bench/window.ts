import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { resourcesFolder } from '../../electron/resources-folder.ts'
import { startServe } from '../../electron/serve.ts'
import type { EventBody } from '../../shared/model/events.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { values } from '../../shared/model/table.ts'
import { batchScript } from '../renderer/batch-script.ts'
import { buildPage, launchChromium } from '../renderer/browser.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'
import { fillHome, inHome } from './engine.ts'
import type { Measurement } from './measurement.ts'

const ROWS = 10_000
const CHANGES_PER_S = 1000
const SECONDS = 10
const WINDOWS = 3
const PACE_MS = 33

/** The window in a real Chromium: three at once under many changes, and the first look at a full data folder. */
export async function measureWindow(): Promise<readonly Measurement[]> {
  const browser = await launchChromium()
  try {
    return [...(await measureChanges(browser)), await measureFirstLook(browser)]
  } finally {
    await browser.close()
  }
}

async function measureChanges(browser: Browser): Promise<readonly Measurement[]> {
  const built = await buildPage()
  const engine = scriptedEngine()
  const keys = Array.from({ length: ROWS }, (_, n) => `job-${n}`)
  const batch = batchScript(engine, { id: 'rmany', name: 'many', program: 'command', keys })
  batch.start()
  const served = await startServe({ engine, port: 0, staticFolder: built.folder })
  try {
    const pages: Page[] = []
    for (let n = 0; n < WINDOWS; n++) {
      // Windows of their own: a page in the background of another would not be drawn.
      const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
      await page.goto(served.url)
      await page.locator('[data-row="rmany"]').click()
      await page.getByText(`${ROWS} more`).click()
      await page.locator('[data-row="rmany.job-0"]').waitFor()
      pages.push(page)
    }
    await sleep(2000)
    for (const page of pages) await page.evaluate(watchTasks)
    await browser.startTracing(undefined, { categories: ['disabled-by-default-devtools.timeline'] })
    const lag = await change(engine, CHANGES_PER_S * SECONDS)
    const longestCpu = longestTask(await browser.stopTracing())
    const expected = [...values(engine.state().jobs)].map(standing)
    const running = expected.filter(each => each === 'running').length
    const tasks: number[][] = []
    for (const page of pages) {
      await page.locator('[data-filter="running"] strong').getByText(String(running), { exact: true }).waitFor()
      tasks.push(await page.evaluate(() => (globalThis as unknown as Watched).longTasks))
    }
    const equal = await becomeEqual(pages)
    const longest = Math.max(0, ...tasks.flat())
    return [
      {
        what: 'window: longest task, 10,000 rows, 1,000 job changes a second, three windows',
        measured: longest,
        budget: 50,
        unit: 'ms',
        met: longest <= 50,
        beside: {
          tasks_over_50_ms: tasks.flat().length,
          seconds: SECONDS,
          driver_behind_ms: lag,
          longest_by_its_own_cpu_time_ms: longestCpu,
          note: 'a browser reports tasks of 50 ms and more, 0: there was none; on a busy machine they hold time that others had',
        },
      },
      { what: 'window: all three end equal', measured: equal ? 0 : 1, budget: 0, unit: 'differences', met: equal },
    ]
  } finally {
    await served.close()
    await built.remove()
  }
}

/** Each window makes its forecasts, and so finds stalled jobs, at its own time, every 5 s and on a busy machine later. */
async function becomeEqual(pages: readonly Page[]): Promise<boolean> {
  for (let waited = 0; waited < 60; waited++) {
    const shown = await Promise.all(pages.map(page => page.locator('.queue-list').textContent()))
    // The clock on the rows is each window's own.
    if (new Set(shown.map(text => text?.replaceAll(/\d+:\d\d/g, ''))).size === 1) return true
    await sleep(1000)
  }
  return false
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** CPU time of the thread, in us. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** The longest task of any window's own thread by the CPU time that it took, in ms: what others had does not count. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { readonly traceEvents: readonly TraceEvent[] }
  const own = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && own.has(`${pid} ${tid}`))
  return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur)) / 1000
}

interface Watched {
  longTasks: number[]
}

function watchTasks(): void {
  const watched = globalThis as unknown as Watched
  watched.longTasks = []
  new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) watched.longTasks.push(duration)
  }).observe({ type: 'longtask' })
}

/** So many changes of single jobs, in their time; returns how late the last one was. */
async function change(engine: ReturnType<typeof scriptedEngine>, count: number): Promise<number> {
  const jobs = [...values(engine.state().jobs)]
  const quarter = count / 4
  const start = performance.now()
  for (let done = 0; done < count; ) {
    const due = Math.min(count, Math.ceil(((performance.now() - start) / 1000) * CHANGES_PER_S))
    const bodies: EventBody[] = []
    for (; done < due; done++) bodies.push(step(jobs[done % quarter] as Job, Math.floor(done / quarter)))
    if (bodies.length > 0) engine.happen(...bodies)
    await sleep(PACE_MS)
  }
  return performance.now() - start - (count / CHANGES_PER_S) * 1000
}

/** The four steps from planned to running. */
function step(job: Job, n: number): EventBody {
  const { label } = lastAttempt(job)
  const ref = { job: job.id, attempt: 1, label }
  if (n === 0) return { type: 'jobs.staged', run: job.run, jobs: [{ ...ref, dir: `/work/${label}` as never }] }
  if (n === 1) return { type: 'submit.intended', run: job.run, ...ref }
  if (n === 2) return { type: 'jobs.submitted', run: job.run, jobs: [{ ...ref, queue_id: label as never }] }
  const process = { host: 'n1', pid: 1, pgid: 1, boot_id: 'b' }
  return { type: 'jobs.running', run: job.run, jobs: [{ ...ref, started: '2026-03-02T09:00:00.000Z', ...process }] }
}

function standing(job: Job): string {
  return lastAttempt(job).phase.is
}

/** From the command to a queue that can be used: engine, server and page, all of them started anew. */
function measureFirstLook(browser: Browser): Promise<Measurement> {
  return inHome(async home => {
    await fillHome(home)
    const page = await browser.newPage()
    const start = performance.now()
    const { url, child } = await serve(home)
    const served = performance.now()
    await page.goto(url)
    await page.locator('[data-row]').first().waitFor()
    const usable = (performance.now() - start) / 1000
    const jobs = await page.locator('.filter-chip strong').first().textContent()
    if (jobs !== '1000') throw new Error(`the queue shows ${jobs} jobs`)
    child.kill('SIGTERM')
    await once(child, 'close')
    return {
      what: 'start: usable window with 10,000 archived runs and 1,000 live jobs, from the command on',
      measured: usable,
      budget: 2,
      unit: 's',
      met: usable <= 2,
      beside: { engine_and_server_s: (served - start) / 1000, page_s: usable - (served - start) / 1000 },
    }
  })
}

async function serve(home: string): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const cli = join(resourcesFolder, '..', 'out', 'electron', 'cli.js')
  const child = spawn(process.execPath, [cli, 'serve', '--json', '--no-open'], {
    env: { ...process.env, LARMOR_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string]
  return { url: (JSON.parse(line) as { readonly url: string }).url, child }
}
