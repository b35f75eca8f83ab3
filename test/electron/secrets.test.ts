import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openSecrets } from '../../electron/secrets.ts'
import { app, loseKeychain, safeStorage } from './stand-in.ts'
import { temporaryFolder } from './started.ts'

const folder = await temporaryFolder()
afterAll(folder.remove)
await app.whenReady()
let file = ''
let count = 0
beforeEach(() => {
  count += 1
  file = join(folder.path, `${count}`, 'secrets.json')
})

test('a secret comes back as it was, and lies nowhere in plain text', async () => {
  const secrets = openSecrets(file)
  expect(await secrets.keep('helix passphrase', 'correct horse')).toBe(true)
  expect(await openSecrets(file).recall('helix passphrase')).toBe('correct horse')
  expect(await secrets.recall('borealis passphrase')).toBeNull()
  expect(await readFile(file, 'utf8')).not.toContain('horse')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await secrets.forget('helix passphrase')
  expect(await secrets.recall('helix passphrase')).toBeNull()
})

test('without a keychain nothing is kept, and it is said why', async () => {
  onTestFinished(() => {
    safeStorage.backend = 'gnome_libsecret'
    safeStorage.available = true
  })
  const secrets = openSecrets(file)
  if (process.platform === 'linux') {
    safeStorage.backend = 'basic_text'
    expect(await secrets.whyNot()).toBe('This desktop has no keychain (libsecret or KWallet).')
    expect(await secrets.keep('helix', 'word')).toBe(false)
    safeStorage.backend = 'kwallet6'
  }
  safeStorage.available = false
  expect(await secrets.keep('helix', 'word')).toBe(false)
  await expect(stat(file)).rejects.toThrow('ENOENT')
})

test('secrets kept at once are all kept; a lost keychain and a damaged file only mean to ask again', async () => {
  const secrets = openSecrets(file)
  await Promise.all(['a', 'b', 'c', '__proto__'].map(name => secrets.keep(name, `word of ${name}`)))
  for (const name of ['a', 'b', 'c', '__proto__']) expect(await secrets.recall(name)).toBe(`word of ${name}`)
  loseKeychain()
  expect(await secrets.recall('a')).toBeNull()
  expect(await secrets.keep('a', 'new')).toBe(true)
  expect(await secrets.recall('a')).toBe('new')
  await writeFile(file, '{"a": "')
  expect(await secrets.recall('a')).toBeNull()
  expect(await secrets.keep('a', 'newer')).toBe(true)
  expect(await secrets.recall('a')).toBe('newer')
})
