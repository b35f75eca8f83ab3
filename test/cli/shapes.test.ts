import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as documents from './documents.ts'
import { newHome, run, sharedHome, start } from './larmor.ts'
import { problems, type Schema } from './schema.ts'

const home = await sharedHome()
const folder = await mkdtemp(join(tmpdir(), 'larmor-inputs-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function script(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}
const quick = await script('quick.sh', 'echo done')
const fails = await script('fails.sh', 'echo no >&2; exit 3')
/** Runs for as long as a file is there, 60 s at most, so that no test depends on its speed. */
const gate = join(folder, 'gate')
const gated = await script(
  'gated.sh',
  `n=0; while [ -e '${gate}' ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done`,
)

const larmor = (...args: readonly string[]) => run(args, { home, cwd: folder })
const command = (...args: readonly string[]) => larmor('run', ...args, '--program', 'command', '--json')

/** Runs the command with --json: exit status, shape of the document, and a silent standard error unless words are expected. */
async function document(schema: Schema, args: readonly string[], exit = 0) {
  const ended = await larmor(...args, '--json')
  expect({ exit: ended.exit, err: exit === 0 ? ended.err : '' }).toEqual({ exit, err: '' })
  expect(problems(ended.json, schema)).toEqual([])
  return ended.json
}

async function refusal(exit: number, args: readonly string[]) {
  const ended = await larmor(...args, '--json')
  expect(ended.exit, ended.out + ended.err).toBe(exit)
  expect(problems(ended.json, documents.fault)).toEqual([])
  expect(ended.err).toContain(ended.json.error.message)
  return ended.json.error
}

/** A run that completed in part: one job did, one failed. */
let done: { run: string; jobs: { job: string; key: string }[] }
/** Its failed job. */
let failed: string
/** An nmr run by force field alone. */
let nmr: { run: string }

beforeAll(async () => {
  const both = await command(quick, fails, '--name', 'two scripts')
  expect(both.exit, both.err).toBe(0)
  expect(problems(both.json, documents.started)).toEqual([])
  done = both.json
  failed = done.jobs.find(({ key }) => key === 'fails.sh')?.job ?? ''
  const ensemble = await larmor('nmr', 'CCO', '--program', 'none', '--json')
  expect(ensemble.exit, ensemble.err).toBe(0)
  expect(problems(ensemble.json, documents.started)).toEqual([])
  nmr = ensemble.json
  expect(await document(documents.singleRun, ['wait', done.run])).toMatchObject({ state: 'completed' })
  expect(await document(documents.nmrRun, ['wait', nmr.run])).toMatchObject({ state: 'completed' })
})

describe('documents', () => {
  test('status of all runs and of one', async () => {
    const all = await document(documents.status, ['status'])
    expect(all.runs.map((each: { run: string }) => each.run).sort()).toEqual([done.run, nmr.run].sort())
    const one = await document(documents.status, ['status', done.run])
    expect(one.runs).toHaveLength(1)
    const { completed, failed, parsed, ...others } = one.runs[0].counts
    expect({ completed, failed, parsed }).toEqual({ completed: 1, failed: 1, parsed: 2 })
    expect(Object.values(others).every(n => n === 0)).toBe(true)
    expect(one.runs[0]).toMatchObject({ name: 'two scripts', workflow: 'single', eta: null, progress: 1 })
  })

  test('show of a run, an ensemble and a job', async () => {
    await document(documents.singleRun, ['show', done.run])
    const shown = await document(documents.nmrRun, ['show', nmr.run])
    expect(shown.conformers.length).toBeGreaterThan(0)
    const weights = shown.conformers.map(({ weight }: { weight: number }) => weight)
    expect(weights.reduce((sum: number, weight: number) => sum + weight, 0)).toBeCloseTo(1)
    expect(shown.shifts).toEqual([])
    const job = await document(documents.job, ['show', failed])
    expect(job).toMatchObject({ outcome: 'failed', attempts: [{ attempt: 1, phase: 'parsed', exit: 3, signal: null }] })
    expect(job.evidence).not.toEqual([])
  })

  test('a job that has not begun is shown with all its keys', async () => {
    await writeFile(gate, '')
    const { json } = await command(gated)
    const shown = await document(documents.job, ['show', json.jobs[0].job])
    expect(shown).toMatchObject({ outcome: null, category: null })
    await rm(gate)
    await document(documents.singleRun, ['wait', json.run])
  })

  test('a starting command with --wait prints what show prints, and still its own keys', async () => {
    const ended = await document(documents.singleRun, ['run', quick, '--program', 'command', '--wait'])
    expect(problems(ended, documents.started)).toEqual([])
    expect(ended.state).toBe('completed')
  })

  test('a folder is one job, with all its files', async () => {
    const work = join(folder, 'together')
    await mkdir(join(work, 'data'), { recursive: true })
    await writeFile(join(work, 'run.sh'), 'cat data/word.txt other.sh >answer.txt')
    await writeFile(join(work, 'other.sh'), 'not run')
    await writeFile(join(work, 'data', 'word.txt'), 'the word, ')
    const ended = await document(documents.singleRun, ['run', 'together', '--program', 'command', '--wait'])
    expect(ended.jobs).toMatchObject([{ key: 'together', outcome: 'completed' }])
    const answer = join(home, 'runs', ended.run, 'together', '1', 'answer.txt')
    expect(await readFile(answer, 'utf8')).toBe('the word, not run')
  })

  test('version, engine, machines, doctor', async () => {
    expect(await document(documents.version, ['--version'])).toEqual((await larmor('--json', '--version')).json)
    const engine = await document(documents.engine, ['engine', 'status'])
    expect(engine).toMatchObject({ running: true, home })
    const file = JSON.parse(await readFile(join(home, 'engine.json'), 'utf8'))
    expect(file).toMatchObject({ pid: engine.pid, home, version: engine.version, started: engine.started })
    expect(await document(documents.machines, ['machines', 'list'])).toMatchObject([
      { name: 'local', scheduler: 'direct', reach: 'ok' },
    ])
    const { checks } = (await larmor('doctor', '--json')).json
    expect(checks.map(({ name }: { name: string }) => name)).toContain('nwchem')
    const points = (await larmor('engine', 'points', '--json')).json
    expect(points.map(({ name }: { name: string }) => name)).toContain('submit.send')
  })

  test('decks of a run and of an ensemble start nothing', async () => {
    const before = (await document(documents.engine, ['engine', 'status'])).seq
    const ofRun = (await larmor('decks', 'run', quick, '--program', 'command', '--json')).json
    expect(ofRun.jobs).toHaveLength(1)
    expect(ofRun.jobs[0].files.map(({ name }: { name: string }) => name)).toContain('job.sh')
    const ofNmr = (await larmor('decks', 'nmr', 'CO', '--solvent', 'CDCl3', '--json')).json
    expect(ofNmr.jobs.length).toBeGreaterThan(0)
    expect(JSON.stringify(ofNmr.jobs)).toContain('chcl3')
    expect((await document(documents.engine, ['engine', 'status'])).seq).toBe(before)
  })

  test('export: the text itself, or what was written', async () => {
    const printed = await larmor('export', nmr.run, '--format', 'xyz')
    expect(printed.exit).toBe(0)
    const out = join(folder, 'ensemble.xyz')
    const { files } = await document(documents.exported, ['export', nmr.run, '--format', 'xyz', '--out', out])
    expect(await readFile(out, 'utf8')).toBe(printed.out)
    expect(files).toMatchObject([{ path: out, bytes: Buffer.byteLength(printed.out) }])
    for (const format of ['csv', 'xyz', 'json']) {
      const written = await document(documents.exported, ['export', nmr.run, '--format', format])
      expect((await readFile(written.files[0].path)).length).toBe(written.files[0].bytes)
      expect(written.files[0].path.startsWith(home)).toBe(true)
    }
  })
})

describe('streams: one document per line', () => {
  test('events, in order and without gaps', async () => {
    const { out } = await larmor('events', '--json')
    const events = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(events.flatMap((event, i) => documents.event(event, String(i)))).toEqual([])
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
    const types = new Set(events.map(({ type }) => type))
    for (const type of ['run.started', 'jobs.planned', 'submit.intended', 'jobs.submitted', 'jobs.parsed', 'run.ended'])
      expect(types).toContain(type)
    const later = (await larmor('events', '--since', String(events.length - 2), '--json')).out.trim().split('\n')
    expect(later.map(line => JSON.parse(line).seq)).toEqual([events.length - 1, events.length])
  })

  test('events --follow and status --watch tell what happens from now on, until ctrl-C', async () => {
    const { seq } = (await larmor('status', '--json')).json
    const events = start(['events', '--since', String(seq), '--follow', '--json'], { home })
    const watch = start(['status', '--watch', '--json'], { home })
    await watch.until(line => line.seq >= seq)
    const { json } = await command(quick)
    const last = await events.until(({ type, run }) => type === 'run.ended' && run === json.run)
    expect(documents.event(last, '')).toEqual([])
    const seen = await watch.until(({ runs }) =>
      runs.some((each: { run: string; state: string }) => each.run === json.run && each.state === 'completed'),
    )
    expect(problems(seen, documents.status)).toEqual([])
    for (const line of watch.lines) expect(problems(JSON.parse(line), documents.status)).toEqual([])
    expect(await events.end('SIGINT')).toBe(130)
    expect(await watch.end('SIGINT')).toBe(130)
  })

  test('progress --follow ends with the run, at once where it has ended', async () => {
    const { exit, out } = await larmor('progress', done.run, '--follow', '--json')
    expect({ exit, out }).toEqual({ exit: 0, out: '' })
    await writeFile(gate, '')
    const { json } = await command(gated)
    await larmor('wait', json.run, '--for', 'running')
    const follow = start(['progress', json.run, '--follow', '--json'], { home })
    const closed = new Promise(resolve => follow.process.once('close', resolve))
    await rm(gate)
    expect(await closed).toBe(0)
    for (const line of follow.lines) expect(problems(JSON.parse(line), documents.reading)).toEqual([])
  })
})

describe('ids and requests', () => {
  test('any unique prefix names a run or a job', async () => {
    expect((await larmor('show', done.run.slice(0, -1), '--json')).json.run).toBe(done.run)
    expect((await larmor('show', failed.slice(0, -2), '--json')).json.job).toBe(failed)
    const [, key = ''] = failed.split('.')
    expect((await larmor('show', `${done.run.slice(0, 6)}.${key.slice(0, 3)}`, '--json')).json.job).toBe(failed)
    expect((await refusal(2, ['show', 'r'])).message).toContain('more of it')
    expect((await refusal(2, ['show', `${done.run}.`])).message).toContain('more of it')
  })

  test('an empty id names nothing, not the only run', async () => {
    for (const args of [
      ['show', ''],
      ['status', ''],
      ['cancel', ''],
      ['resubmit', ''],
      ['wait', ''],
    ]) {
      await refusal(2, args)
    }
  })

  test('a request that is repeated is one run, started once', async () => {
    const first = await command(quick, '--request-id', 'monday')
    const second = await command(quick, '--request-id', 'monday')
    expect(second.exit, second.err).toBe(0)
    expect(second.json.run).toBe(first.json.run)
    await larmor('wait', first.json.run)
    const { out } = await larmor('events', '--json')
    const ofRun = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(({ run }) => run === first.json.run)
    expect(ofRun.filter(({ type }) => type === 'run.started')).toHaveLength(1)
    expect(ofRun.filter(({ type }) => type === 'jobs.submitted').flatMap(({ jobs }) => jobs)).toHaveLength(1)
  })

  test('commands that find no engine at once start one, and each request is one run', async () => {
    const at = { home: await newHome(), cwd: folder }
    const ids = ['a', 'b', 'a', 'b']
    const all = await Promise.all(
      ids.map(id => run(['run', quick, '--program', 'command', '--request-id', id, '--json'], at)),
    )
    expect(all.map(({ exit, err }) => ({ exit, err }))).toEqual(ids.map(() => ({ exit: 0, err: '' })))
    const runs = all.map(({ json }) => json.run)
    expect(runs[2]).toBe(runs[0])
    expect(runs[3]).toBe(runs[1])
    for (const id of new Set(runs)) expect((await run(['wait', id], at)).exit).toBe(0)
    const { out } = await run(['events', '--json'], at)
    const types = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).type)
    expect(types.filter(type => type === 'run.started')).toHaveLength(2)
    expect(types.filter(type => type === 'submit.intended')).toHaveLength(2)
  })

  test('unknown ids are not found', async () => {
    const commands = [
      ['show'],
      ['status'],
      ['status', '--watch'],
      ['wait'],
      ['cancel'],
      ['pause'],
      ['resume'],
      ['stop'],
      ['resubmit'],
      ['resubmit', '--dry-run'],
      ['export', '--format', 'csv'],
      ['progress', '--follow'],
    ]
    for (const [name = '', ...flags] of commands) await refusal(4, [name, 'nosuchrun', ...flags])
    await refusal(4, ['show', `${done.run}.nosuchjob`])
  })
})

describe('steering', () => {
  test('pause, resume, stop, cancel', async () => {
    await writeFile(gate, '')
    const { json } = await command(gated)
    for (const [verb, state] of [
      ['pause', 'paused'],
      ['resume', 'running'],
    ] as const) {
      const ended = await larmor(verb, json.run, '--json')
      expect(ended.exit, ended.err).toBe(0)
      expect(ended.json).toEqual({ run: json.run, state })
      // A paused run has not ended: who waits for it goes on waiting.
      if (state === 'paused') await document(documents.singleRun, ['wait', json.run, '--timeout', '0.1'], 5)
    }
    expect((await larmor('stop', json.run, '--json')).exit).toBe(0)
    const cancelled = await larmor('cancel', json.run, '--json')
    expect(cancelled.exit, cancelled.err).toBe(0)
    const waited = await document(documents.singleRun, ['wait', json.run], 1)
    expect(waited.state).toBe('cancelled')
    const job = await document(documents.job, ['wait', json.jobs[0].job], 1)
    expect(job.outcome).toBe('cancelled')
    await refusal(3, ['pause', json.run])
    await refusal(3, ['cancel', json.run])
    await rm(gate, { force: true })
  })

  test('wait: how it ended decides, not how long one looks', async () => {
    await writeFile(gate, '')
    const { json } = await command(gated)
    expect(await document(documents.singleRun, ['wait', json.run, '--for', 'running'])).toMatchObject({
      state: 'running',
    })
    await document(documents.singleRun, ['wait', json.run, '--timeout', '0.2'], 5)
    await document(documents.job, ['wait', json.jobs[0].job, '--timeout', '0'], 5)
    expect(await interrupted(['wait', json.run, '--json'])).toBe(130)
    expect((await larmor('show', json.run, '--json')).json.state).toBe('running')
    await rm(gate)
    await document(documents.singleRun, ['wait', json.run])
    // A run without jobs has ended, too.
    await document(documents.nmrRun, ['wait', nmr.run, '--for', 'running', '--timeout', '20'])
    await document(documents.job, ['wait', failed], 1)
    await refusal(2, ['wait', done.run, '--for', 'noon'])
    await refusal(2, ['wait', done.run, '--timeout', 'soon'])
  })

  /** The exit status after ctrl-C, once it came late enough: before Larmor's first line Node itself ends by the signal. */
  async function interrupted(args: readonly string[]) {
    for (let wait = 500; ; wait *= 2) {
      const waiting = start(args, { home })
      await sleep(wait)
      const exit = await waiting.end('SIGINT')
      if (exit !== 'SIGINT') return exit
    }
  }

  test('resubmit: dry, for real, and what is refused', async () => {
    const flaky = await script('flaky.sh', 'exit 1')
    const { json } = await command(flaky)
    await larmor('wait', json.run)
    const id = json.jobs[0].job
    const dry = await document(documents.wouldResubmit, ['resubmit', json.run, '--failed', '--dry-run'])
    expect(dry.attempts).toMatchObject([{ job: id, attempt: 2, diff: { input: '', resources: '' } }])
    expect((await larmor('show', id, '--json')).json.attempts).toHaveLength(1)
    const real = await document(documents.resubmitted, ['resubmit', json.run, '--failed'])
    expect(real.attempts).toMatchObject([{ job: id, attempt: 2, label: `${id}.2` }])
    const again = await document(documents.job, ['wait', id], 1)
    expect(again.attempts.map(({ attempt }: { attempt: number }) => attempt)).toEqual([1, 2])
    const completed = done.jobs.find(({ key }) => key === 'quick.sh')?.job ?? ''
    const refused = await document(documents.resubmitted, ['resubmit', completed])
    expect(refused).toMatchObject({ attempts: [], refused: [{ job: completed }] })
    const nothing = await document(documents.resubmitted, ['resubmit', nmr.run, '--failed'])
    expect(nothing).toEqual({ attempts: [], refused: [] })
    expect((await refusal(2, ['resubmit', id, '--fix', 'scf-damping'])).message).toContain('not in this version')
  })

  test('the whole work ends badly: exit 1 from wait, 0 from show', async () => {
    const ended = await larmor('run', fails, '--program', 'command', '--wait', '--json')
    expect(ended.exit).toBe(1)
    expect(problems(ended.json, documents.singleRun)).toEqual([])
    expect(ended.json.state).toBe('failed')
    await document(documents.singleRun, ['show', ended.json.run])
    await document(documents.status, ['status', ended.json.run])
  })
})

describe('serve', () => {
  test('its first line tells where, and ctrl-C ends it', async () => {
    const serve = start(['serve', '--port', '0', '--no-open', '--json'], { home })
    const first = await serve.until(() => true)
    expect(problems(first, documents.served)).toEqual([])
    expect(first.pid).toBe(serve.process.pid)
    const answer = await fetch(new URL('/', first.url), { redirect: 'manual' })
    expect(answer.status).toBe(403)
    expect(await serve.end('SIGINT')).toBe(0)
    expect(serve.lines).toHaveLength(1)
  })
})

describe('what is promised for later, and what is wrong', () => {
  test.concurrent.each([
    ['import folder'],
    ['campaign start delta50'],
    ['campaign start delta50 --pilot 3 --levels A,B'],
    ['decks campaign start delta50'],
    ['adopt local 17 --dir /tmp'],
    ['classify out.log'],
    ['classify out.log --exit 1'],
    ['watch-folders list'],
    ['watch-folders add /tmp --recipe x --pool y'],
    ['cases'],
    ['pools'],
    ['clean'],
    ['clean --dry-run'],
    ['machines add hpc --ssh host --scheduler slurm --work /scratch'],
    ['machines set local --cores 2'],
    ['machines test local'],
    ['machines connect local'],
    ['machines remove hpc'],
    ['machines export machines.json'],
    ['machines import machines.json'],
    ['nmr CO --program orca'],
    ['nmr CO --no-report'],
    ['run quick.sh --program orca'],
    ['run quick.sh --program xtb'],
    ['resubmit RUN --fix damping'],
    ...['sdf', 'jcamp', 'nmredata', 'qcschema', 'molden', 'dp4', 'si', 'html', 'svg', 'pdf', 'zip'].map(format => [
      `export RUN --format ${format}`,
    ]),
  ])('later: %s', async line => {
    const { message } = await refusal(2, line.replace('RUN', done.run).split(' '))
    expect(message).toContain('not in this version')
  })

  test.concurrent.each([
    [''],
    ['fly'],
    ['show'],
    ['show a b'],
    ['nmr'],
    ['nmr CO CC'],
    ['nmr CO --sovlent CDCl3'],
    ['nmr CO --preset'],
    ['nmr CO --max-conformers many'],
    ['nmr CO --machine nowhere'],
    ['run quick.sh'],
    ['run --program command'],
    ['run quick.sh --program gaussian'],
    ['run quick.sh --program command --time soon'],
    ['run quick.sh --program command --ranks 1.5'],
    ['machines fly'],
    ['engine fly'],
    ['export RUN'],
    ['export RUN --format docx'],
    ['events --since yesterday'],
    ['serve --port 70000'],
    ['resubmit'],
    ['cancel'],
  ])('wrong: larmor %s', async line => {
    await refusal(2, line === '' ? [] : line.replace('RUN', done.run).split(' '))
  })

  test('without --json a fault is said on standard error only', async () => {
    const ended = await larmor('show', 'nosuchrun')
    expect(ended).toMatchObject({ exit: 4, out: '' })
    expect(ended.err).toContain('nosuchrun')
    expect(await larmor()).toMatchObject({ exit: 2, out: '' })
    expect(await larmor('--help')).toMatchObject({ exit: 0, err: '' })
  })
})

describe('engine', () => {
  test('start, status, stop; reading wakes nobody', async () => {
    const own = await newHome()
    const own_ = { home: own }
    for (const args of [['status'], ['engine', 'status'], ['machines', 'list'], ['events'], ['doctor']]) {
      expect((await run([...args, '--json'], own_)).exit).toBe(0)
    }
    expect((await run(['engine', 'status', '--json'], own_)).json).toMatchObject({ running: false, pid: null })
    const started = await run(['engine', 'start', '--json'], own_)
    expect(problems(started.json, documents.engine)).toEqual([])
    expect(started.json.running).toBe(true)
    const again = await run(['engine', 'start', '--json'], own_)
    expect(again.json.pid).toBe(started.json.pid)
    expect((await run(['engine', 'stop', '--json'], own_)).json).toMatchObject({ running: false, pid: null })
    expect((await run(['engine', 'stop', '--json'], own_)).exit).toBe(0)
  })

  test('status says when nothing drives a run', async () => {
    const own = { home: await newHome(), cwd: folder }
    await writeFile(gate, '')
    const { json } = await run(['run', gated, '--program', 'command', '--json'], own)
    await run(['wait', json.run, '--for', 'running'], own)
    await run(['engine', 'stop'], own)
    const status = (await run(['status', '--json'], own)).json
    expect(status.engine).toBe('none')
    expect(status.as_of).not.toBeNull()
    for (const args of [['status'], ['show', json.run]]) {
      expect((await run(args, own)).out).toContain('larmor engine start')
    }
    await rm(gate)
    await run(['engine', 'start'], own)
    expect((await run(['wait', json.run], own)).exit).toBe(0)
  })
})
