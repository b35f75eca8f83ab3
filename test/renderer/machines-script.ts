import type { Instant, MachineName, RemotePath, RunId } from '../../shared/ids.ts'
import {
  asConfigured,
  localMachine,
  type Machine,
  type MachineSettings,
  type SshSettings,
} from '../../shared/model/machine.ts'
import type { ScriptedEngine } from '../serve/scripted-engine.ts'

/** A Slurm cluster as somebody has set it up. */
export function aCluster(
  name: string,
  ssh: Partial<SshSettings> = {},
  settings: Partial<MachineSettings> = {},
  more: Partial<Machine> = {},
): Machine {
  return {
    ...localMachine,
    name: name as MachineName,
    settings: {
      ...localMachine.settings,
      transport: 'ssh',
      ssh: { ...asConfigured, host: `login.${name}.example`, user: 'mara', ...ssh },
      scheduler: 'slurm',
      work: '/home/mara/larmor' as RemotePath,
      poll_s: 60,
      spool_s: 5,
      grace_s: 60,
      ...settings,
    },
    ...more,
  }
}

const NOTHING = {
  trouble: null,
  connections: 0,
  login_tries: 0,
  prompts: 0,
  questions: 0,
  questions_last_hour: 0,
  round_trips: 0,
  bytes_fetched: 0,
}

/** Machines in every state that there is. */
export function manyMachines(engine: ScriptedEngine): void {
  const since: Instant = new Date(Date.now() - 2 * 3600_000).toISOString()
  const found = {
    nwchem: { path: '/sw/nwchem-7.2.3/bin/nwchem', version: '7.2.3' },
    xtb: { path: '/home/mara/bin/xtb', version: '6.7.1' },
  }
  const host_key = 'SHA256:q3VnN2u8rJfLq5bYpXw3kT7aSgHi1mEoZ9nRvB4Tz8E'
  const machines = [
    aCluster('helix', { host_key, jump: 'gate.example' }, { max_jobs: 40 }, { found, clock_skew_s: 14 }),
    aCluster(
      'kepler',
      {},
      {},
      {
        found,
        reach: {
          is: 'wants-login',
          since,
          text: 'The host key of login.kepler.example has changed: it shows SHA256:Hj6wR1y4cMnPs8dKvLz2uB9fQtXe5aGiO3oJkC7rTmY. Nothing was sent.',
          hint: 'Somebody else may answer in its place.',
        },
      },
    ),
    aCluster(
      'borealis',
      { port: 2222 },
      {},
      {
        found,
        reach: { is: 'unreachable', since, text: 'connect ETIMEDOUT <img src=x onerror=alert(1)>', hint: null },
      },
    ),
    aCluster('fresh'),
  ]
  engine.happen(...machines.map(machine => ({ type: 'machine.changed', machine }) as const))
  engine.count(
    ...[localMachine, ...machines].map(({ name }) => ({
      machine: name,
      ...NOTHING,
      since,
      last_data: null as Instant | null,
    })),
  )
  const heard = new Date(Date.now() - 12_000).toISOString()
  const asked = {
    trouble: null,
    connections: 1,
    login_tries: 1,
    prompts: 1,
    questions: 31,
    questions_last_hour: 12,
    round_trips: 240,
    bytes_fetched: 5_400_000,
  }
  engine.count(
    { machine: 'helix' as MachineName, ...asked, since, last_data: heard },
    { machine: 'borealis' as MachineName, ...asked, since, last_data: since },
  )
}

/** This computer's disk is full, or has room again. */
export function fullDisk(engine: ScriptedEngine, is: boolean, runs: readonly RunId[] | null = null): void {
  const since = new Date().toISOString()
  const text = 'The disk is full: /home/<mara>/larmor could not be written.'
  const hint = 'Free some space; nothing that was saved is lost. It is tried again by itself.'
  const trouble = is ? { since, text, hint, runs } : null
  const machine = 'helix' as MachineName
  engine.count({ ...NOTHING, machine, trouble, since, last_data: since })
}
