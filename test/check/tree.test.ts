import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** The three parts of `npm run check`, so that no clone passes the tests and fails that. */
test.each([
  ['types', ['typescript/bin/tsc', '-b']],
  ['lint and format', ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  ['unused code', ['knip/bin/knip.js', '--no-config-hints']],
])(
  'npm run check: %s',
  (_, [script, ...args]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`node_modules/${script}`, ...args], {
      encoding: 'utf8',
    })
    expect(status, stdout + stderr).toBe(0)
  },
  300_000,
)
