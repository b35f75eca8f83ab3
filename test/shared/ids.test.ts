import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fnv1a, hash32, isRunId, jobId, jobIds, label, type RunId } from '../../shared/ids.ts'

const seed = Number(process.env.LARMOR_SWEEP_SEED ?? Math.floor(Math.random() * 2 ** 31))
fc.configureGlobal({ seed, numRuns: 2000 })
console.log(`ids: LARMOR_SWEEP_SEED=${seed}`)

const runs = fc.stringMatching(/^[a-z][a-z0-9]{1,30}$/) as fc.Arbitrary<RunId>
const names = fc.stringMatching(/^[ab._-]{1,4}$/)
const keys = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  names,
  fc.tuple(names, names).map(([name, step]) => `${name}/${step}`),
  fc.tuple(names, fc.constantFrom('opt', 'nmr', 'opt+nmr', 'a', 'b')).map(([name, step]) => `${name}/${step}`),
)

test('a label is a name for every scheduler: a letter first, then plain characters, 64 at most', () => {
  fc.assert(
    fc.property(runs, keys, fc.integer({ min: 1, max: 999 }), (run, key, n) => {
      expect(label(jobId(run, key), n)).toMatch(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/)
    }),
  )
})

test('two keys never share a job, and one key always has the same', () => {
  const run = 'rabcdefghi' as RunId
  const known = new Map<string, string>()
  fc.assert(
    fc.property(keys, key => {
      const id = jobId(run, key)
      expect(known.get(id) ?? key).toBe(key)
      known.set(id, key)
      expect(jobId(run, key)).toBe(id)
    }),
  )
  for (const key of ['a/b', 'a-b', 'a b', 'a//b', 'a/b/c', 'a-b/c', 'a/b-c', 'A/b', 'a.b', '', '..', '.', '-']) {
    const id = jobId(run, key)
    expect(known.get(id) ?? key, key).toBe(key)
    known.set(id, key)
  }
})

test('the folders of two jobs of a run are two, also on a disk that ignores case', () => {
  const run = 'rabcdefghi' as RunId
  const ids = jobIds(run, ['A.out', 'b.out', 'a.out', 'a.Out'], [])
  expect(ids.slice(0, 2)).toEqual(['rabcdefghi.A.out', 'rabcdefghi.b.out'])
  expect(new Set(ids.map(id => id.toLowerCase())).size).toBe(4)
  // Also beside those that were planned before.
  const [later = ''] = jobIds(run, ['B.out'], ids)
  expect(ids.map(id => id.toLowerCase())).not.toContain(later.toLowerCase())
})

test('names of ten thousand molecules that begin alike are all told apart', () => {
  const run = 'rabcdefghi' as RunId
  const keys = Array.from(
    { length: 10_000 },
    (_, i) => `a very long name of a molecule that begins like all the others ${i}`,
  )
  expect(new Set(keys.map(key => jobId(run, key))).size).toBe(keys.length)
})

test('a job can be read by a person', () => {
  const run = 'rabcdefghi' as RunId
  expect(jobId(run, 'c-3fa9b2/opt')).toBe('rabcdefghi.c-3fa9b2-opt')
  expect(jobId(run, 'methanol.nw')).toBe('rabcdefghi.methanol.nw')
  expect(jobId(run, 'c-3fa9b2/opt+nmr')).toMatch(/^rabcdefghi\.c-3fa9b2-opt-nmr-[0-9a-f]{12}$/)
  expect(jobId(run, '../../etc')).toMatch(/^rabcdefghi\.\.\.-\.\.-etc-[0-9a-f]{12}$/)
})

test('a job names its run up to the first point, and a label its job up to the last', () => {
  fc.assert(
    fc.property(runs, keys, fc.integer({ min: 1, max: 999 }), (run, key, n) => {
      const job = jobId(run, key)
      const name = label(job, n)
      expect(job.split('.')[0]).toBe(run)
      expect(name.slice(0, name.lastIndexOf('.'))).toBe(job)
      // The folder of a job's attempts is the rest of its name.
      expect(['', '.', '..']).not.toContain(job.slice(run.length + 1))
    }),
  )
})

test.each(['', 'r', 'R1', '1r', 'r-1', 'r.1', 'r/1', '../r', 'r\n', `r${'1'.repeat(31)}`, 'ré'])(
  '%j is no run',
  text => {
    expect(isRunId(text)).toBe(false)
  },
)

test('FNV-1a, by its published values', () => {
  expect(fnv1a('')).toBe('811c9dc5')
  expect(fnv1a('a')).toBe('e40c292c')
  expect(fnv1a('foobar')).toBe('bf9cf968')
  expect(hash32('foobar')).toBe(0xbf9cf968)
})
