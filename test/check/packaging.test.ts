import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

/** electron-builder's own reading and checking of its configuration, and its own packing. */
const require = createRequire(createRequire(import.meta.url).resolve('electron-builder'))
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config')
const { DebugLogger } = require('builder-util')
const { build, Platform } = require('app-builder-lib')
const { listPackage } = createRequire(require.resolve('app-builder-lib'))('@electron/asar')

test('electron-builder accepts its configuration', async () => {
  const config = await getConfig(process.cwd(), null, null)
  expect(config.productName).toBe('Larmor')
  await validateConfiguration(config, new DebugLogger(false))
  await expect(validateConfiguration({ ...config, asarr: true }, new DebugLogger(false))).rejects.toThrow('asarr')
})

/** The fuses in the order of their wire. Source: https://github.com/electron/fuses, FuseV1Options. */
const FUSES = [
  'runAsNode',
  'cookieEncryption',
  'nodeOptions',
  'nodeCliInspect',
  'asarIntegrity',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
]
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

test('the packed application holds what it runs, and nothing else; its fuses are set', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-pack-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const dist = await standInForElectron(join(folder, 'dist'))
  const config = await getConfig(process.cwd(), null, null)
  await build({
    targets: Platform.LINUX.createTarget('dir'),
    projectDir: process.cwd(),
    config: { ...config, electronDist: dist, directories: { ...config.directories, output: join(folder, 'out') } },
  })

  const unpacked = join(folder, 'out', process.arch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked')
  const binary = await readFile(join(unpacked, 'larmor'), 'latin1')
  const wire = binary.slice(binary.indexOf(SENTINEL) + SENTINEL.length + 2)
  const on = FUSES.filter((_, i) => wire[i] === '1')
  expect(on).toEqual(['cookieEncryption', 'asarIntegrity', 'onlyLoadAppFromAsar'])

  const files: readonly string[] = listPackage(join(unpacked, 'resources', 'app.asar'), { isPack: false })
  for (const wanted of [
    'package.json',
    'out/electron/main.js',
    'out/electron/preload.cjs',
    'out/electron/cli.js',
    'out/electron/engine/tasks/worker.js',
    'out/shared/contract.js',
    'out/renderer/index.html',
    'resources/remote/agent/base.sh',
    'resources/references.json',
    'resources/icons/icon.png',
    'node_modules/ssh2/package.json',
    'node_modules/electron-store/package.json',
  ]) {
    expect(files).toContain(`/${wanted}`)
  }
  const strangers = files.filter(name => /^\/(test|renderer|shared|electron|\.git|\.ci)\/|\.tsx?$|\.map$/.test(name))
  expect(strangers.filter(name => !name.startsWith('/node_modules/'))).toEqual([])
  for (const tool of ['electron', 'vitest', 'typescript', 'vite', 'playwright-core', 'react']) {
    expect(files).not.toContain(`/node_modules/${tool}/package.json`)
  }
}, 300_000)

/** A folder as Electron is delivered, whose binary is nothing but its fuses, as Electron delivers them. */
async function standInForElectron(dist: string): Promise<string> {
  await mkdir(join(dist, 'resources'), { recursive: true })
  await mkdir(join(dist, 'locales'))
  const wire = `${SENTINEL}\u0001${String.fromCharCode(FUSES.length)}10110001`
  await writeFile(join(dist, 'electron'), `stand-in${wire}end`, { encoding: 'latin1', mode: 0o755 })
  const { version } = JSON.parse(await readFile('node_modules/electron/package.json', 'utf8'))
  for (const [name, text] of [
    ['version', version],
    ['LICENSE', ''],
    ['LICENSES.chromium.html', ''],
    ['chrome-sandbox', ''],
    ['locales/en-US.pak', ''],
  ]) {
    await writeFile(join(dist, name), text)
  }
  return dist
}
