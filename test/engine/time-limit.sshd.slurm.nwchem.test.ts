import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobId, Json, RunId } from '../../shared/ids.ts'
import { type Attempt, lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { type InProcess, startInProcess } from './in-process.ts'

let cluster: Cluster
let larmor: InProcess

beforeAll(async () => {
  cluster = await startCluster()
  larmor = await startInProcess()
})
afterAll(async () => {
  await larmor?.stop()
  await cluster?.stop()
})

const DECK = `start butanol
title "2-butanol"
geometry units angstrom
  C   -1.9311   -0.3134    0.1211
  C   -0.5967    0.3849   -0.1417
  C    0.6113   -0.4981    0.1753
  O    0.5503   -1.7038   -0.5857
  C    1.9333    0.2131   -0.0887
  H   -2.7695    0.3450   -0.1241
  H   -2.0131   -0.5976    1.1756
  H   -2.0194   -1.2189   -0.4880
  H   -0.5413    1.2962    0.4675
  H   -0.5520    0.7002   -1.1925
  H    0.5683   -0.7939    1.2326
  H    0.6163   -1.4561   -1.5202
  H    2.7778   -0.4470    0.1346
  H    2.0118    1.1043    0.5406
  H    2.0021    0.5158   -1.1395
end
basis spherical
  * library 6-31G*
end
dft
  xc b3lyp
  convergence energy 1e-8
end
task dft energy
`

/**
 * A node that becomes some fifty times slower than this computer once the SCF of the first attempt has begun: NWChem is held
 * for most of the time. So time is up in the middle of it, on any computer, and the second attempt has time enough.
 */
const SLOW_NODE = `case $PWD in *.1)
  out=$(readlink "/proc/$$/fd/1")
  ( here=$PWD
    while [ -d "$here" ] && [ "$(grep -c '^ d= 0,ls=' "$out")" -lt 3 ]; do sleep 0.1; done
    while sleep 0.05; do
      pids=; for pid in $(pgrep -x nwchem); do [ "$(readlink "/proc/$pid/cwd")" = "$here" ] && pids="$pids $pid"; done
      [ -z "$pids" ] || { kill -STOP $pids; sleep 4; kill -CONT $pids; }
      [ -d "$here" ] || exit
    done ) >/dev/null 2>&1 </dev/null &
esac`

const RUN = 'rtimelimit' as RunId
const job = `${RUN}.j` as JobId
const attempt = (): Attempt => {
  const found = get(larmor.engine.state.jobs, job)
  if (!found) throw new Error('no job')
  return lastAttempt(found)
}
const fileOf = async ({ phase }: Attempt, name: string) => {
  const file = phase.is === 'parsed' ? phase.files.find(each => each.name === name) : undefined
  return file ? orThrow(await larmor.engine.read(file)) : null
}

test("a limit of two minutes in mid-SCF: Slurm's warning leaves a report that says time and the orbitals, with which it goes on", async () => {
  const { engine } = larmor
  const scratch = join(cluster.work, 'scratch')
  mkdirSync(scratch)
  execFileSync('chmod', ['1777', scratch])
  // Larmor has Slurm warn jobs of ten minutes and more; a person's own line of the header, which counts, makes it two.
  const machine = machineOf(cluster, {
    poll_s: 5,
    header: '#SBATCH --time=2',
    scratch: `${scratch}/$SLURM_JOB_ID`,
    prologue: { nwchem: SLOW_NODE },
  })
  orThrow(await engine.send({ type: 'machine.set', machine }))
  const file = { name: 'butanol.nw', ...orThrow(await engine.put(DECK)) }
  const input = { kind: 'deck', files: [file], main: file.name }
  const resources = { ranks: 1, memory_mb: 700, seconds: 600 }
  const params = { jobs: [{ key: 'j', machine: machine.name, program: 'nwchem', input, resources }] } as unknown as Json
  orThrow(
    await engine.send({ type: 'run.start', run: RUN, name: '', workflow: 'single', params, machine: machine.name }),
  )
  await larmor.ended(RUN)

  const first = attempt()
  expect(first).toMatchObject({ outcome: 'timeout', category: 'time-limit', phase: { signal: 'USR1' } })
  expect(first.evidence).toContainEqual(expect.objectContaining({ source: 'report', file: 'report.ended' }))
  const cut = await fileOf(first, 'nwchem.out')
  expect(cut).toMatch(/^ d= 0,ls=/m) // its SCF had begun,
  expect(cut).not.toContain('Total DFT energy') // and not ended
  const orbitals = first.phase.is === 'parsed' ? first.phase.files.find(({ name }) => name.endsWith('.movecs')) : null
  expect(orbitals?.bytes).toBeGreaterThan(1000)
  // What is left on the node is nothing: it was copied back before the end by force.
  expect(execFileSync('find', [scratch, '-name', '*.movecs'], { encoding: 'utf8' })).toBe('')

  const usual = { ...machine, settings: { ...machine.settings, header: '' } }
  orThrow(await engine.send({ type: 'machine.set', machine: usual }))
  orThrow(await engine.send({ type: 'jobs.resubmit', jobs: [job], fix: null }))
  await larmor.ended(RUN)
  const second = attempt()
  expect(second).toMatchObject({ n: 2, fix: 'more-time', outcome: 'completed', resources: { seconds: 1200 } })
  const whole = await fileOf(second, 'nwchem.out')
  expect(whole).toContain('Loading old vectors from job with title')
  expect(second.phase.is === 'parsed' && second.phase.result.energy_hartree).toBeCloseTo(-233.67, 1)
  for (const { label } of [first, second]) expect(cluster.completed()[label]).toBe(1)
})
