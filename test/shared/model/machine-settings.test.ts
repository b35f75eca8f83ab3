import { expect, test } from 'vitest'
import { asConfigured, localMachine, type MachineSettings, type SshSettings } from '../../../shared/model/machine.ts'
import { checkMachine } from '../../../shared/model/machine-settings.ts'
import { NASTY_WORDS } from '../nasty-words.ts'

const work = '/w' as MachineSettings['work']
const cluster = (changed: Partial<MachineSettings> = {}, ssh: Partial<SshSettings> = {}): MachineSettings => ({
  ...localMachine.settings,
  transport: 'ssh',
  scheduler: 'slurm',
  ssh: { ...asConfigured, host: 'login.cluster.org', ...ssh },
  work,
  ...changed,
})
const field = (settings: MachineSettings, name = 'cluster') => {
  const checked = checkMachine(name, settings)
  return checked.ok ? null : checked.fault.field
}

/** What could be read as an option or reach a shell of ssh's own (ProxyCommand, Match exec). */
const UNFIT = [
  '-oProxyCommand=x',
  'u@-oProxyCommand=x',
  'ssh://-oProxyCommand=x',
  'a$(b)',
  'a`b`',
  'a b',
  'a\nb',
  "a'b",
  'a"b',
  'a;b',
  'a|b',
  'a&b',
  'a\\b',
  '',
]

test('usual names and settings are taken', () => {
  for (const name of ['cluster', 'hpc-2', 'Rechner_ä', '1']) expect(field(cluster(), name)).toBeNull()
  for (const host of ['h', '10.0.0.1', '::1', 'login-1.cluster.org', 'my_host', '💥']) {
    expect(field(cluster({}, { host, user: 'a.b', jump: 'me@gate:22,[::1]:2222', port: 22 }))).toBeNull()
  }
  for (const folder of ['/w', '/a b/c', '/it\'s/"here"/$x', '~/larmor', '/💥'])
    expect(field(cluster({ work: folder as MachineSettings['work'] }))).toBeNull()
})

test.each(UNFIT)('%j is no host, no account and no way', word => {
  expect(field(cluster({}, { host: word }))).toBe('ssh')
  expect(field(cluster({}, { user: word }))).toBe('user')
  expect(field(cluster({}, { jump: `a,${word}` }))).toBe('jump')
})

test('it is looked at once a day at least', () => {
  for (const field_s of ['poll_s', 'spool_s'] as const) {
    expect(field(cluster({ [field_s]: 86_400 }))).toBeNull()
    expect(field(cluster({ [field_s]: 86_401 }))).toBe(field_s.replace('_', '-'))
    expect(field(cluster({ [field_s]: 1e9 }))).toBe(field_s.replace('_', '-'))
  }
})

test('clusters are names with commas between them', () => {
  for (const clusters of ['oak', 'oak,elm-2', 'all', null]) expect(field(cluster({ clusters }))).toBeNull()
  for (const clusters of ['', 'oak,', 'oak elm', 'a;touch b', '$(a)'])
    expect(field(cluster({ clusters }))).toBe('clusters')
})

test('a name holds nothing that a shell, a list or a path would read', () => {
  for (const name of [
    ...UNFIT,
    ...NASTY_WORDS.filter(word => /[^\p{L}\p{N}._-]/u.test(word)),
    'a/b',
    '.a',
    'x'.repeat(64),
  ])
    expect([name, field(cluster(), name)]).toEqual([name, 'name'])
})

test.each([
  ['scheduler', { scheduler: 'lsf' }],
  ['scheduler', { scheduler: 'constructor' }],
  ['ssh', { ssh: null }],
  ['work', { work: null }],
  ['work', { work: '$SCRATCH/x' }],
  ['work', { work: 'x' }],
  ['work', { work: '/a\nb' }],
  ['partition', { partition: '-x' }],
  ['account', { account: 'a\nb' }],
  ['xtb', { programs: { xtb: '-x' } }],
  ['env', { environment: { 'A B': '1' } }],
  ['env', { environment: { A: '1\n2' } }],
  ['cores', { cores: 1.5 }],
  ['poll-s', { poll_s: 0 }],
  ['grace-s', { grace_s: Number.NaN }],
])('%s is named: %o', (name, changed) => {
  expect(field(cluster(changed as Partial<MachineSettings>))).toBe(name)
})

test.each([
  ['port', { port: 70_000 }],
  ['port', { port: 0.5 }],
  ['host-key', { host_key: 'MD5:00' }],
  ['known-hosts', { known_hosts: '/a"b' }],
  ['identity', { identity: '' }],
] as const)('%s is named: %o', (name, ssh) => {
  expect(field(cluster({}, ssh))).toBe(name)
})
