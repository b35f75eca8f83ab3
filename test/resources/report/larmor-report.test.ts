import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type OutputReading, programs } from '../../../shared/programs/index.ts'
import { which } from '../../setup/groups.mjs'

const script = fileURLToPath(new URL('../../../resources/report/larmor-report', import.meta.url))
const fixtures = fileURLToPath(new URL('../../fixtures/nwchem/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'larmor-report-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SHELLS = [['dash'], ['bash'], ['busybox', 'sh']].filter(([shell = '']) => which(shell) !== null)
const job = join(folder, 'job')
const spool = join(folder, 'spool')
beforeEach(() => {
  for (const dir of [job, spool]) {
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(dir)
  }
})

const named = { LARMOR_SPOOL: spool, LARMOR_JOB: 'water-1' }
type Environment = Readonly<Record<string, string>>

function report(
  args: readonly string[] = [],
  env: Environment = named,
  shell: readonly string[] = SHELLS[0] ?? ['sh'],
) {
  const [command = 'sh', ...more] = shell
  const { status, stdout, stderr } = spawnSync(command, [...more, script, '--job-dir', job, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function told(name = 'water-1'): Readonly<Record<string, string>> {
  const [head, ...lines] = readFileSync(join(spool, `${name}.foreign`), 'utf8')
    .trimEnd()
    .split('\n')
  expect(head).toBe('larmor-report 1')
  return Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

const give = (name: string, text: string | Buffer) => writeFileSync(join(job, name), text)
const fixture = (name: string) => gunzipSync(readFileSync(join(fixtures, `${name}.out.gz`)))

describe.each(SHELLS.map(shell => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  test('a completed job: exit 0, its energy, and the line that proves it', () => {
    give('water.out', fixture('water-energy'))
    const before = readdirSync(job)
    expect(report([], named, shell)).toEqual({
      status: 0,
      stdout: 'Job water-1 reported as: completed\n',
      stderr: '',
    })
    expect(told()).toMatchObject({ outcome: 'completed', category: '', program: 'nwchem', file: 'water.out', dir: job })
    expect(Number(told().energy_hartree)).toBeLessThan(-70)
    expect(told().text).toMatch(/^Total times {2}cpu:/)
    expect(readdirSync(job)).toEqual(before)
    expect(readdirSync(spool)).toEqual(['water-1.foreign'])
  })

  test('a failed one: exit 1, and its cause', () => {
    give('water.out', fixture('scf-not-converged'))
    expect(report([], named, shell)).toMatchObject({ status: 1, stdout: 'Job water-1 reported as: failed\n' })
    expect(told()).toMatchObject({ outcome: 'failed', category: 'scf-not-converged' })
    expect(told().text).toContain('failed to converge')
  })

  test('an output that stops is incomplete, and a timeout once it has been silent for the hours given', () => {
    give('water.out', fixture('killed'))
    const at = (hours: number) => {
      const then = new Date(Date.now() - hours * 3600_000)
      utimesSync(join(job, 'water.out'), then, then)
      report([], named, shell)
      return told().outcome
    }
    expect([at(5), at(7)]).toEqual(['incomplete', 'timeout'])
    expect(report(['--timeout', '9'], named, shell).stdout).toBe('Job water-1 reported as: incomplete\n')
    // Content beats age.
    give('water.out', fixture('water-energy'))
    expect(at(1000)).toBe('completed')
  })

  test('a gzipped output is read where that is wished, and stays gzipped', () => {
    copyFileSync(join(fixtures, 'water-energy.out.gz'), join(job, 'water.out.gz'))
    expect(report([], named, shell).stdout).toBe('Job water-1 reported as: unknown\n')
    expect(report(['--unzip'], named, shell).stdout).toBe('Job water-1 reported as: completed\n')
    expect(readdirSync(job)).toEqual(['water.out.gz'])
  })

  test('words of failure in a title, escapes and a stranger in the folder change nothing', () => {
    give('water.out', fixture('title-of-traps'))
    give('-rf', 'x')
    give('notes.txt', 'ORCA TERMINATED NORMALLY\n')
    expect(report([], named, shell).status).toBe(0)
    give('water.out', `${fixture('killed')}\u001b[31m|;$(touch ${folder}/owned)\`|<b>\n`)
    expect(report([], named, shell).status).toBe(1)
    expect(told().text).not.toMatch(/[^ -~]/)
    expect(existsSync(join(folder, 'owned'))).toBe(false)
  })
})

test('unset variables: nothing is said, nothing is done, exit 0', () => {
  give('water.out', fixture('scf-not-converged'))
  for (const env of [{}, { LARMOR_JOB: 'a' }, { LARMOR_SPOOL: spool }, { WORKFLOW_DB: spool }, { JOB_ID: '7' }]) {
    expect(report([], env)).toEqual({ status: 0, stdout: '', stderr: '' })
  }
  expect(readdirSync(spool)).toEqual([])
})

test('WORKFLOW_DB and JOB_ID stand for the others, except inside Grid Engine', () => {
  give('water.out', fixture('water-energy'))
  expect(report([], { WORKFLOW_DB: spool, JOB_ID: 'j1' }).stdout).toBe('Job j1 reported as: completed\n')
  expect(report([], { WORKFLOW_DB: join(spool, 'flow.db'), JOB_ID: 'j2' }).status).toBe(0)
  expect(readdirSync(spool).toSorted()).toEqual(['j1.foreign', 'j2.foreign'])
  for (const sge of [{ SGE_ROOT: '/opt/sge' }, { SGE_TASK_ID: 'undefined' }]) {
    expect(report([], { WORKFLOW_DB: spool, JOB_ID: 'j3', ...sge })).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(report([], { ...named, JOB_ID: '99', WORKFLOW_DB: spool, ...sge }).stdout).toContain('Job water-1 ')
  }
})

test('what cannot be reported is said on stderr, with exit 2, and leaves nothing behind', () => {
  give('water.out', fixture('water-energy'))
  const none = join(folder, 'none')
  expect(report([], { ...named, LARMOR_SPOOL: none })).toMatchObject({ status: 2, stdout: '' })
  expect(report([], { ...named, LARMOR_SPOOL: none }).stderr).toContain('could not be written')
  expect(report(['--job-dir', none])).toMatchObject({ status: 2, stderr: expect.stringContaining('is not there') })
  expect(report(['--what'])).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no option --what') })
  for (const hours of ['-1', 'soon', '1.5', ''])
    expect(report(['--timeout', hours]).stderr).toContain('--timeout wants hours')
  for (const name of ['../x', 'a/b', 'a b', '.x', '-x', 'x'.repeat(65)]) {
    expect(report([], { ...named, LARMOR_JOB: name }).status).toBe(2)
  }
  expect(readdirSync(spool)).toEqual([])
  expect(existsSync(none)).toBe(false)
})

// root may write anywhere
test.skipIf(process.getuid?.() === 0)('a spool that may not be written to is one of them', () => {
  chmodSync(spool, 0o500)
  expect(report().status).toBe(2)
  chmodSync(spool, 0o700)
})

test('no output at all, and one of a program that is not read, are unknown', () => {
  expect(report().stdout).toBe('Job water-1 reported as: unknown\n')
  give('a.log', ' Entering Gaussian System, Link 0=g16\n Normal termination of Gaussian 16\n')
  expect(report().status).toBe(1)
  expect(told()).toMatchObject({ outcome: 'unknown', program: 'gaussian' })
})

test('the newest of several outputs counts, and figures are left out where that is wished', () => {
  give('first.out', fixture('scf-not-converged'))
  const old = new Date(Date.now() - 60_000)
  utimesSync(join(job, 'first.out'), old, old)
  give('second.out', fixture('water-energy'))
  expect(report(['--no-metrics']).status).toBe(0)
  expect(told()).toMatchObject({ file: 'second.out', energy_hartree: '' })
})

const names = readdirSync(fixtures).flatMap(name =>
  name.endsWith('.out.gz') ? [name.slice(0, -'.out.gz'.length)] : [],
)

test.each(names)('%s ends as the reader of the window says', name => {
  const text = fixture(name)
  give('out', text)
  const reader = programs.nwchem.reader(null)
  for (const line of text.toString('latin1').split('\n')) reader.line(line, 'out')
  expectAs(reader.reading())
})

const ofXtb = new URL('../../fixtures/xtb/', import.meta.url)
const xtbNames = readdirSync(ofXtb).flatMap(name => (name.endsWith('.out.gz') ? [name] : []))

test.each(xtbNames)('%s of xtb ends as the reader of the window says', name => {
  const text = gunzipSync(readFileSync(new URL(name, ofXtb)))
  give('out', text)
  const reader = programs.xtb.reader(null)
  for (const line of text.toString('latin1').split('\n')) reader.line(line, 'out')
  expectAs(reader.reading())
})

/** The same outcome; the same category, or that it is not known; and the line that says so. */
function expectAs({ outcome, category }: OutputReading): void {
  report()
  const { text, ...said } = told()
  const expected = { completed: 'completed', failed: 'failed', truncated: 'incomplete', unknown: 'unknown' }[outcome]
  expect(said.outcome).toBe(expected)
  if (outcome === 'failed') expect([category, 'crash-unknown']).toContain(said.category)
  if (outcome !== 'unknown') expect(text).not.toBe('')
}

interface Truth {
  readonly file: string
  readonly program: string
  readonly outcome: 'success' | 'failed' | 'truncated'
}
const truth = process.env.LARMOR_TRUTH_DATA
if (!truth) console.warn('skipped: outputs with truth values, for LARMOR_TRUTH_DATA is not set')

test.skipIf(!truth)('published outputs end as they really ended', () => {
  const data = join(truth ?? '', 'outputs')
  const { files } = JSON.parse(readFileSync(join(data, 'truth.json'), 'utf8')) as { files: readonly Truth[] }
  const wrong = files.flatMap(({ file, program, outcome }) => {
    const gzipped = file.endsWith('.gz')
    rmSync(job, { recursive: true })
    mkdirSync(job)
    copyFileSync(join(data, file), join(job, gzipped ? 'o.out.gz' : 'o.out'))
    report(['--unzip'])
    const isRead = ['nwchem', 'orca', 'xtb'].includes(program)
    const expected = isRead ? { success: 'completed', failed: 'failed', truncated: 'incomplete' }[outcome] : 'unknown'
    const got = told().outcome
    // Their files are old: silent for long.
    return got === expected || (expected === 'incomplete' && got === 'timeout') ? [] : [`${file}: ${got}`]
  })
  expect(wrong).toEqual([])
})

test('it is a program that anybody may run, and no shell finds fault with it', () => {
  execFileSync('test', ['-x', script])
  for (const [shell = 'sh', ...more] of SHELLS) execFileSync(shell, [...more, '-n', script])
})
