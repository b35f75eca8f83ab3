import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { RunId } from '../../shared/ids.ts'
import { type Attempt, lastAttempt } from '../../shared/model/job.ts'
import type { MachineSettings } from '../../shared/model/machine.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { smallDisk } from '../small-disk.ts'
import { type Cluster, machineOf, startCluster } from '../testbed/cluster.ts'
import { account } from '../testbed/daemons.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'

/** What goes wrong between a laptop and a cluster, by a real sshd and a real Slurm. */
describe('a bad day of a cluster', () => {
  let cluster: Cluster
  let larmor: InProcess
  let runs = 0
  let gates = 0

  beforeAll(async () => {
    cluster = await startCluster({ minJobAge: 5 })
  })
  afterAll(async () => {
    await cluster?.stop()
  })
  beforeEach(async () => {
    larmor = await startInProcess()
  })
  afterEach(async () => {
    await larmor.stop()
  })

  const machine = () => larmor.engine.state.machines['cluster' as never]

  /** Starts a run of these scripts; its jobs' last attempts by key when it has ended. */
  async function start(
    scripts: Readonly<Record<string, string>>,
    change: Partial<MachineSettings> = {},
    seconds = 300,
  ) {
    runs += 1
    const run = `rbad${runs}` as RunId
    const of = machineOf(cluster, { spool_s: 1, grace_s: 20, ...change })
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: of }))
    const jobs = []
    for (const [key, text] of Object.entries(scripts)) {
      const file = { name: `${key}.sh`, ...orThrow(await larmor.engine.put(text)) }
      const input = { files: [file], main: file.name, args: [] }
      jobs.push({ key, machine: of.name, program: 'command', input, resources: { ranks: 1, memory_mb: 100, seconds } })
    }
    orThrow(
      await larmor.engine.send({
        type: 'run.start',
        run,
        name: '',
        workflow: 'single',
        params: { jobs },
        machine: of.name,
      }),
    )
    const ended = larmor.ended(run).then(() => attempts(run))
    return { run, ended }
  }
  function attempts(run: RunId): Readonly<Record<string, Attempt>> {
    const jobs = [...values(larmor.engine.state.jobs)].filter(job => job.run === run)
    return Object.fromEntries(jobs.map(job => [job.key, lastAttempt(job)]))
  }

  /** Puts a program before the cluster's own one, which it reaches as "$REAL"; for login and jobs alike. */
  function shim(name: string, script: string): void {
    const file = join(cluster.bin, name)
    const real = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    writeFileSync(file, `#!/bin/sh\nREAL=${real}\n${script}\n`, { mode: 0o755 })
    onTestFinished(() => rmSync(file))
  }
  /** How often the scheduler was asked so far. */
  function questions(): Promise<number> {
    return new Promise(resolve => {
      const unsubscribe = larmor.engine.activity(activity => {
        setTimeout(() => unsubscribe())
        resolve(activity.find(of => of.machine === machine()?.name)?.questions ?? 0)
      })
    })
  }
  const seen = (file: string) => until(file, () => existsSync(file))
  /** What a job waits at until the test lets it go on. */
  function newGate(): { readonly wait: string; readonly open: () => void } {
    gates += 1
    const file = join(openToAll(join(cluster.work, 'marks')), `gate${gates}`)
    return { wait: `while ! [ -e '${file}' ]; do sleep 0.2; done`, open: () => writeFileSync(file, '') }
  }
  const openToAll = (folder: string) => {
    mkdirSync(folder, { recursive: true, mode: 0o777 })
    execFileSync('chmod', ['1777', folder])
    return folder
  }

  test.each([
    ['upload', 'tar', '-xf'],
    ['submit', 'sbatch', '--parsable'],
    ['download', 'tar', '-cf'],
  ])('sshd is killed in mid-%s and is there again: all goes on, and nothing runs twice', async (_, tool, word) => {
    const mark = join(openToAll(join(cluster.work, 'marks')), `${tool}${word}`)
    shim(tool, `if [ "$1" = ${word} ] && [ ! -e ${mark} ]; then touch ${mark}; sleep 2; fi; exec "$REAL" "$@"`)
    const { ended } = await start({ a: 'echo a', b: 'echo b' })
    await seen(mark)
    await cluster.kill()
    await sleep(500)
    await cluster.start()
    for (const { outcome, label } of Object.values(await ended)) {
      expect(outcome).toBe('completed')
      expect(cluster.completed()[label]).toBe(1)
    }
  })

  test('the controller is down for a while: that is said, and no job is lost or ended by it', async () => {
    const gate = newGate()
    const { run, ended } = await start({ a: `${gate.wait}; echo a` }, { grace_s: 2, report: false })
    await larmor.until('the job runs', () => attempts(run).a?.phase.is === 'running')
    await cluster.stopController()
    await larmor.until('the silence is seen', () => machine()?.silent != null)
    expect(machine()?.silent?.text).toMatch(/^Slurm did not answer\. .*slurm/s)
    gate.open()
    await sleep(5000) // the job has ended meanwhile, and the grace period is over
    expect(attempts(run).a?.outcome).toBeNull()
    await cluster.startController()
    expect((await ended).a).toMatchObject({ outcome: 'completed' })
    expect(machine()?.silent).toBeNull()
  })

  test('a controller that is down when a job is submitted: a doubt, then its own words, and the job runs when it is sent again', async () => {
    const usual = machineOf(cluster, { spool_s: 1, grace_s: 20 })
    await larmor.runScripts({ first: 'echo first' }, usual) // so that the connection is there
    await cluster.stopController()
    const { run, ended } = await start({ a: 'echo a' })
    await larmor.until('the doubt', () => {
      const phase = attempts(run).a?.phase
      return phase?.is === 'submitting' && phase.doubt !== null
    })
    expect(attempts(run).a?.phase).toMatchObject({
      doubt: { text: expect.stringMatching(/^Slurm refused the job\. /) },
    })
    await larmor.until('the silence is seen', () => machine()?.silent != null)
    expect(attempts(run).a?.outcome).toBeNull() // it may have been taken, for all that is known
    await cluster.startController()
    const { a } = await ended
    expect(a).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/Unable to contact slurm controller/) })
    const [job] = [...values(larmor.engine.state.jobs)].filter(each => each.run === run)
    if (!job) throw new Error('no job')
    orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [job.id], fix: 'none' }))
    await larmor.until('the second attempt completes', () => attempts(run).a?.outcome === 'completed')
    expect(cluster.completed()[attempts(run).a?.label ?? '']).toBe(1)
  })

  test('a job that Slurm has forgotten, of which nobody told, is what its folder says', async () => {
    const gate = newGate()
    const { run, ended } = await start({ a: `${gate.wait}; echo a` }, { report: false, poll_s: 20 })
    await larmor.until('the job runs', () => attempts(run).a?.phase.is === 'running')
    gate.open() // long before it is asked for again Slurm has forgotten it
    expect((await ended).a).toMatchObject({ outcome: 'completed', evidence: [{ source: 'report' }] })
  })

  test('a job whose script was killed with it has ended as Slurm says, and a killed node job is no lost one', async () => {
    const { ended } = await start({ a: 'kill -9 $PPID; sleep 1' }, { grace_s: 3 })
    const { a } = await ended
    expect(a).toMatchObject({ outcome: 'failed' })
    expect(a?.evidence.filter(({ source }) => source === 'scheduler').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Slurm: (FAILED|CANCELLED|NODE_FAIL)/),
    ])
  })

  test('a partition that is not there is a refusal with what to do, and the job runs once there is another', async () => {
    const { run, ended } = await start({ a: 'echo a' }, { partition: 'nowhere' })
    const { reason } = (await ended).a ?? {}
    expect(reason).toMatch(
      /^Slurm refused the job\. .*[Ii]nvalid partition.*larmor machines set cluster --partition P/s,
    )
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: machineOf(cluster, { spool_s: 1, grace_s: 20 }) }))
    const jobs = [...values(larmor.engine.state.jobs)].filter(each => each.run === run).map(({ id }) => id)
    orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs, fix: 'none' }))
    await larmor.until('the second attempt completes', () => attempts(run).a?.outcome === 'completed')
  })

  test.each([
    ['a banner around the id', 'echo "** 2026 Welcome **"; "$REAL" "$@"; echo "Have a nice day"'],
    ['a timeout that exits with 0', '"$REAL" "$@" >/dev/null; echo "sbatch: error: Socket timed out" >&2; exit 0'],
  ])('sbatch answers with %s: the job is known, and runs once', async (_, script) => {
    shim('sbatch', script)
    const { a } = await (await start({ a: 'echo a' })).ended
    expect(a?.outcome).toBe('completed')
    expect(cluster.completed()[a?.label ?? '']).toBe(1)
  })

  test('squeue times out and exits with 0: that is said, and a job is neither ended nor lost by it', async () => {
    const mark = join(openToAll(join(cluster.work, 'marks')), 'silent')
    const error = 'slurm_load_jobs error: Socket timed out on send/recv operation'
    shim('squeue', `if [ -e ${mark} ]; then echo "${error}" >&2; exit 0; fi; exec "$REAL" "$@"`)
    const gate = join(cluster.work, 'marks', 'gate')
    const script = `while [ ! -e ${gate} ]; do sleep 0.2; done; kill -9 $PPID; sleep 1`
    const { run, ended } = await start({ a: script }, { grace_s: 1, report: false })
    await larmor.until('the job runs', () => attempts(run).a?.phase.is === 'running')
    writeFileSync(mark, '')
    await larmor.until('the silence is seen', () => machine()?.silent != null)
    expect(machine()?.silent?.text).toMatch(/^Slurm did not answer\. .*timed out.*asked again/s)
    writeFileSync(gate, '')
    await sleep(4000) // it has ended meanwhile, and the grace period is over
    expect(attempts(run).a).toMatchObject({ outcome: null, phase: { is: 'running' } })
    rmSync(mark)
    expect((await ended).a?.outcome).toBe('failed')
    expect(machine()?.silent).toBeNull()
  })

  test('a job that was taken for lost is asked about with the others, and is what its folder says', async () => {
    const mark = join(openToAll(join(cluster.work, 'marks')), 'hidden')
    shim('squeue', `if [ -e ${mark} ]; then "$REAL" "$@" | grep -v '.a.1$'; else exec "$REAL" "$@"; fi`)
    const [hidden, shown] = [newGate(), newGate()]
    const scripts = { a: `${hidden.wait}; echo a`, b: `${shown.wait}; echo b` }
    const { run, ended } = await start(scripts, { grace_s: 1, report: false })
    await larmor.until('both jobs run', () => ['a', 'b'].every(key => attempts(run)[key]?.phase.is === 'running'))
    writeFileSync(mark, '')
    await larmor.until('the first is lost', () => attempts(run).a?.outcome === 'lost')
    const { phase } = attempts(run).a ?? {}
    hidden.open()
    await seen(join(phase && 'dir' in phase ? phase.dir : '', 'report.ended'))
    const asked = await questions()
    await larmor.until('the first completes after all', () => attempts(run).a?.outcome === 'completed')
    expect((await questions()) - asked).toBeLessThanOrEqual(6)
    shown.open()
    expect((await ended).b?.outcome).toBe('completed')
  })

  test('a job that can never start is said to, and can be cancelled', async () => {
    const [, short] = cluster.partitions
    const { run } = await start({ a: 'echo a' }, { partition: short }, 3600)
    await larmor.until('it is said that the job can never start', () => {
      const phase = attempts(run).a?.phase
      return phase?.is === 'queued' && phase.waiting?.is === 'never'
    })
    expect(attempts(run).a?.phase).toMatchObject({
      waiting: { text: expect.stringMatching(/PartitionTimeLimit.*Cancel it, and submit it with other resources/) },
    })
    orThrow(await larmor.engine.send({ type: 'run.cancel', run }))
    await larmor.until('the job is cancelled', () => attempts(run).a?.outcome === 'cancelled')
  })

  test('names are names, on the cluster, in its scratch and at home: blanks, quotes, $(), an emoji', async () => {
    const scratch = join(openToAll(join(cluster.work, 'scratches')), `it's "$(id)" 🧪`)
    const names = [`it's a "name".sh`, '$(touch pwned).dat', '🧪 µ.dat', 'a folder/`id`;x.dat', '~', '*.dat']
    const of = machineOf(cluster, { spool_s: 1, grace_s: 20, scratch: scratch.replace('$', '\\$') })
    orThrow(await larmor.engine.send({ type: 'machine.set', machine: of }))
    const [main = '', ...others] = names
    const script = `cat ${others.map(name => `'${name}'`).join(' ')}; ls -A; echo made >'🧪 out'`
    const files = []
    for (const name of names)
      files.push({ name, ...orThrow(await larmor.engine.put(name === main ? script : `<${name}>\n`)) })
    const input = { files, main, args: [`it's`, '$(id)', '-n', '🧪'] }
    const resources = { ranks: 1, memory_mb: 100, seconds: 300 }
    const params = { jobs: [{ key: 'a', machine: of.name, program: 'command', input, resources }] }
    const run = 'rnames' as RunId
    const started = { type: 'run.start', run, name: `🧪 it's`, workflow: 'single', params, machine: of.name } as const
    orThrow(await larmor.engine.send(started))
    await larmor.ended(run)
    const { a } = attempts(run)
    expect(a).toMatchObject({ outcome: 'completed' })
    const { phase } = a ?? {}
    const output = phase?.is === 'parsed' ? phase.files.find(({ name }) => name === 'output.txt') : undefined
    const text = output ? (orThrow(await larmor.engine.read(output)) as string) : ''
    expect(text.split('\n').slice(0, others.length)).toEqual(others.map(name => `<${name}>`))
    expect(text).not.toMatch(/pwned$/m)
    expect(a?.warning).toContain('🧪 out') // no plain name: told, and left there
    for (const bad of ['-rf', 'a\nb', '../x']) {
      const jobs = [{ ...params.jobs[0], input: { ...input, files: [{ ...files[0], name: bad }], main: bad } }]
      const other = { ...started, run: `rbadname${bad.length}${bad.charCodeAt(0)}` as RunId, params: { jobs } } as never
      const answer = await larmor.engine.send(other)
      if (answer.ok) await larmor.ended((other as typeof started).run)
      const reason = answer.ok ? attempts((other as typeof started).run).a?.reason : answer.fault.message
      expect(reason).toContain('Not a name for a file of a job')
    }
  })

  test("the person's other jobs are seen in the same question, and never touched", async () => {
    const env = { ...process.env, SLURM_CONF: cluster.conf }
    const { uid, gid } = account(cluster.user)
    const submit = spawnSync('sbatch', ['--parsable', '-J', "my own | 'job'", '-o', '/dev/null', '--wrap=sleep 600'], {
      env,
      uid,
      gid,
      cwd: '/tmp',
      encoding: 'utf8',
    })
    const id = submit.stdout.trim()
    const gate = newGate()
    const { ended } = await start({ a: `${gate.wait}; echo a` })
    await larmor.until('jobs of the person are seen', () => (machine()?.others.length ?? 0) > 0)
    gate.open()
    expect(machine()?.others.find(({ queue_id }) => queue_id === id)).toMatchObject({ name: "my own | 'job'" })
    expect((await ended).a?.outcome).toBe('completed')
    expect(execFileSync('squeue', ['-h', '-j', id, '-o', '%t'], { env, encoding: 'utf8' }).trim()).toBe('R')
    execFileSync('scancel', [id], { env })
  })

  test('a job that the person submitted is adopted with its folder; cleaning removes what was fetched, and not that', async () => {
    const gate = newGate()
    const { ended } = await start({ a: `${gate.wait}; echo a` })
    const { uid, gid } = account(cluster.user)
    const dir = openToAll(join(cluster.work, 'their own'))
    const env = { ...process.env, SLURM_CONF: cluster.conf }
    const how = { env, uid, gid, cwd: dir, encoding: 'utf8' } as const
    const id = spawnSync(
      'sbatch',
      ['--parsable', '-J', 'mine', `--wrap=${gate.wait}; echo done >result`],
      how,
    ).stdout.trim()
    await larmor.until(
      'the job of the person is seen',
      () => machine()?.others.some(({ queue_id }) => queue_id === id) ?? false,
    )
    const run = `radopt${runs}` as RunId
    const command = { type: 'job.adopt', run, machine: 'cluster', queue_id: id, dir } as never
    orThrow(await larmor.engine.send(command))
    gate.open()
    const { a } = await ended
    await larmor.ended(run)
    const { job } = attempts(run)
    expect(job).toMatchObject({ outcome: 'completed', evidence: [{ text: 'Slurm: COMPLETED, exit 0:0' }] })
    const files = job?.phase.is === 'parsed' ? job.phase.files.map(({ name }) => name) : []
    expect(files).toContain('result')

    const folder = a && 'dir' in a.phase ? a.phase.dir : ''
    expect(existsSync(folder)).toBe(true)
    const jobs = [...values(larmor.engine.state.jobs)].map(({ id: of }) => of)
    orThrow(await larmor.engine.send({ type: 'jobs.clean', jobs }))
    await larmor.until('all is cleaned', state => [...values(state.jobs)].every(each => lastAttempt(each).clean?.done))
    expect(existsSync(folder)).toBe(false)
    expect(readFileSync(join(dir, 'result'), 'utf8')).toBe('done\n')
  })

  test('a limit of concurrent jobs holds, and all of them end', async () => {
    const { run, ended } = await start({ a: 'sleep 1', b: 'sleep 1', c: 'sleep 1' }, { max_jobs: 1 })
    let most = 0
    const unsubscribe = larmor.engine.subscribe(() => {
      const there = Object.values(attempts(run)).filter(
        ({ phase, outcome }) => outcome === null && ['submitting', 'queued', 'running'].includes(phase.is),
      )
      most = Math.max(most, there.length)
    })
    for (const { outcome } of Object.values(await ended)) expect(outcome).toBe('completed')
    unsubscribe()
    expect(most).toBe(1)
  })

  test('a clock that is ten minutes ahead changes nothing', async () => {
    shim('date', `exec "$REAL" --date='10 minutes' "$@"`)
    const { ended } = await start({ a: 'echo a' })
    const { a } = await ended
    expect(a).toMatchObject({ outcome: 'completed', ignored: [] })
    const late = a?.phase.is === 'parsed' ? Date.parse(a.phase.ended) - Date.now() : 0
    expect(late).toBeGreaterThan(8 * 60_000)
  })

  test('a folder that cannot be written is a sentence, and the jobs go on once it can', async () => {
    const closed = join(cluster.work, 'closed')
    mkdirSync(closed, { mode: 0o755 }) // the test's own user is its owner
    const { run, ended } = await start({ a: 'echo a' }, { work: join(closed, 'work') as never })
    await larmor.until('the machine cannot be used', () => machine()?.reach.is === 'unreachable')
    expect(machine()?.reach.text).toMatch(/work folder .*Permission denied/s)
    expect(attempts(run).a).toMatchObject({ outcome: null, phase: { is: 'planned' } })
    execFileSync('chmod', ['1777', closed])
    expect((await ended).a?.outcome).toBe('completed')
  })

  test('a disk that is full in mid-upload is a sentence with an action, leaves nothing, and the jobs go on once there is room', async context => {
    const disk = openToAll(join(cluster.work, 'disk'))
    const small = smallDisk('size=256k,mode=1777', disk)
    if (small.missing) return context.skip(small.missing)
    onTestFinished(small.remove)
    writeFileSync(join(disk, 'others'), Buffer.alloc(200_000))
    const { run, ended } = await start({ a: `echo a\n# ${'x'.repeat(60_000)}` }, { work: join(disk, 'work') as never })
    await larmor.until('the machine cannot be used', () => machine()?.reach.is === 'unreachable')
    expect(machine()?.reach.text).toMatch(/^stage failed on the machine: .*No space left on device/s)
    expect(machine()?.reach.hint).toContain('larmor clean')
    expect(attempts(run).a).toMatchObject({ outcome: null, phase: { is: 'planned' } })
    for (const folder of ['jobs', 'incoming']) expect(readdirSync(join(disk, 'work', folder))).toEqual([])
    execFileSync('rm', [join(disk, 'others')])
    expect((await ended).a?.outcome).toBe('completed')
  })

  test('a time limit in mid-program leaves a report that says so, and what a restart needs, before the end by force', async () => {
    const scratch = openToAll(join(cluster.work, 'scratch'))
    // A program that saves what it can go on from, and never ends by itself.
    const script = `trap 'echo whole >result.log; exit 3' TERM; echo state >saved; pwd >where; while :; do sleep 0.2; done`
    const [, short] = cluster.partitions
    const settings = { partition: short, scratch: `${scratch}/$USER/$SLURM_JOB_ID` }
    const { ended } = await start({ a: script }, settings, 60)
    const { a } = await ended
    expect(a).toMatchObject({ outcome: 'timeout', category: 'time-limit', phase: { signal: 'USR1' } })
    const files = a?.phase.is === 'parsed' ? a.phase.files : []
    const text = async (name: string) => {
      const file = files.find(each => each.name === name)
      return file ? orThrow(await larmor.engine.read(file)) : null
    }
    expect(await text('result.log')).toBe('whole\n')
    expect(await text('saved')).toBe('state\n')
    expect(await text('where')).toMatch(new RegExp(`^${scratch}/chem/\\d+/larmor-rbad`))
    expect(readFileSync(cluster.conf, 'utf8')).toContain('KillWait')
    expect(existsSync((await text('where'))?.trim() ?? '')).toBe(false)
  })
})
