import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineDiff } from '../../../shared/show/line-diff.ts'

test.each([
  { what: 'nothing', before: 'a\nb\n', after: 'a\nb\n', diff: '' },
  { what: 'a line changed', before: 'a\nb\nc\n', after: 'a\nx\nc\n', diff: '  a\n- b\n+ x\n  c' },
  { what: 'a line came', before: 'a\nc\n', after: 'a\nb\nc\n', diff: '  a\n+ b\n  c' },
  { what: 'a line went', before: 'a\nb\nc\n', after: 'a\nc\n', diff: '  a\n- b\n  c' },
  {
    what: 'only what is near is shown',
    before: '1\n2\n3\n4\n5\nb\n',
    after: '1\n2\n3\n4\n5\nc\n',
    diff: '...\n  4\n  5\n- b\n+ c',
  },
  {
    what: 'the same lines between two changes stay',
    before: 'a\nm\nb\n',
    after: 'x\nm\ny\n',
    diff: '- a\n+ x\n  m\n- b\n+ y',
  },
])('$what', ({ before, after, diff }) => {
  expect(lineDiff(before, after)).toBe(diff)
})

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 8 }).map(lines => lines.join('\n'))

test('what went and what came, with what stayed, are the two texts', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      // More context than there are lines cannot be asked for, so only near texts are whole.
      const lines = lineDiff(before, after).split('\n')
      fc.pre(before !== after && !lines.includes('...'))
      const of = (sign: string) =>
        lines.filter(line => line.startsWith(' ') || line.startsWith(sign)).map(line => line.slice(2))
      expect(of('-')).toEqual(before.replace(/\n$/, '').split('\n'))
      expect(of('+')).toEqual(after.replace(/\n$/, '').split('\n'))
    }),
  )
})

test('a long text with one change takes no table of all its lines', () => {
  const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i}`)
  const changed = lines.with(25_000, 'another')
  expect(lineDiff(lines.join('\n'), changed.join('\n'))).toContain('+ another')
})
