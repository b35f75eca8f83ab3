import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { sh } from '../../shared/sh.ts'
import { type Cluster, startCluster } from '../testbed/cluster.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { until } from '../until.ts'
import { type Ended, run } from './larmor.ts'
import { workplace } from './workplace.ts'

const SECRET = 'open-sesame-42'
const { home, folder, refusal, larmor: plain } = await workplace()
writeFileSync(join(folder, 'ssh_config'), '')

const larmor = (...args: readonly string[]): Promise<Ended> => plain(...args, '--json')
/** How to reach it, apart from its host key: nothing of the person who runs the tests. */
const way = ({ host, port, user, identity }: Sshd) => [
  ...['--ssh', host, '--port', `${port}`, '--user', user, '--identity', identity],
  ...['--ssh-config', join(folder, 'ssh_config'), '--known-hosts', join(folder, 'known_hosts')],
]

describe('a cluster', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster?.stop())
  const add = (...more: readonly string[]) => [
    ...['machines', 'add', 'cluster', ...way(cluster), '--scheduler', 'slurm'],
    ...['--work', `${cluster.work}/larmor`, ...more],
  ]

  test('that is not known yet is not added, and its key is told', async () => {
    const told = await cluster.listen()
    const { exit, json } = await larmor(...add())
    expect({ exit, json }).toMatchObject({
      exit: 6,
      json: { error: { code: 'person-wanted', fingerprint: cluster.hostKeyFingerprint, keytype: 'ssh-ed25519' } },
    })
    await refusal(4, ['machines', 'test', 'cluster'])
    expect(await told()).not.toMatch(/Accepted|Failed|Postponed/)
  })

  test('is added with its key, tested, and what was asked of it is counted', async () => {
    const added = await larmor(...add('--host-key', cluster.hostKeyFingerprint))
    expect(added).toMatchObject({ exit: 0, json: { reach: 'not-tried' } })
    const tested = await larmor('machines', 'test', 'cluster')
    expect({ exit: tested.exit, err: tested.err }).toEqual({ exit: 0, err: '' })
    expect(tested.json).toMatchObject({ ok: true, reach: 'ok', scheduler: 'slurm', clock_skew_s: 0 })
    const checks = new Map(tested.json.checks.map((check: { name: string }) => [check.name, check]))
    expect(checks.get('scheduler')).toMatchObject({ ok: true, found: expect.stringMatching(/^Slurm \d/) })
    expect(checks.get('partition')).toMatchObject({ ok: true, found: cluster.partitions[0] })
    expect(checks.get('work folder')).toMatchObject({ ok: true, found: expect.stringContaining(cluster.work) })
    expect(checks.get('login shell')).toMatchObject({ ok: true, found: expect.stringContaining('sh') })
    const partitions = tested.json.partitions.map(({ name }: { name: string }) => name).sort()
    expect(partitions).toEqual([...cluster.partitions].sort())
    expect(tested.json.counters).toMatchObject({ connections: 1, login_tries: 1, prompts: 0 })
    expect(tested.json.counters.round_trips).toBeGreaterThan(2)
    expect(cluster.log().match(/Accepted publickey/g)).toHaveLength(1)
  })

  test('whose partition is not there says so; so does one that is not Slurm', async () => {
    await larmor('machines', 'set', 'cluster', '--partition', 'nowhere')
    const { json } = await larmor('machines', 'test', 'cluster')
    expect(json.ok).toBe(false)
    const wrong = json.checks.filter(({ ok }: { ok: boolean }) => !ok)
    expect(wrong).toMatchObject([{ name: 'partition', hint: expect.stringContaining(cluster.partitions[0]) }])
    await larmor('machines', 'set', 'cluster', '--partition', '')
  })

  test('whose work folder cannot be written to says so, and is not reached', async () => {
    await larmor('machines', 'set', 'cluster', '--work', '/proc/larmor')
    const error = await refusal(3, ['machines', 'connect', 'cluster'])
    expect(error.message).toContain('/proc/larmor cannot be used')
    expect(error.hint).toContain('machines set cluster')
    const [, listed] = (await larmor('machines', 'list')).json
    expect(listed).toMatchObject({ name: 'cluster', reach: 'unreachable', text: error.message })
  })

  test('that takes no connection is not reached; another port is another way', async () => {
    await larmor('machines', 'set', 'cluster', '--work', '~/larmor-test-home', '--port', '1')
    expect((await refusal(3, ['machines', 'connect', 'cluster'])).message).toContain('takes no connection on port 1')
    await larmor('machines', 'set', 'cluster', '--port', `${cluster.port}`, '--work', `${cluster.work}/larmor`)
    expect((await larmor('machines', 'connect', 'cluster')).json).toMatchObject({ reach: 'ok' })
  })
})

describe('a machine with a second factor', () => {
  let sshd: Sshd
  const askpass = join(folder, 'askpass')
  const asked = join(folder, 'asked')
  beforeAll(async () => {
    sshd = await startSshd({ login: 'key and code', secret: SECRET })
    writeFileSync(askpass, `#!/bin/sh\nprintf '%s\\n' "$1" >>${asked}\necho ${SECRET}\n`)
    chmodSync(askpass, 0o755)
  })
  afterAll(() => sshd?.stop())

  test('asks once, through LARMOR_ASKPASS; when it is cut nobody is asked and nothing is tried until a person wants it', async () => {
    const prompts = () => (sshd.log().match(/Postponed keyboard-interactive for/g) ?? []).length
    const connections = () => (sshd.log().match(/^Connection from/gm) ?? []).length
    const work = ['--scheduler', 'direct', '--work', `${sshd.work}/larmor`, '--host-key', sshd.hostKeyFingerprint]
    expect((await larmor('machines', 'add', 'phone', ...way(sshd), ...work, '--spool-s', '1')).exit).toBe(0)
    expect((await refusal(6, ['machines', 'connect', 'phone'])).hint).toContain('machines connect phone')
    expect(prompts()).toBe(0)

    const before = prompts()
    const connected = await run(['machines', 'connect', 'phone', '--json'], { home, env: { LARMOR_ASKPASS: askpass } })
    expect({ exit: connected.exit, err: connected.err }).toEqual({ exit: 0, err: '' })
    expect(connected.json).toMatchObject({ reach: 'ok', counters: { prompts: 1 } })
    expect(prompts()).toBe(before + 1)

    // Work goes on over that connection; then it is cut, while a job runs.
    writeFileSync(join(folder, 'long.sh'), 'sleep 600\n')
    const begun = await larmor('run', join(folder, 'long.sh'), '--program', 'command', '--machine', 'phone')
    expect(begun.exit).toBe(0)
    await until('the job', async () => {
      const { json } = await larmor('show', begun.json.jobs[0].job)
      return json.attempts?.at(-1)?.phase === 'running'
    })
    const open = connections()
    sshd.cut()
    await until('that a login is wanted', async () => {
      const { json } = await larmor('machines', 'list')
      return json.find(({ name }: { name: string }) => name === 'phone').reach === 'wants-login'
    })
    await sleep(3000) // in which the spool would have been looked at three times
    expect(connections()).toBe(open)
    // Without a person nothing is tried, either by wish or after a restart of the engine.
    await refusal(6, ['machines', 'connect', 'phone'])
    await larmor('engine', 'stop')
    await larmor('engine', 'start')
    await sleep(2000)
    expect(connections()).toBe(open)

    const again = await run(['machines', 'connect', 'phone', '--json'], { home, env: { LARMOR_ASKPASS: askpass } })
    expect(again.json).toMatchObject({ reach: 'ok', counters: { connections: 1, login_tries: 1, prompts: 1 } })
    expect(connections()).toBe(open + 1)
    expect(prompts()).toBe(before + 2)
    expect((await larmor('show', begun.json.jobs[0].job)).json.attempts.at(-1)).toMatchObject({ outcome: null })
    await larmor('cancel', begun.json.run)
    expect((await larmor('wait', begun.json.run, '--timeout', '60')).json.state).toBe('cancelled')
  })

  test('does not wait for ever for a LARMOR_ASKPASS that hangs, and says so', async () => {
    const hangs = join(folder, 'hangs')
    writeFileSync(hangs, '#!/bin/sh\nsleep 1000\n', { mode: 0o755 })
    const work = ['--scheduler', 'direct', '--work', `${sshd.work}/larmor`, '--host-key', sshd.hostKeyFingerprint]
    expect((await larmor('machines', 'add', 'hangs', ...way(sshd), ...work)).exit).toBe(0)
    const env = { LARMOR_ASKPASS: hangs, LARMOR_ASKPASS_S: '2' }
    const tried = await run(['machines', 'connect', 'hangs', '--json'], { home, env })
    expect(tried).toMatchObject({ exit: 6, json: { error: { message: expect.stringContaining('Nobody answered') } } })
    expect(tried.err).toContain(`${hangs} (LARMOR_ASKPASS) gave no answer within 2 s`)
  })

  test('asks at a terminal as well, and what is typed is not shown', async () => {
    const known = join(folder, 'known_by_hand')
    const args = ['machines', 'add', 'hand', ...way(sshd), '--scheduler', 'direct', '--work', `${sshd.work}/larmor`]
    args[args.indexOf('--known-hosts') + 1] = known
    const no = await atTerminal(args, ['(yes/no)', 'no'])
    expect(no.exit).toBe(6)
    expect(no.shown).toContain(sshd.hostKeyFingerprint)
    expect(existsSync(known)).toBe(false)
    expect(await atTerminal(args, ['(yes/no)', 'yes'])).toMatchObject({ exit: 0 })
    expect(readFileSync(known, 'utf8')).toContain('ssh-ed25519')
    const wrong = await atTerminal(['machines', 'connect', 'hand'], ['Password:', 'wrong'])
    expect(wrong.exit).toBe(6)
    expect(wrong.shown).toContain('did not accept')
    const right = await atTerminal(['machines', 'connect', 'hand'], ['Password:', SECRET])
    expect(right).toMatchObject({ exit: 0, shown: expect.stringContaining('hand is connected') })
    expect(right.shown).not.toContain(SECRET)
  })
})

describe('a key that only an ssh-agent has', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd?.stop())

  /** A real agent that holds the key, on a socket of its own. */
  async function agent(name: string) {
    const socket = join(folder, name)
    const process = execFile('ssh-agent', ['-D', '-a', socket])
    onTestFinished(() => void process.kill())
    await until('the agent', () => existsSync(socket))
    execFileSync('ssh-add', ['-q', sshd.identity], { env: { SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
    return { env: { SSH_AUTH_SOCK: socket }, process }
  }

  test('opens by the agent of the terminal that asks, also when the one that the engine began with is gone', async () => {
    await larmor('engine', 'stop')
    const config = join(folder, 'agent_config')
    writeFileSync(config, `IdentityFile ${folder}/none\n`)
    const where = ['--ssh', sshd.host, '--port', `${sshd.port}`, '--user', sshd.user, '--ssh-config', config]
    const work = ['--scheduler', 'direct', '--work', `${sshd.work}/larmor`, '--host-key', sshd.hostKeyFingerprint]
    const first = await agent('agent 1')
    const connect = (env: Readonly<Record<string, string>>) =>
      run(['machines', 'connect', 'agent', '--json'], { home, env })
    expect((await run(['machines', 'add', 'agent', ...where, ...work], { home, env: first.env })).exit).toBe(0)
    expect(await connect(first.env)).toMatchObject({ exit: 0, json: { reach: 'ok' } })

    first.process.kill()
    await until('its end', () => !existsSync(first.env.SSH_AUTH_SOCK))
    const pid = (await larmor('engine', 'status')).json.pid
    sshd.cut()
    let gone = await connect(first.env)
    await until('that the cut is seen', async () => {
      if (gone.exit === 0) gone = await connect(first.env)
      return gone.exit !== 0
    })
    expect(gone).toMatchObject({ exit: 6, json: { error: { code: 'person-wanted' } } })
    expect(gone.json.error.message).toContain(`The ssh-agent at ${first.env.SSH_AUTH_SOCK} does not answer`)
    expect(gone.json.error.hint).toContain('ssh-add')

    const second = await agent('agent 2')
    expect(await connect(second.env)).toMatchObject({ exit: 0, json: { reach: 'ok' } })
    expect((await larmor('engine', 'status')).json.pid).toBe(pid) // the very engine that began with the first
  })
})

/** Runs it in a terminal, which script(1) makes, and types the answer once the question stands there. */
async function atTerminal(args: readonly string[], [question, answer]: readonly [string, string]) {
  const cli = fileURLToPath(new URL('../../out/electron/cli.js', import.meta.url))
  const line = sh`${process.execPath} ${[cli, ...args]}`.sh
  const child = spawn('script', ['-qec', line, '/dev/null'], { env: { ...process.env, LARMOR_HOME: home } })
  let shown = ''
  let typed = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    if (typed || !shown.includes(question)) return
    typed = true
    child.stdin.write(`${answer}\r`)
  })
  const [exit] = (await once(child, 'close')) as [number | null]
  return { exit, shown }
}
