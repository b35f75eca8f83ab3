import { chmod, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openBlobs } from '../../../electron/engine/store/blobs.ts'
import { calculationKey, openCalculations } from '../../../electron/engine/store/calculations.ts'
import type { Json, Label } from '../../../shared/ids.ts'
import type { JobResult } from '../../../shared/model/job.ts'
import { newFolder } from './folders.ts'

async function overwrite(path: string, bytes: string): Promise<void> {
  await chmod(path, 0o600)
  await writeFile(path, bytes)
}

async function age(path: string, seconds: number): Promise<void> {
  const then = new Date(Date.now() - seconds * 1000)
  await utimes(path, then, then)
}

test('bytes are kept under their sha256, once, read-only, and read back whole or in part', async () => {
  const folder = join(await newFolder(), 'blobs')
  const blobs = openBlobs(folder)
  const [a, b] = await Promise.all([blobs.put('abc'), blobs.put(Buffer.from('abc'))])
  // FIPS 180-2, appendix B.1
  expect(a).toEqual({ sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', bytes: 3 })
  expect(b).toEqual(a)
  expect(blobs.path(a)).toBe(join(folder, 'ba', a.sha256.slice(2)))
  expect(((await stat(blobs.path(a))).mode & 0o777).toString(8)).toBe('444')
  expect(await readdir(dirname(blobs.path(a)))).toEqual([a.sha256.slice(2)])
  expect((await blobs.read(a)).toString()).toBe('abc')
  expect((await blobs.read(a, { offset: 1, length: 1 })).toString()).toBe('b')
  expect((await blobs.read(a, { offset: 2, length: 9 })).toString()).toBe('c')
  expect(await blobs.read(a, { offset: 9, length: 9 })).toHaveLength(0)
  expect(await blobs.has(a)).toBe(true)
  expect(await blobs.has({ ...a, bytes: 4 })).toBe(false)
})

test('a file of any size is kept by streaming', async () => {
  const folder = await newFolder()
  const blobs = openBlobs(join(folder, 'blobs'))
  const path = join(folder, 'output')
  await writeFile(path, Buffer.alloc(3 << 20, 'line\n'))
  const ref = await blobs.putFile(path)
  expect(ref.bytes).toBe(3 << 20)
  expect((await blobs.read(ref)).equals(await readFile(path))).toBe(true)
})

test('damaged content is never handed out whole, and healed by putting it again', async () => {
  const blobs = openBlobs(join(await newFolder(), 'blobs'))
  const ref = await blobs.put('geometry')
  await overwrite(blobs.path(ref), 'geometrx')
  await expect(blobs.read(ref)).rejects.toMatchObject({ fault: { code: 'not-now', message: /damaged/ } })
  await blobs.put('geometry')
  expect((await blobs.read(ref)).toString()).toBe('geometry')
})

test('missing content is not found, and a reference that is no hash never becomes a path', async () => {
  const blobs = openBlobs(await newFolder())
  await expect(blobs.read({ sha256: 'a'.repeat(64), bytes: 1 })).rejects.toMatchObject({ fault: { code: 'not-found' } })
  for (const sha256 of ['', '../../etc/passwd', `..${'/'.repeat(62)}`, 'A'.repeat(64), `${'a'.repeat(64)}\n`]) {
    await expect(blobs.read({ sha256, bytes: 1 })).rejects.toMatchObject({ fault: { code: 'bad-input' } })
    await expect(blobs.link({ sha256, bytes: 1 }, '/nowhere')).rejects.toMatchObject({ fault: { code: 'bad-input' } })
  }
})

test('content is shown under a readable name, over whatever was there, as often as wanted', async () => {
  const folder = await newFolder()
  const blobs = openBlobs(join(folder, 'blobs'))
  const ref = await blobs.put('output')
  const path = join(folder, 'runs', 'r1', 'job.out')
  await blobs.link(ref, path)
  expect((await stat(path)).ino).toBe((await stat(blobs.path(ref))).ino)
  await blobs.link(ref, path)
  await blobs.link(await blobs.put('newer output'), path)
  expect(await readFile(path, 'utf8')).toBe('newer output')
  expect(await readdir(dirname(path))).toEqual(['job.out'])
  await expect(blobs.link({ sha256: 'a'.repeat(64), bytes: 1 }, path)).rejects.toMatchObject({
    fault: { code: 'not-found' },
  })
  expect(await readFile(path, 'utf8')).toBe('newer output')
})

test('what nothing refers to is collected after its time, and nothing else', async () => {
  const folder = join(await newFolder(), 'blobs')
  const blobs = openBlobs(folder)
  const [used, unused, fresh, again] = await Promise.all(['used', 'unused', 'fresh', 'again'].map(blobs.put))
  if (!used || !unused || !fresh || !again) throw new Error('four were put')
  const leftover = join(dirname(blobs.path(used)), '.cut.0123.tmp')
  await writeFile(leftover, 'half')
  await writeFile(join(dirname(blobs.path(used)), 'notes.txt'), 'a person put this here')
  for (const path of [used, unused, again].map(blobs.path)) await age(path, 7200)
  await age(leftover, 7200)
  await age(join(dirname(leftover), 'notes.txt'), 7200)
  await blobs.put('again') // its reference is about to be journaled
  expect(await blobs.collect(new Set([used.sha256]), 3600_000)).toEqual({
    count: 2,
    bytes: 'unused'.length + 'half'.length,
  })
  expect(await Promise.all([used, unused, fresh, again].map(blobs.has))).toEqual([true, false, true, true])
  expect(await readdir(dirname(leftover))).toContain('notes.txt')
})

test('content that is put while it is collected is there afterwards', async () => {
  const blobs = openBlobs(join(await newFolder(), 'blobs'))
  for (let i = 0; i < 50; i++) {
    const ref = await blobs.put('old')
    await age(blobs.path(ref), 7200)
    await Promise.all([blobs.collect(new Set(), 3600_000), blobs.put('old')])
    expect((await blobs.read(ref)).toString()).toBe('old')
  }
})

const result = { energy_hartree: -40.5, version: '7.2.0' } as JobResult
const tms = { program: 'nwchem', deck: 'tms', basis: '6-31G*' }

test('a calculation is found by what was calculated, whatever the order of the keys, and the first one stays', async () => {
  const calculations = openCalculations(join(await newFolder(), 'calculations'))
  expect(await calculations.find(tms, null)).toBeUndefined()
  const kept = { identity: tms, version: '7.2.0', result, from: 'r1.tms.1' as Label }
  await calculations.keep(kept)
  await calculations.keep({ ...kept, from: 'r2.tms.1' as Label })
  const reordered = { basis: '6-31G*', deck: 'tms', program: 'nwchem' }
  for (const version of ['7.2.0', null]) {
    expect(await calculations.find(reordered, version)).toEqual({ ...kept, key: calculationKey(tms) })
  }
  expect(await calculations.find({ ...tms, basis: '6-31G' }, null)).toBeUndefined()
  expect(await calculations.find(tms, '7.2.1')).toBeUndefined()
})

test('versions are kept apart, whatever they are called; without one, the last that was kept is found', async () => {
  const folder = join(await newFolder(), 'calculations')
  const calculations = openCalculations(folder)
  const versions = [null, 'unknown', '7.2.0', '7.2.0 ', '../../x', '.', '', 'é', '7/2', 'x'.repeat(300)]
  for (const [i, version] of versions.entries()) {
    await calculations.keep({ identity: tms, version, result, from: `r1.tms.${i}` as Label })
  }
  for (const [i, version] of versions.entries()) {
    if (version !== null) expect((await calculations.find(tms, version))?.from).toBe(`r1.tms.${i}`)
  }
  const key = calculationKey(tms)
  const shelf = join(folder, key.slice(0, 2), key)
  expect(await readdir(shelf)).toHaveLength(versions.length)
  await age(join(shelf, '7.2.0.json'), -60)
  expect((await calculations.find(tms, null))?.from).toBe('r1.tms.2')
})

test('a damaged calculation counts as none, and is kept anew', async () => {
  const folder = await newFolder()
  const calculations = openCalculations(folder)
  const kept = { identity: tms, version: '7.2.0', result, from: 'r1.tms.1' as Label }
  await calculations.keep(kept)
  const key = calculationKey(tms)
  const path = join(folder, key.slice(0, 2), key, '7.2.0.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace('-40.5', '-40.6'))
  expect(await calculations.find(tms, null)).toBeUndefined()
  await calculations.keep(kept)
  expect((await calculations.find(tms, null))?.result).toEqual(result)
})

test('the key does not depend on the order of keys, but on everything else', () => {
  const reversed = (value: Json): Json => {
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(reversed)
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, inner]) => [key, reversed(inner as Json)]),
    )
  }
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(calculationKey(reversed(a as Json))).toBe(calculationKey(a as Json))
      const same = JSON.stringify(a) === JSON.stringify(b)
      if (same) expect(calculationKey(a as Json)).toBe(calculationKey(b as Json))
      if (JSON.stringify(a).length !== JSON.stringify(b).length) {
        expect(calculationKey(a as Json)).not.toBe(calculationKey(b as Json))
      }
    }),
  )
})
