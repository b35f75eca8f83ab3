import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Json, RunId } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { LOCAL, localMachine } from '../../shared/model/machine.ts'
import { get, values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'

const RUN = 'rcrowd' as RunId
let larmor: InProcess
beforeEach(async () => {
  larmor = await startInProcess()
})
afterEach(() => larmor.stop())

const jobs = (): readonly Job[] => [...values(larmor.engine.state.jobs)]
const begun = (folder: string) => readdirSync(folder).filter(name => name.startsWith('begun.')).length

/** All of them run and wait at a gate; it is opened, and they end at once. */
async function endTogether(count: number, beforeTheEnd: () => void): Promise<void> {
  const { engine, home } = larmor
  const settings = { ...localMachine.settings, cores: count, poll_s: 2 }
  orThrow(await engine.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
  const gate = join(home, 'gate')
  execFileSync('mkfifo', [gate])
  // Reading from the gate waits until somebody writes to it: no process polls.
  const script = `: >"${home}/begun.\${PWD##*/}"\nread -r x <"${gate}"\necho done`
  const file = { name: 'run.sh', ...orThrow(await engine.put(script)) }
  const input = { files: [file], main: file.name, args: [] }
  const resources = { ranks: 1, memory_mb: 1, seconds: 3000 }
  const params = {
    jobs: Array.from({ length: count }, (_, n) => ({
      key: `j${n}`,
      machine: LOCAL,
      program: 'command',
      input,
      resources,
    })),
  } as unknown as Json
  orThrow(await engine.send({ type: 'run.start', run: RUN, name: '', workflow: 'single', params, machine: LOCAL }))
  await until(`all ${count} have begun`, () => begun(home), { is: n => n === count })
  beforeTheEnd()
  // A line end for each, held there for those who have told that they began and are not at the gate yet.
  const held = openSync(gate, 'r+')
  writeSync(held, '\n'.repeat(count))
  await larmor.ended(RUN).finally(() => closeSync(held))
}

function expectAllRight(count: number): void {
  const outcomes = jobs().map(job => lastAttempt(job).outcome)
  expect(outcomes).toEqual(Array.from({ length: count }, () => 'completed'))
  expect(jobs().every(({ attempts }) => attempts.length === 1)).toBe(true)
  expect(get(larmor.engine.state.runs, RUN)?.phase).toMatchObject({ outcome: 'completed' })
}

test('200 jobs that end at once: all are completed, each once, no event is lost', async () => {
  await endTogether(200, () => {})
  expectAllRight(200)
  const ends = jobs().map(job => {
    const { phase } = lastAttempt(job)
    return phase.is === 'parsed' ? Date.parse(phase.ended) : Number.NaN
  })
  console.info(`they ended within ${Math.max(...ends) - Math.min(...ends)} ms`)
}, 300_000)

test('with all their reports lost on the way they are found by the next question', async () => {
  await endTogether(200, () => {
    const spool = join(larmor.home, 'work', 'spool')
    rmSync(spool, { recursive: true })
    writeFileSync(spool, 'no folder')
  })
  expectAllRight(200)
}, 300_000)
