import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sh, shScript } from '../../shared/sh.ts'
import { NASTY_WORDS } from './nasty-words.ts'

const SHELLS = ['sh', 'bash', 'dash']
const seed = Number(process.env.LARMOR_SWEEP_SEED ?? Math.floor(Math.random() * 2 ** 31))

test.each(SHELLS)('every word reaches %s unchanged', shell => {
  const line = sh`for w in ${NASTY_WORDS}; do printf '%s\\0' "$w"; done`
  const words = spawnSync(shell, ['-c', line.sh], { encoding: 'utf8' }).stdout.split('\0').slice(0, -1)
  expect(words).toEqual(NASTY_WORDS)
})

test('a NUL is refused, a line is kept as it is, lines join to a script', () => {
  expect(() => sh`echo ${'a\0b'}`).toThrow('NUL')
  expect(sh`cd ${'/a b'} && ${sh`ls -l`}`.sh).toBe(`cd '/a b' && ls -l`)
  expect(shScript([sh`a`, sh`b`]).sh).toBe('a\nb')
})

/** Words of what shells read: quotes, expansions, line ends, control characters, whole Unicode. */
const words = fc.array(
  fc.oneof(
    fc.string({ unit: fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~=%^ \t\n\r-+,.:/@az09é水😀\u0001\u007f`) }),
    fc.string({ unit: 'grapheme' }).filter(text => !text.includes('\0')),
  ),
  { minLength: 1, maxLength: 40 },
)

test.each(SHELLS)(
  `any words reach %s unchanged, one by one, in an array, and inside of another line (${seed})`,
  shell => {
    fc.assert(
      fc.property(words, given => {
        const inner = sh`printf '%s\\0' ${given} ${given[0] ?? ''}`
        const { stdout, stderr } = spawnSync(shell, ['-c', sh`${inner}; sh -c ${inner.sh}`.sh], { encoding: 'utf8' })
        const once = [...given, given[0]]
        expect(stderr).toBe('')
        expect(stdout.split('\0').slice(0, -1)).toEqual([...once, ...once])
      }),
      { seed, numRuns: 60 },
    )
  },
)

test.each(SHELLS)('%s runs nothing of a word', shell => {
  const line = sh`echo ${['$(echo pwned >&2)', '`echo pwned >&2`', '; echo pwned >&2', '\n echo pwned >&2', "'; echo pwned >&2 #"]}`
  expect(spawnSync(shell, ['-c', line.sh], { encoding: 'utf8' }).stderr).toBe('')
})
