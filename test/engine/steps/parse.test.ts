import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { JobId, Label, QueueId, RemotePath } from '../../../shared/ids.ts'
import { LOCAL } from '../../../shared/model/machine.ts'
import { programOf } from '../../../shared/programs/index.ts'
import { newWorld, RUN } from './world.ts'

test('the versions that several outputs tell are told of the machine, each of its program', async () => {
  const world = await newWorld('direct')
  const { here } = world
  const versions: Record<string, string> = {}
  here.noticed = seen => void Object.assign(versions, seen.versions)
  const resources = { ranks: 1, memory_mb: 100, seconds: 3600 }
  const run = { run: RUN, name: 'test', workflow: 'single', workflow_version: 1, params: { jobs: [] }, machine: LOCAL }
  world.tell({ type: 'run.started', ...run })
  for (const [key, program, output] of [
    ['a', 'nwchem', 'nwchem/killed'],
    ['b', 'nwchem', 'nwchem/killed'],
    ['c', 'xtb', 'xtb/crash'],
  ] as const) {
    const ref = { job: `${RUN}.${key}` as JobId, attempt: 1, label: `${RUN}.${key}.1` as Label }
    const bytes = readFileSync(new URL(`../../fixtures/${output}.out.gz`, import.meta.url))
    const file = { name: programOf(program).output, ...(await here.blobs.put(bytes)) }
    const at = here.now()
    const ended = { started: at, ended: at, exit: 1, signal: null, host: null, pid: null, pgid: null, boot_id: null }
    world.tell(
      {
        type: 'jobs.planned',
        run: RUN,
        jobs: [{ ...ref, key, machine: LOCAL, program, input: null, resources }],
      },
      { type: 'jobs.staged', run: RUN, jobs: [{ ...ref, dir: '/jobs' as RemotePath }] },
      { type: 'submit.intended', run: RUN, ...ref },
      { type: 'jobs.submitted', run: RUN, jobs: [{ ...ref, queue_id: key as QueueId }] },
      { type: 'jobs.ended', run: RUN, jobs: [{ ...ref, ...ended, evidence: [] }] },
      { type: 'jobs.fetched', run: RUN, jobs: [{ ...ref, files: [file] }] },
    )
  }
  const facts = await world.step('parse')
  expect(facts.filter(({ type }) => type === 'jobs.parsed')).toHaveLength(3)
  expect(versions).toEqual({ nwchem: '7.0.2', xtb: expect.stringMatching(/^6\./) })
})
