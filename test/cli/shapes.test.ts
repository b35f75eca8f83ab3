import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import * as documents from './documents.ts'
import { start } from './larmor.ts'
import { problems } from './schema.ts'
import { type Begun, endedRuns, workplace } from './workplace.ts'

const here = await workplace()
const { home, folder, larmor, document, command, quick, gated, shut, open } = here
let done: Begun
let nmr: Begun
let failed: string
beforeAll(async () => {
  ;({ done, nmr, failed } = await endedRuns(here))
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
    await shut()
    const { json } = await command(gated)
    const shown = await document(documents.job, ['show', json.jobs[0].job])
    expect(shown).toMatchObject({ outcome: null, category: null })
    await open()
    await document(documents.singleRun, ['wait', json.run])
  })

  test('a starting command with --wait prints what show prints, and still its own keys', async () => {
    const ended = await document(documents.singleRun, ['run', quick, '--program', 'command', '--wait'])
    expect(problems(ended, documents.started)).toEqual([])
    expect(ended.state).toBe('completed')
  })

  test('a run that was started without reports sends none, and its end is found all the same', async () => {
    const spoolOf = (text: string) => /^LARMOR_SPOOL=(.*)$/m.exec(text)?.[1]
    const asked = ['run', quick, '--program', 'command']
    for (const [more, empty] of [
      [[], false],
      [['--no-report'], true],
    ] as const) {
      const { jobs } = (await larmor('decks', ...asked, ...more, '--json')).json
      const script = jobs[0].files.find(({ name }: { name: string }) => name === 'job.sh').text
      expect(spoolOf(script) === "''").toBe(empty)
    }
    const ended = await document(documents.singleRun, [...asked, '--no-report', '--wait'])
    expect(ended.jobs).toMatchObject([{ outcome: 'completed' }])
    const { attempts } = await document(documents.job, ['show', ended.jobs[0].job])
    expect(spoolOf(await readFile(join(attempts[0].dir, 'job.sh'), 'utf8'))).toBe("''")
  })

  test('a folder is one job, with all its files', async () => {
    const work = join(folder, 'together')
    await mkdir(join(work, 'data'), { recursive: true })
    await writeFile(join(work, 'run.sh'), 'cat data/word.txt other.sh data/__init__.py >answer.txt')
    await writeFile(join(work, 'other.sh'), 'not run')
    // A mark, a module of Python: what is beside the script may be empty.
    await writeFile(join(work, 'data', '__init__.py'), '')
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
    await shut()
    const { json } = await command(gated)
    await larmor('wait', json.run, '--for', 'running')
    const follow = start(['progress', json.run, '--follow', '--json'], { home })
    const closed = new Promise(resolve => follow.process.once('close', resolve))
    await open()
    expect(await closed).toBe(0)
    for (const line of follow.lines) expect(problems(JSON.parse(line), documents.reading)).toEqual([])
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
    // An engine that ends takes nothing with it: the page stays, and the next command starts another.
    expect((await larmor('engine', 'stop')).exit).toBe(0)
    expect((await fetch(first.url, { redirect: 'manual' })).status).toBe(303)
    expect(await serve.end('SIGINT')).toBe(0)
    expect(serve.lines).toHaveLength(1)
  })
})
