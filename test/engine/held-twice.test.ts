import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { begin, commandRun, witness } from './living/command-run.ts'
import { attached, environment, newHome, startEngineProcess } from './living/engine-process.ts'
import { blind } from './living/processes.ts'
import { say } from './living/say.ts'
import { expectWhole, stateWhen } from './living/whole.ts'

if (blind) console.warn(`skipped held-twice.test.ts: ${blind}`)

describe.skipIf(blind)('a job that the scheduler holds twice after all', () => {
  test('runs once: the second exits at once, and what the first says is believed, whichever of them is known', async context => {
    const home = await newHome(context.onTestFinished)
    const log = witness(join(dirname(home), 'witness'))
    const run = commandRun('rtwice', { a: log.script('a', 'sleep 2') })
    const doomed = startEngineProcess(home, { LARMOR_CRASH_AT: 'submit.send:after' })
    const first = await attached(home, doomed)
    await (first && begin(first, run))
    expect(await doomed.ended).toEqual({ code: null, signal: 'SIGKILL' })

    // A second submission of the very same script, whose id is the one that the next engine is told.
    const work = join(home, 'work')
    const folder = join(work, 'jobs', 'rtwice.a.1')
    const agent = join(work, readdirSync(work).find(name => name.startsWith('agent-')) ?? '')
    const second = execFileSync('sh', [agent, 'enqueue', 'rtwice.a.1', '1', '2'], {
      env: environment(home, { LARMOR_WORK: work, LARMOR_AGENT: agent }),
      encoding: 'utf8',
    })
    writeFileSync(join(folder, 'submit.out'), `0\n| ${second}end\n`)

    const engine = startEngineProcess(home)
    const client = await attached(home, engine)
    if (!client) throw new Error(engine.said())
    const state = await stateWhen(home, state => get(state.runs, 'rtwice')?.phase.is === 'ended')
    const job = get(state.jobs, 'rtwice.a')
    expect(job && lastAttempt(job), say(state)).toMatchObject({ outcome: 'completed', phase: { exit: 0 } })
    expect(job && lastAttempt(job).ignored.map(({ why }) => why)).toContain(
      `a second submission (${second.trim()}) was held back by run.lock`,
    )
    expect(await log.seen()).toEqual({ a: { began: 1, ended: 1 } })
    await expectWhole(home, engine, client)
  })
})
