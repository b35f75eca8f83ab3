import { expect, onTestFinished, test, vi } from 'vitest'
import { lastAttempt } from '../../shared/model/job.ts'
import { LOCAL, localMachine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { startInProcess } from './in-process.ts'
import { begin, commandRun } from './living/command-run.ts'

test('a clock that is set an hour ahead does not shorten the time in which the report of a killed job may come', async () => {
  const larmor = await startInProcess()
  const { engine } = larmor
  onTestFinished(larmor.stop)
  const grace = (grace_s: number) => ({ ...localMachine, settings: { ...localMachine.settings, poll_s: 1, grace_s } })
  orThrow(await engine.send({ type: 'machine.set', machine: grace(1800) }))
  // Its script dies by force, and tells nobody.
  await begin(engine, commandRun('rjump', { a: 'kill -9 $PPID\n' }))
  const attempt = (state: State) => {
    const job = get(state.jobs, 'rjump.a')
    return job && lastAttempt(job)
  }
  const isOver = (state: State) => attempt(state)?.outcome != null
  await larmor.until('it is seen to be absent', state => attempt(state)?.recorded != null)
  const real = Date.now
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + 3_600_000)
  onTestFinished(() => clock.mockRestore())
  await Promise.race([looks(6), larmor.until('it is over', isOver)])
  expect(attempt(engine.state)).toMatchObject({ outcome: null, phase: { is: 'running' } })
  orThrow(await engine.send({ type: 'machine.set', machine: grace(1) }))
  await larmor.until('it is over', isOver)

  /** So many remote calls, of which a look is one. */
  function looks(n: number): Promise<void> {
    return new Promise(resolve => {
      let before: number | null = null
      const unsubscribe = engine.activity(activity => {
        const calls = activity.find(({ machine }) => machine === LOCAL)?.round_trips ?? 0
        before ??= calls
        if (calls < before + n) return
        setTimeout(() => unsubscribe())
        resolve()
      })
    })
  }
})
