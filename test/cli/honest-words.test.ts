import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { fixture as nwchem } from '../shared/programs/nwchem/fixtures.ts'
import { fixture as xtb } from '../shared/programs/xtb/fixtures.ts'
import { until } from '../until.ts'
import { newHome, run, start } from './larmor.ts'
import { type Begun, workplace } from './workplace.ts'

// Each test runs a dozen commands, every one a process.
vi.setConfig({ testTimeout: 240_000 })

/** What the terminal says to a person who was not there: no more than is known, and what to do. */
const { home, folder, larmor, command, script, quick, fails, gated, shut, open } = await workplace()

describe('a run that completed in part', () => {
  let run: Begun
  beforeAll(async () => {
    run = (await command(quick, fails, fails, '--name', 'in part')).json
  })

  test('is completed, with how many failed beside the word; wait ends well, as scripts are promised', async () => {
    const waited = await larmor('wait', run.run, '--json')
    expect([waited.exit, waited.json]).toMatchObject([0, { state: 'completed', state_text: 'completed, 2 failed' }])
    expect((await larmor('show', run.run)).out).toContain('in part  completed, 2 failed')
    expect((await larmor('status', run.run)).out).toContain('completed, 2 failed')
  })

  test('is shown by its name, in any command that takes an id', async () => {
    expect((await larmor('show', 'in part', '--json')).json.run).toBe(run.run)
    const near = await larmor('show', 'PART', '--json')
    expect([near.exit, near.json.error.code]).toEqual([4, 'not-found'])
    expect(near.json.error.hint).toContain(`${run.run}  in part  completed`)
  })

  test('a name, or a beginning of an id, that several have lists them', async () => {
    const second = (await command(quick, '--name', 'in part')).json.run
    const both = await larmor('show', 'in part', '--json')
    expect([both.exit, both.json.error.code]).toEqual([2, 'bad-input'])
    for (const id of [run.run, second]) expect(both.json.error.hint).toContain(id)
    const beginning = await larmor('show', 'r')
    expect(beginning.exit).toBe(2)
    expect(beginning.err).toContain(`${run.run}  in part`)
    expect((await larmor('cancel', 'in part')).exit).toBe(2)
  })

  test('a job says where its files lie here, and no folder that is gone', async () => {
    const [job = ''] = run.jobs.map(({ job }) => job)
    const before = (await larmor('show', job, '--json')).json
    expect(before.folder).toBe(join(home, 'runs', run.run, job.slice(run.run.length + 1), '1'))
    expect(await readFile(join(before.folder, 'output.txt'), 'utf8')).toBe('done\n')
    expect((await larmor('show', job)).out).toContain(before.attempts[0].dir)
    await larmor('clean', run.run)
    await until('it is cleaned', async () => (await larmor('show', job, '--json')).json.attempts[0].cleaned)
    const after = (await larmor('show', job)).out
    expect(after).toContain(before.folder)
    expect(after).not.toContain(before.attempts[0].dir)
  })
})

test('a run that is not finished says so in its exports, and shows of itself once, or says why not', async () => {
  await shut()
  const { json } = await command(gated)
  await larmor('wait', json.run, '--for', 'running')
  const xyz = await larmor('export', json.run, '--format', 'xyz')
  expect([xyz.exit, xyz.out]).toEqual([0, ''])
  expect(xyz.err).toContain('The run has no structure yet: it is not finished')
  expect((await larmor('export', json.run, '--format', 'csv')).err).toContain('The run is not finished')
  // A shell script prints nothing that is read: it ends all the same.
  const looked = await larmor('progress', json.run)
  expect([looked.exit, looked.out]).toEqual([0, ''])
  expect(looked.err).toContain(`Nothing of it computes and prints just now. larmor status ${json.run}`)
  await larmor('pause', json.run)
  await open()
  await larmor('resume', json.run)
  await larmor('wait', json.run)
})

test('a run of which nothing computes waits, and says what for; nothing of it is done', async () => {
  await larmor('machines', 'set', 'local', '--local', '--scheduler', 'direct', '--cores', '1')
  await shut()
  const patient = await script('patient.sh', `while [ -e '${join(folder, 'gate')}' ]; do sleep 0.2; done`)
  const first = (await command(patient)).json
  await larmor('wait', first.run, '--for', 'running')
  const { json } = await command(quick, '--name', 'second')
  await larmor('wait', json.run, '--for', 'queued')
  const { runs } = (await larmor('status', json.run, '--json')).json
  // The word for scripts is the one that they were promised.
  expect(runs).toMatchObject([{ state: 'running', waits_for: 'for free cores on local', begun: false }])
  expect((await larmor('status', json.run)).out).toMatch(
    /second +waiting +– .*second \(\w+\): waits for free cores on local/s,
  )
  const { out } = await larmor('show', json.run)
  expect(out).toContain('second  waits for free cores on local')
  expect(out).toContain('jobs 0/1; jobs: 1 waiting')
  expect((await larmor('show', json.jobs[0]?.job ?? '')).out).toContain(
    'files  come to this computer once it has ended',
  )
  await open()
  await larmor('wait', json.run)
})

test('what is asked of the wrong command, or does not fit, is told with what is right', async () => {
  const { err } = await larmor('campaign', 'status', 'second')
  expect(err).toContain('larmor status second')
  const spin = await larmor('nmr', '[CH3]', '--program', 'none')
  expect([spin.exit, spin.err]).toEqual([2, expect.stringContaining('--charge Q and --mult M')])
})

test('a run that is being stopped says so, not that it goes on', async () => {
  await shut()
  const { json } = await command(gated)
  await larmor('wait', json.run, '--for', 'running')
  const stopped = await larmor('stop', json.run)
  expect(stopped.out).toContain(`${json.run}  stopping: what runs is finished first`)
  expect((await larmor('status', json.run)).out).toContain('stopping')
  expect((await larmor('stop', json.run, '--json')).json).toMatchObject({ run: json.run, hold: 'stopping' })
  await open()
  await larmor('wait', json.run)
})

describe('energies', () => {
  beforeAll(async () => {
    const { output, stderr } = nwchem('scf-not-converged')
    await mkdir(join(folder, 'hard'))
    await writeFile(join(folder, 'hard/scf.out'), output)
    if (stderr) await writeFile(join(folder, 'hard/scf.stderr'), stderr)
    await writeFile(join(folder, 'hard/water.out'), nwchem('water-shielding').output)
  })

  test('one that did not converge is never shown without that word', async () => {
    const { energy_hartree } = (await larmor('classify', 'hard/scf.out', '--json')).json
    expect((await larmor('classify', 'hard/scf.out')).out).toContain(`${energy_hartree} Eh (not converged)`)
    const { run: id, jobs } = (await larmor('import', 'hard', '--json')).json
    const shown = (await larmor('show', id, '--json')).json
    expect(shown.jobs).toMatchObject([
      { key: 'scf.out', outcome: 'failed', energy_hartree, converged: false, category: 'scf-not-converged' },
      { key: 'water.out', outcome: 'completed', energy_hartree: expect.any(Number) },
    ])
    const { out } = await larmor('show', id)
    expect(out).toMatch(new RegExp(`${energy_hartree.toFixed(6)}.*not converged`))
    expect(out).toContain(shown.jobs[1].energy_hartree.toFixed(6))
    expect((await larmor('show', jobs[0].job)).out).toContain(`energy ${energy_hartree} Eh (not converged)`)
  })

  test('and shieldings stand in the table of a run that is no ensemble', async () => {
    const { run: id, jobs } = (await larmor('import', 'hard', '--json')).json
    const { metrics } = (await larmor('show', jobs[1].job, '--json')).json
    const [first] = metrics.shieldings
    const { out } = await larmor('export', id, '--format', 'csv')
    const [head, scf, water] = out.split('\r\n')
    expect(head).toBe('job,key,phase,outcome,reason,program,category,energy_hartree,converged,shieldings_ppm')
    expect(scf).toContain(',scf-not-converged,')
    expect(scf).toMatch(/,false,$/)
    expect(water).toContain(`,${metrics.energy_hartree},true,${first.element}${first.atom} ${first.sigma_ppm}; `)
    // The other format says the same of each, and no less.
    const json = JSON.parse((await larmor('export', id, '--format', 'json')).out)
    const failed = { outcome: 'failed', category: 'scf-not-converged', converged: false }
    for (const each of [json.results[0], json.jobs[0]]) {
      expect(each).toMatchObject({ ...failed, energy_hartree: Number(scf?.split(',').at(-3)) })
    }
    expect(json.jobs[1]).toMatchObject({
      phase: 'parsed',
      outcome: 'completed',
      energy_hartree: metrics.energy_hartree,
    })
    expect((await larmor('export', id, '--format', 'pdf')).err).toContain(
      'This version has csv, xyz, sdf, jcamp, si, latex, word, json.',
    )
    expect((await larmor('show', jobs[1].job)).out).toContain(first.sigma_ppm.toFixed(4))
  })

  test('classify and import say the same of an output with what its program said on stderr', async () => {
    // That it crashed stands on stderr alone. An output is none of stderr's for lying in a folder of that name.
    const { output, stderr } = xtb('crash')
    await mkdir(join(folder, 'stderr'))
    await writeFile(join(folder, 'stderr/a.out'), output)
    expect((await larmor('classify', 'stderr/a.out', '--json')).json.category).toBeNull()
    await writeFile(join(folder, 'stderr/a.stderr'), stderr)
    const { outcome, category, energy_hartree } = (await larmor('classify', 'stderr/a.out', '--json')).json
    expect([outcome, category]).toEqual(['failed', 'crash-unknown'])
    const { jobs } = (await larmor('import', 'stderr', '--json')).json
    const job = (await larmor('show', jobs[0].job, '--json')).json
    expect([job.outcome, job.category, job.metrics.energy_hartree]).toEqual([outcome, category, energy_hartree])
  })
})

describe('without an engine', () => {
  test('one that was killed: nothing is called running without that nobody drives it, and what to do', async () => {
    const own = await newHome()
    const here = (...args: readonly string[]) => run(args, { home: own, cwd: folder })
    await shut()
    const { json } = await here('run', gated, '--program', 'command', '--json')
    await here('wait', json.run, '--for', 'running')
    const watching = start(['status', '--watch', '--json'], { home: own })
    await watching.until(({ engine }) => engine === 'alive')
    const waiting = run(['wait', json.run], { home: own })
    const { pid } = (await here('engine', 'status', '--json')).json
    process.kill(pid, 'SIGKILL')
    await watching.until(({ engine }) => engine === 'none')
    await watching.end('SIGINT')
    for (const args of [['status'], ['show', json.run]]) {
      const { exit, out } = await here(...args)
      expect([exit, out]).toEqual([0, expect.stringContaining('No engine lives')])
      expect(out).toContain('larmor engine start')
    }
    expect((await here('status')).out).toMatch(/running, no engine +\d+ % +stale /)
    expect((await here('status', '--json')).json).toMatchObject({
      engine: 'none',
      runs: [{ state: 'running', confidence: 'stale' }],
    })
    await open()
    await here('engine', 'start')
    expect(await waiting).toMatchObject({ exit: 0, err: expect.stringContaining('No engine lives') })
  })

  test('stopping one says that it was stopped', async () => {
    const own = await newHome()
    const here = (...args: readonly string[]) => run(args, { home: own })
    expect((await here('engine', 'stop')).out).toContain('no engine runs')
    await here('engine', 'start')
    expect((await here('engine', 'stop')).out).toContain('engine stopped, pid')
    expect((await here('engine', 'stop', '--json')).json).toMatchObject({ running: false })
  })
})

test('a run that no version reads any more hides no other', async () => {
  const own = await newHome()
  await cp(fileURLToPath(new URL('../journals/v1', import.meta.url)), own, { recursive: true })
  const here = (...args: readonly string[]) => run(args, { home: own })
  const all = await here('status')
  expect([all.exit, all.out]).toEqual([0, expect.stringContaining('single-water-0002')])
  const { runs } = (await here('status', '--json')).json
  expect(runs).toHaveLength(2)
  for (const { run: id } of runs) {
    const shown = await here('show', id)
    expect([shown.exit, shown.out]).toEqual([0, expect.stringContaining('cannot read what the run was started with')])
  }
  // Nothing of it is left to be cancelled when the test ends.
  await rm(join(own, 'journal'), { recursive: true })
})
