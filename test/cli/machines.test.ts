import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { workplace } from './workplace.ts'

const { home, refusal, ...mine } = await workplace()
const larmor = (args: readonly string[]) => documentOf(mine, args)

async function documentOf(
  place: Pick<Awaited<ReturnType<typeof workplace>>, 'larmor'>,
  args: readonly string[],
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
): Promise<any> {
  const ended = await place.larmor(...args, '--json')
  expect({ exit: ended.exit, err: ended.err }, ended.out).toEqual({ exit: 0, err: '' })
  return ended.json
}

const LOCAL_SETTINGS = ['--cores', '3', '--env', 'A=b c', '--program', 'xtb=/opt/xtb', '--poll-s', '7']

test('a machine is added, changed a setting at a time, listed and removed', async () => {
  const added = await larmor(['machines', 'add', 'mine', '--local', '--work', '/tmp/larmor work', ...LOCAL_SETTINGS])
  expect(added).toMatchObject({ name: 'mine', reach: 'ok', scheduler: 'direct' })
  expect(await refusal(2, ['machines', 'add', 'mine', '--local'])).toMatchObject({ field: 'name' })
  const changed = await larmor([
    'machines',
    'set',
    'mine',
    '--cores',
    '',
    '--env',
    'A=',
    '--env',
    'C=$(d)',
    '--no-live',
  ])
  expect(changed.settings).toMatchObject({
    cores: null,
    environment: { C: '$(d)' },
    programs: { xtb: '/opt/xtb' },
    poll_s: 7,
    live: false,
    work: '/tmp/larmor work',
  })
  const all = await larmor(['machines', 'list'])
  expect(all.map(({ name }: { name: string }) => name)).toEqual(['local', 'mine'])
  // The engine that took these commands lives, and has counted.
  expect(all[1].counters).toMatchObject({ connections: 0, questions: 0, since: expect.any(String) })
  expect(await larmor(['machines', 'remove', 'mine'])).toEqual({ name: 'mine', removed: true })
  await refusal(4, ['machines', 'set', 'mine', '--cores', '2'])
  await refusal(4, ['machines', 'test', 'mine'])
  await refusal(3, ['machines', 'remove', 'local'])
})

test("a set-up goes to a colleague as one file, without what is one's own", async () => {
  const key = `SHA256:${'B'.repeat(43)}`
  const prologue = join(home, 'prologue.sh')
  await writeFile(prologue, 'module purge\nmodule load xtb\n')
  const own = ['--user', 'alice', '--identity', '/home/alice/.ssh/key', '--host-key', key, '--env', 'API_TOKEN=geheim']
  const args = ['--ssh', 'login.cluster.org', '--scheduler', 'slurm', '--work', '~/larmor', '--partition', 'short']
  const added = await larmor(['machines', 'add', 'cluster', ...args, ...own, '--prologue', `xtb=${prologue}`])
  expect(added).toMatchObject({ reach: 'not-tried', clock_skew_s: null }) // nobody has logged in yet
  const file = join(home, 'machines.json')
  expect(await larmor(['machines', 'export', file])).toEqual({ file, machines: ['cluster'] })
  const text = await readFile(file, 'utf8')
  for (const word of ['alice', 'geheim']) expect(text).not.toContain(word)

  const other = await workplace()
  expect(await documentOf(other, ['machines', 'import', file])).toMatchObject({ machines: ['cluster'] })
  const [, theirs] = await documentOf(other, ['machines', 'list'])
  expect(theirs.settings).toMatchObject({
    ssh: { host: 'login.cluster.org', user: null, identity: null, host_key: key },
    partition: 'short',
    work: '~/larmor',
    prologue: { xtb: 'module purge\nmodule load xtb\n' },
  })
  // Once more changes nothing; another machine of the same name is not overwritten.
  expect(await documentOf(other, ['machines', 'import', file])).toMatchObject({ machines: [], known: ['cluster'] })
  await documentOf(other, ['machines', 'set', 'cluster', '--partition', 'long'])
  await other.refusal(2, ['machines', 'import', file])
  for (const wrong of [
    '{',
    '{"larmor_machines": 1}',
    text.replace('"slurm"', '7'),
    text.replace('larmor_machines": 1', 'larmor_machines": 9'),
  ]) {
    await writeFile(file, wrong)
    expect(await other.refusal(2, ['machines', 'import', file])).toMatchObject({ field: 'file' })
  }
})

test('what could be an option of ssh is no host, and nothing is run for it', async () => {
  const mark = join(home, 'run by ssh')
  for (const host of ['-oProxyCommand=x', `u@-oProxyCommand=touch${'$'}{IFS}"${mark}"`, 'u@-oProxyCommand=x']) {
    const args = ['machines', 'add', 'dash', `--ssh=${host}`, '--scheduler', 'slurm', '--work', '~/larmor']
    expect(await refusal(2, args)).toMatchObject({
      field: 'ssh',
      message: expect.stringContaining('no name of a host'),
    })
  }
  await expect(access(mark)).rejects.toThrow('ENOENT')
  await refusal(4, ['machines', 'test', 'dash'])
})

test('this computer is tested as well', async () => {
  const tested = await larmor(['machines', 'test', 'local'])
  expect(tested).toMatchObject({ name: 'local', reach: 'ok', clock_skew_s: 0, partitions: [] })
  const names = tested.checks.map(({ name }: { name: string }) => name)
  expect(names).toEqual(expect.arrayContaining(['login shell', 'tools', 'work folder', 'scheduler', 'clock', 'xtb']))
})
