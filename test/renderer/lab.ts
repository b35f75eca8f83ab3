import type { MachineName } from '../../shared/ids.ts'
import { asConfigured, localMachine, type Machine } from '../../shared/model/machine.ts'
import type { ScriptedEngine } from '../serve/scripted-engine.ts'
import { batchScript } from './batch-script.ts'
import { nmrScript } from './nmr-script.ts'

/** A cluster as a person has set it up; `reach` as it was seen last. */
export function cluster(name: string, reach: Machine['reach']['is'] = 'ok', since: string | null = null): Machine {
  return {
    ...localMachine,
    name: name as MachineName,
    settings: {
      ...localMachine.settings,
      transport: 'ssh',
      ssh: { ...asConfigured, host: `login.${name}.example`, user: 'mara' },
      scheduler: 'slurm',
      poll_s: 60,
      spool_s: 5,
    },
    reach: { is: reach, since, text: reach === 'ok' ? null : 'connect to port 22: Connection timed out', hint: null },
    found: { nwchem: { path: '/usr/bin/nwchem', version: '7.0.2' } },
  }
}

const numbered = (name: string, n: number) =>
  Array.from({ length: n }, (_, i) => `${name}-${String(i + 1).padStart(3, '0')}`)

/** Outputs of real runs that failed, one for each cause. */
const FAILURES = [
  'scf-not-converged-in-optimisation',
  'memory-too-small',
  'internals-of-2-butyne',
  'scf-not-converged',
  'no-such-basis',
  'odd-electrons',
  'killed',
] as const

/**
 * A day in a laboratory, as its journal would have it: runs on this computer and on two clusters, jobs in every state.
 * `hour` is the time at which it ends; everything lies in the hours before.
 */
export function aDayInTheLab(engine: ScriptedEngine, end: Date): void {
  const before = (hours: number) => engine.setClock(new Date(end.getTime() - hours * 3_600_000).toISOString())
  before(40)
  engine.happen({ type: 'machine.changed', machine: cluster('helix') })
  engine.happen({ type: 'machine.changed', machine: cluster('borealis') })

  const screen = batchScript(engine, {
    id: 'rscreen',
    name: 'Pd–NHC catalyst screen',
    machine: 'helix',
    keys: numbered('cat', 240),
  })
  before(31)
  screen.start()
  screen.queues(...screen.keys.slice(0, 222))
  before(29)
  screen.runs(...screen.keys.slice(0, 200))
  before(9)
  screen.completes(...screen.keys.slice(14, 182))
  for (const [i, fixture] of FAILURES.entries()) {
    before(6 - i * 0.5)
    screen.ends(screen.keys[i] ?? '', fixture, {
      exit: fixture === 'killed' ? null : 1,
      signal: fixture === 'killed' ? 'KILL' : null,
    })
  }
  before(2.2)
  screen.ends(screen.keys[7] ?? '', 'optimisation-converged-at-second-try', { exit: 1 })
  screen.happen({
    type: 'submit.doubted',
    run: screen.run,
    ...refOf(screen, 221),
    text: 'the connection broke while it was submitted',
  })

  before(27)
  const spin = batchScript(engine, {
    id: 'rspin',
    name: 'Fe(II) spin states',
    machine: 'borealis',
    keys: numbered('fe', 18),
  })
  spin.start()
  spin.queues(...spin.keys)
  before(25)
  spin.runs(...spin.keys.slice(0, 14))
  before(20)
  spin.completes(...spin.keys.slice(0, 11))

  before(22)
  const held = batchScript(engine, {
    id: 'rdimer',
    name: 'Ibuprofen dimer',
    machine: 'helix',
    keys: numbered('dim', 6),
  })
  held.start()
  engine.happen({ type: 'run.paused', run: held.run })

  before(16)
  const waits = batchScript(engine, {
    id: 'rscan',
    name: 'Benzoin TS scan',
    machine: 'borealis',
    keys: numbered('scan', 31),
  })
  waits.start()
  waits.queues(...waits.keys)

  before(14)
  const done = batchScript(engine, {
    id: 'rtauto',
    name: 'Tautomers, 44 molecules',
    machine: 'borealis',
    keys: numbered('tau', 44),
  })
  done.start()
  done.queues(...done.keys)
  before(13)
  done.runs(...done.keys)
  before(11)
  done.completes(...done.keys)
  engine.happen({ type: 'run.ended', run: done.run, outcome: 'completed', reason: null })

  before(3)
  const ensemble = nmrScript(engine, 'rmethanol', 'Methanol')
  ensemble.start()
  ensemble.found('c-one', 'c-two', 'c-three')
  for (const key of ['c-one/opt', 'c-two/opt', 'c-three/opt']) ensemble.runs(key)
  before(2)
  ensemble.completes('c-one/opt')
  ensemble.fails('c-two/opt', 'the SCF did not converge')

  before(1)
  const sends = batchScript(engine, { id: 'rquin', name: 'Quinine', machine: 'helix', keys: numbered('quin', 26) })
  sends.start()
  sends.stages(...sends.keys.slice(0, 11))
  before(0.01)
  engine.happen({ type: 'machine.changed', machine: cluster('helix') })
}

function refOf(script: { readonly run: string; readonly keys: readonly string[] }, i: number) {
  const job = `${script.run}.${script.keys[i]}`
  return { job: job as never, attempt: 1, label: `${job}.1` as never }
}
