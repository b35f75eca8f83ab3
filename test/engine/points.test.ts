import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { POINTS } from '../../electron/engine/points.ts'
import { bundle } from '../run-ts.mjs'

const sources = fileURLToPath(new URL('../../electron', import.meta.url))

/** Every call of point and around in the sources, in the order of the files. */
function callsInSources(): readonly {
  readonly kind: string
  readonly name: string
  readonly when: string | undefined
}[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('points.ts'),
  )
  const text = files.map(file => readFileSync(join(sources, file), 'utf8')).join('\n')
  return [...text.matchAll(/\b(point|around)\(\s*'([^']+)'(?:,\s*'(before|after)')?/g)].map(([, kind, name, when]) => ({
    kind: kind ?? '',
    name: name ?? '',
    when,
  }))
}

test('the list names exactly the points that the code passes, each on both sides of its effect', () => {
  const calls = callsInSources()
  expect(new Set(calls.map(call => call.name))).toEqual(new Set(Object.keys(POINTS)))
  for (const { kind, name, when } of calls) {
    if (kind === 'around') continue
    const opposite = when === 'before' ? 'after' : 'before'
    expect(calls).toContainEqual({ kind, name, when: opposite })
  }
})

let folder: string
let script: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'larmor-points-'))
  script = await bundle(fileURLToPath(new URL('pass-points.ts', import.meta.url)), folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a process that passes `plan` three times, saying what it did. */
function passing(env: Readonly<Record<string, string>>) {
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { did: stdout.split('\n').filter(line => line !== ''), stderr, signal, status }
}

const all = ['effect 1', 'after 1', 'effect 2', 'after 2', 'effect 3', 'after 3']

test.each([
  ['plan:before', []],
  ['plan:after', ['effect 1']],
  ['plan:before:3', ['effect 1', 'after 1', 'effect 2', 'after 2']],
  ['plan:after:2', ['effect 1', 'after 1', 'effect 2']],
])('LARMOR_CRASH_AT=%s kills there', (at, did) => {
  expect(passing({ LARMOR_CRASH_AT: at })).toMatchObject({ did, signal: 'SIGKILL' })
})

test.each([
  {},
  { LARMOR_CRASH_AT: '' },
  { LARMOR_CRASH_AT: 'plan:after:4' },
  { LARMOR_CRASH_AT: 'submit.send:before' },
  { LARMOR_CRASH_AT: 'plan:before', LARMOR_PACKAGED: '1' },
])('nothing happens with %o', env => {
  expect(passing(env)).toMatchObject({ did: all, signal: null, status: 0 })
})

test.each(['plan', 'plan:during', 'plan:before:0', 'plan:before:x', 'nowhere:before', 'toString:before'])(
  'LARMOR_CRASH_AT=%s is refused: a test must not pass because nothing was killed',
  at => {
    const { did, status, stderr } = passing({ LARMOR_CRASH_AT: at })
    expect(did).toEqual([])
    expect(status).toBe(1)
    expect(stderr).toContain('names no crash point')
  },
)
