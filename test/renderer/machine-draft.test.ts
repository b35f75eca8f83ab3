import { expect, test } from 'vitest'
import { type Draft, draftOf, GROUPS, machineOf } from '../../renderer/machines/draft.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import { aCluster } from './machines-script.ts'

const good: Draft = { ...draftOf(null), name: 'helix', host: 'login.helix.example', work: '/home/mara/larmor' }
const faultOf = (change: Draft) => {
  const read = machineOf({ ...good, ...change }, null, ['local', 'taken'])
  return read.ok ? null : read.fault.field
}

test('a machine goes through the form unchanged, what the form does not show included', () => {
  const machine = aCluster(
    'helix',
    { port: 2222, identity: '/home/me/.ssh/id', jump: 'gate', config: '/c', known_hosts: '/k', host_key: 'SHA256:x' },
    {
      cores: 4,
      memory_mb: 4000,
      max_jobs: 7,
      partition: 'cpu',
      programs: { nwchem: '/sw/nwchem', command: '/bin/sh' },
      launch: { nwchem: 'srun nwchem $INPUT' },
      prologue: { nwchem: 'module purge\nmodule load nwchem' },
      header: '#SBATCH --exclusive\n',
      environment: { OMP_NUM_THREADS: '1', EMPTY: '', WITH_EQUALS: 'a=b' },
      live: false,
    },
  )
  expect(orThrow(machineOf(draftOf(machine), machine, ['helix']))).toEqual(machine)
  expect(orThrow(machineOf(draftOf(localMachine), localMachine, ['local']))).toEqual(localMachine)
  // Every field that is shown is read.
  for (const { fields } of GROUPS) for (const { name } of fields) expect(draftOf(machine)).toHaveProperty([name])
})

test('another host has another key', () => {
  const machine = aCluster('helix', { host_key: 'SHA256:x' })
  const moved = orThrow(machineOf({ ...draftOf(machine), host: 'elsewhere' }, machine, []))
  expect(moved.settings.ssh?.host_key).toBeNull()
})

test.each<[string, string]>([
  ['name', ''],
  ['name', 'local'],
  ['name', 'taken'],
  ['name', '../x'],
  ['name', '-rf'],
  ['name', 'a b'],
  ['name', 'é'],
  ['host', ''],
  ['host', '-oProxyCommand=reboot'],
  ['host', 'a b'],
  ['port', '0'],
  ['port', '70000'],
  ['port', '22; reboot'],
  ['work', ''],
  ['work', 'larmor'],
  ['poll_s', '1'],
  ['poll_s', '1e9'],
  ['spool_s', '0.5'],
  ['max_jobs', '-1'],
  ['memory_mb', 'much'],
  ['environment', 'NO VALUE'],
  ['environment', '1X=2'],
  ['programs.nwchem', 'nwchem'],
  ['partition', 'a\u0007b'],
])('%s: %j is refused at its field', (field, value) => {
  expect(faultOf({ [field]: value })).toBe(field)
})

test('the good one is taken, and unset limits are a cluster’s', () => {
  const machine = orThrow(machineOf(good, null, ['local']))
  expect(machine.settings).toMatchObject({ transport: 'ssh', scheduler: 'slurm', poll_s: 60, max_jobs: null })
  expect(machine.settings.ssh).toMatchObject({ host: 'login.helix.example', user: null, host_key: null })
})
