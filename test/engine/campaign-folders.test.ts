import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { keepCampaignFolders } from '../../electron/engine/campaign-folders.ts'
import type { Json, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import type { Event, EventBody } from '../../shared/model/events.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { reduce } from '../../shared/model/reduce.ts'
import { emptyState, type State } from '../../shared/model/state.ts'
import { orThrow } from '../../shared/result.ts'
import { delta50Set, resolveCampaign } from '../../shared/workflows/index.ts'
import { ref } from '../shared/workflows/fake-run.ts'
import { until } from '../until.ts'

const home = mkdtempSync(join(tmpdir(), 'larmor-folders-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const AT = '2026-01-02T03:04:05.678Z'
const { params } = orThrow(
  resolveCampaign({ molecules: '5', solvents: 'chcl3', levels: 'HF/STO-3G' }, delta50Set, {
    machine: localMachine,
    resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
    refOf: text => ref(text.slice(0, 20)),
  }),
)

test('a campaign that ends while the files of another are written gets its own tables', async () => {
  let state: State = emptyState
  function happen(body: EventBody): Event {
    const event = { ...body, seq: state.seq + 1, at: AT, v: 2 } as Event
    state = reduce(state, [event])
    return event
  }
  for (const run of ['rone', 'rtwo'] as RunId[]) {
    const started = { name: run, workflow: 'campaign', workflow_version: 1, machine: localMachine.name }
    happen({ type: 'run.started', run, ...started, params: params as unknown as Json })
  }
  let isFirst = true
  const folders = keepCampaignFolders({
    home,
    state: () => state,
    blobs: {} as never, // nothing has completed
    send: async () => {},
    log: () => {},
    now() {
      // Asked when the first one's status is written.
      if (isFirst) {
        isFirst = false
        folders.after([
          happen({ type: 'run.ended', run: 'rtwo' as RunId, outcome: 'failed', reason: 'none completed' }),
        ])
      }
      return AT
    },
  })
  const file = (name: string) => join(home, 'runs', 'rtwo', name)
  const status = file('status.json')
  await until(
    'the end in status.json',
    () => existsSync(status) && JSON.parse(readFileSync(status, 'utf8')).state === 'failed',
    { limit_s: 60 },
  )
  // They are written before it.
  expect(existsSync(file('statistics.csv'))).toBe(true)
  expect(isFirst).toBe(false)
  // Whether the pid is this engine's, or that of a stranger after it, is told by its start and boot.
  expect(JSON.parse(readFileSync(status, 'utf8'))).toMatchObject({
    run_id: 'rtwo',
    pid: process.pid,
    pid_started: expect.anything(),
    boot_id: expect.any(String),
  })
  await folders.stop()
})

test('a file STOP that was there before a resume is not obeyed after a restart either; one made anew is', async () => {
  const run = 'rstop' as RunId
  let state: State = emptyState
  function happen(body: EventBody): Event {
    const event = { ...body, seq: state.seq + 1, at: new Date().toISOString(), v: 2 } as Event
    state = reduce(state, [event])
    return event
  }
  const started = { name: run, workflow: 'campaign', workflow_version: 1, machine: localMachine.name }
  happen({ type: 'run.started', run, ...started, params: params as unknown as Json })
  happen({ type: 'run.paused', run })
  const stop = join(home, 'runs', run, 'STOP')
  mkdirSync(join(home, 'runs', run), { recursive: true })
  // Files have the time of a coarser clock: it lies between the start and the resume.
  await sleep(50)
  writeFileSync(stop, '')
  await sleep(50)
  const sent: Command[] = []
  const log: string[] = []
  const keep = () =>
    keepCampaignFolders({
      home,
      state: () => state,
      blobs: {} as never,
      send: async command => void sent.push(command),
      now: () => new Date().toISOString(),
      log: line => log.push(line),
    })
  const before = keep()
  before.after([happen({ type: 'run.resumed', run })])
  await before.stop()
  const warnings = () => JSON.parse(readFileSync(join(home, 'runs', run, 'status.json'), 'utf8')).warnings
  expect(warnings()).toEqual([expect.stringContaining('was there before')])
  const after = keep()
  await after.stop() // which looks once more
  expect(sent).toEqual([])
  expect(warnings()).toEqual([expect.stringContaining('was there before')])
  expect(log).not.toEqual([])
  expect(log.every(line => line.includes('is not obeyed'))).toBe(true)
  const again = keep()
  rmSync(stop)
  await sleep(50)
  writeFileSync(stop, '')
  await again.stop()
  expect(sent).toEqual([{ type: 'run.stop', run }])
})

/** A campaign that has just started, whose files are kept by whoever calls `keep`; `written` counts its status files. */
function startedCampaign(run: RunId) {
  const started = { name: run, workflow: 'campaign', workflow_version: 1, machine: localMachine.name }
  const event = { type: 'run.started', run, ...started, params: params as unknown as Json, seq: 1, at: AT, v: 2 }
  const state = reduce(emptyState, [event as Event])
  let written = 0
  const keep = () =>
    keepCampaignFolders({
      home,
      state: () => state,
      blobs: {} as never,
      send: async () => {},
      log: () => {},
      now() {
        written += 1
        return AT
      },
    })
  return { keep, written: () => written }
}

test('a line of progress.jsonl that was cut just before its end is written again', async () => {
  const { keep } = startedCampaign('rcut' as RunId)
  await keep().stop()
  const path = join(home, 'runs', 'rcut', 'progress.jsonl')
  const whole = readFileSync(path, 'utf8')
  expect(whole).toMatch(/^\{.*\}\n$/)
  writeFileSync(path, whole.trimEnd())
  await keep().stop()
  expect(readFileSync(path, 'utf8')).toBe(whole)
})

test('status.json stays fresh while the clock is set back', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { keep, written } = startedCampaign('rback' as RunId)
  const folders = keep()
  vi.advanceTimersByTime(1000)
  const patience = { timeout: 60_000 }
  await vi.waitUntil(() => existsSync(join(home, 'runs', 'rback', 'status.json')), patience)
  const before = written()
  vi.setSystemTime(Date.now() - 365 * 86_400_000)
  // Again and again: the file may be there before it counts as written.
  await vi.waitUntil(() => {
    vi.advanceTimersByTime(60_000)
    return written() > before
  }, patience)
  await folders.stop()
})
