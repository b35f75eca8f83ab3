import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import type { JobId, RunId } from '../../shared/ids.ts'
import { lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { startInProcess } from './in-process.ts'
import { begin, commandRun } from './living/command-run.ts'

test('while the files of one job are on their way, others are sent, seen and cancelled', async context => {
  const bin = await mkdtemp(join(tmpdir(), 'larmor-tar-'))
  context.onTestFinished(() => rm(bin, { recursive: true }))
  const path = process.env.PATH ?? ''
  const go = join(bin, 'go')
  // The real tar, which sends results only once it may.
  await writeFile(
    join(bin, 'tar'),
    `#!/bin/sh\ncase " $* " in *' -T '*) while [ ! -e '${go}' ]; do sleep 0.1; done ;; esac\nPATH='${path}' exec tar "$@"\n`,
    { mode: 0o755 },
  )
  process.env.PATH = `${bin}${delimiter}${path}`
  context.onTestFinished(() => {
    process.env.PATH = path
  })
  const larmor = await startInProcess()
  context.onTestFinished(() => larmor.stop())
  const { engine, until, ended } = larmor
  const phase = (label: string) => {
    const job = get(engine.state.jobs, label)
    return job && lastAttempt(job).phase.is
  }

  await begin(engine, commandRun('rlong', { a: 'true\n' }))
  await until('the end of what is to be fetched', () => phase('rlong.a') === 'ended')
  await begin(engine, commandRun('rother', { b: 'true\n', c: 'exec sleep 600\n' }))
  await until('what begins and ends meanwhile', () => phase('rother.b') === 'ended' && phase('rother.c') === 'running')
  orThrow(await engine.send({ type: 'jobs.cancel', jobs: ['rother.c' as JobId] }))
  await until('what is cancelled meanwhile', () => phase('rother.c') === 'ended')
  expect(phase('rlong.a')).toBe('ended')

  await writeFile(go, '')
  await ended('rlong' as RunId)
  await ended('rother' as RunId)
  const outcomes = ['rlong.a', 'rother.b', 'rother.c'].map(id => {
    const job = get(engine.state.jobs, id)
    return job && lastAttempt(job).outcome
  })
  expect(outcomes).toEqual(['completed', 'completed', 'cancelled'])
  expect(larmor.log).toEqual([])
})
