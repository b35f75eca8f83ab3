import { expect, test } from 'vitest'
import { GROUPS } from '../setup/groups.mjs'
import { summarize } from '../setup/summary.mjs'

const one = (status: string) => ({ status, fullName: 'a test' })
const every = GROUPS.map(({ name }) => file(`a.${name}.test.ts`, ['passed']))

function file(name: string, statuses: readonly string[], status = statuses.includes('failed') ? 'failed' : 'passed') {
  return { name: `/clone/test/${name}`, status, assertionResults: statuses.map(one) }
}

function last(files: readonly object[], given: { strict?: boolean; code?: number; missing?: string } = {}) {
  const { strict = false, code = 0 } = given
  const missing = ({ name }: { name: string }) => (name === given.missing ? 'not installed: it' : null)
  const { lines, failed } = summarize({ testResults: files }, { root: '/clone', code, strict, missing })
  return { line: lines.at(-1), failed, text: lines.join('\n') }
}

test('counts tests', () => {
  const files = [file('a.test.ts', ['passed', 'failed', 'skipped', 'pending', 'todo'])]
  expect(last(files, { code: 1 })).toMatchObject({ line: '1 passed, 1 failed, 3 skipped', failed: 1 })
})

test('a file that breaks outside of its tests is a failure', () => {
  expect(last([file('a.test.ts', [], 'failed')], { code: 1 }).line).toBe('0 passed, 1 failed, 0 skipped')
  const stuck = last([file('a.test.ts', ['skipped'], 'failed')], { code: 1 })
  expect(stuck.line).toBe('0 passed, 1 failed, 1 skipped')
  expect(stuck.text).toContain('FAILED test/a.test.ts')
})

test('an error outside of any file is a failure', () => {
  expect(last([file('a.test.ts', ['passed'])], { code: 1 })).toMatchObject({ line: '1 passed, 1 failed, 0 skipped' })
})

test('a group that cannot run is named with its reason, and fails nothing on a desk', () => {
  const files = [...every.slice(1), file('a.nwchem.test.ts', ['skipped'])]
  const { line, text } = last(files, { missing: 'nwchem' })
  expect(line).toBe(`${GROUPS.length - 1} passed, 0 failed, 1 skipped`)
  expect(text).toMatch(/^group nwchem skipped: not installed: it. To enable it: /)
})

test.each(['nwchem', 'sshd', 'slurm', 'chromium'])('in CI a skip of %s is a failure', name => {
  const others = every.filter(({ name: path }) => !path.includes(`.${name}.`))
  expect(last([...others, file(`a.${name}.test.ts`, ['passed', 'skipped'])], { strict: true }).failed).toBe(1)
  expect(last(others, { strict: true }).text).toContain(`FAILED group ${name}: it has no tests`)
})

test('in CI a file of two groups counts for both; a plain test may be skipped', () => {
  const two = file('a.nwchem.chromium.test.ts', ['skipped'])
  expect(last([...every, two], { strict: true }).failed).toBe(2)
  expect(last([...every, file('nwchem.test.ts', ['skipped'])], { strict: true }).failed).toBe(0)
})
