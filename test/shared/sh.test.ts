import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { sh, shScript } from '../../shared/sh.ts'
import { NASTY_WORDS } from './nasty-words.ts'

test.each(['bash', 'dash'])('every word reaches %s unchanged', shell => {
  const line = sh`for w in ${NASTY_WORDS}; do printf '%s\\0' "$w"; done`
  const words = spawnSync(shell, ['-c', line.sh], { encoding: 'utf8' }).stdout.split('\0').slice(0, -1)
  expect(words).toEqual(NASTY_WORDS)
})

test('a NUL is refused, a line is kept as it is, lines join to a script', () => {
  expect(() => sh`echo ${'a\0b'}`).toThrow('NUL')
  expect(sh`cd ${'/a b'} && ${sh`ls -l`}`.sh).toBe(`cd '/a b' && ls -l`)
  expect(shScript([sh`a`, sh`b`]).sh).toBe('a\nb')
})
