import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { programs } from '../../../shared/programs/index.ts'
import { NASTY_WORDS } from '../nasty-words.ts'

const { command } = programs
const resources = { ranks: 1, memory_mb: 100, seconds: 60 }
const file = (name: string) => ({ name, sha256: 'a'.repeat(64), bytes: 10 })

describe('the command line', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'larmor-command-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function run(name: string, text: string, args: readonly string[]) {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    const line = command.command({ files: [file(name)], main: name, args }, resources, '')
    return spawnSync('sh', ['-c', `exec ${line.sh}`], { cwd: folder, encoding: 'utf8' })
  }

  it('runs a script of sh with its arguments unchanged', () => {
    const { stdout, status } = run('job one.txt', `for word; do printf '%s\\0' "$word"; done; exit 3`, NASTY_WORDS)
    expect(stdout.split('\0').slice(0, -1)).toEqual(NASTY_WORDS)
    expect(status).toBe(3)
  })

  it('runs a script by the interpreter that it names', () => {
    const { stdout } = run('job.js', `#!${process.execPath}\nconsole.log(process.argv.slice(2).join('|'))`, [
      'a b',
      '*',
    ])
    expect(stdout).toBe('a b|*\n')
  })

  it('stays one process, so that a signal reaches the script', () => {
    const { signal } = run('job.sh.txt', 'kill -TERM $$', [])
    expect(signal).toBe('SIGTERM')
  })
})

describe('check', () => {
  it.each([
    ['no files', { files: [], main: 'a', args: [] }, 'files'],
    ['no input at all', null, 'files'],
    ['a script that is not there', { files: [file('a')], main: 'b', args: [] }, 'main'],
    ['a name that leaves the folder', { files: [file('../a')], main: '../a', args: [] }, 'files'],
    ['an absolute name', { files: [file('/etc/passwd')], main: '/etc/passwd', args: [] }, 'files'],
    ['a name with a line end', { files: [file('a\nb')], main: 'a\nb', args: [] }, 'files'],
    ['a name twice', { files: [file('a'), file('a')], main: 'a', args: [] }, 'files'],
    ['the name of a lock', { files: [file('run.lock')], main: 'run.lock', args: [] }, 'files'],
    ['the job script’s name', { files: [file('job.sh')], main: 'job.sh', args: [] }, 'files'],
    ['the output’s name', { files: [file('output.txt')], main: 'output.txt', args: [] }, 'files'],
    ['arguments that are no words', { files: [file('a')], main: 'a', args: [1] }, 'args'],
    ['an argument with a NUL', { files: [file('a')], main: 'a', args: ['\0'] }, 'args'],
  ])('refuses %s', (_, input, field) => {
    const result = command.check(input, resources)
    expect(result.ok ? null : result.fault).toMatchObject({ code: 'bad-input', field })
  })

  it('accepts files in folders, and refuses no ranks', () => {
    const input = { files: [file('run.sh'), file('data/a.txt')], main: 'run.sh', args: [] }
    expect(command.check(input, resources).ok).toBe(true)
    expect(command.check(input, { ...resources, ranks: 0 }).ok).toBe(false)
  })
})

it('leaves the verdict to the exit status, and is never taken from an earlier job', () => {
  const input = { files: [file('a')], main: 'a', args: [] }
  const reader = command.reader(input)
  reader.line('Total times  cpu: 1.0s wall: 1.0s', 'output.txt')
  expect(reader.reading()).toMatchObject({ outcome: 'unknown', evidence: [] })
  reader.lines(['warning: something', './a: 2: frobnicate: not found ', ''], 'stderr.txt')
  const evidence = [{ source: 'output', file: 'stderr.txt', line: 2, text: './a: 2: frobnicate: not found' }]
  expect(reader.reading()).toMatchObject({ outcome: 'unknown', evidence })
  expect(command.exitDecides).toBe(true)
  expect(command.calculation(input, () => '')).toBeNull()
  expect(command.restart(input, null)).toBe(input)
  expect(command.contents(input)).toEqual([])
  const { name, ...content } = file('a')
  expect(command.files(input, resources, () => '')).toEqual([{ name, content }])
})
