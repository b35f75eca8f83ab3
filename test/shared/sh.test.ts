import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { sh, shScript } from '../../shared/sh.ts'

const NASTY = [
  '',
  ' ',
  '-n',
  '--',
  "it's",
  "'",
  "''",
  '"',
  '$HOME',
  '`id`',
  '$(id)',
  'a\nb',
  'a\\',
  '\\\n',
  '~',
  '*',
  '!x',
  '{a,b}',
  ';&|<>',
  'Größe µ 水',
  '\t',
  '#c',
  '%s',
  'a=b',
]

for (const shell of ['bash', 'dash']) {
  test(`every word reaches ${shell} unchanged`, () => {
    const line = sh`for w in ${NASTY}; do printf '%s\\0' "$w"; done`
    const words = spawnSync(shell, ['-c', line.sh], { encoding: 'utf8' }).stdout.split('\0').slice(0, -1)
    expect(words).toEqual(NASTY)
  })
}

test('a NUL is refused, a line is kept as it is, lines join to a script', () => {
  expect(() => sh`echo ${'a\0b'}`).toThrow('NUL')
  expect(sh`cd ${'/a b'} && ${sh`ls -l`}`.sh).toBe(`cd '/a b' && ls -l`)
  expect(shScript([sh`a`, sh`b`]).sh).toBe('a\nb')
})
