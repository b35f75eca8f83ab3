import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { attachLiving, livingEngine } from '../../electron/engine-client.ts'
import { environment } from '../engine/living/engine-process.ts'
import { temporaryFolder } from './started.ts'

/**
 * Node that takes itself for Electron's binary: it has the version, runs the folder it is given, and `electron` can be
 * imported; whoever touches anything in it, a window or the lock of the one instance, ends with an error.
 */
const NAMES =
  'app BrowserWindow dialog ipcMain Menu nativeImage nativeTheme Notification protocol safeStorage screen session shell Tray'
const UNTOUCHABLE = `
  const untouchable = new Proxy(function () {}, { get(_, name) { throw new Error('touched ' + String(name)) } })
  export default {}
  ${NAMES.split(' ')
    .map(name => `export const ${name} = untouchable`)
    .join('\n')}`
const HOOKS = `
  const source = ${JSON.stringify(UNTOUCHABLE)}
  export const resolve = (name, context, next) =>
    name === 'electron' ? { url: 'stand-in:electron', format: 'module', shortCircuit: true } : next(name, context)
  export const load = (url, context, next) =>
    url === 'stand-in:electron' ? { format: 'module', source, shortCircuit: true } : next(url, context)`
const asElectron = `
  import { register } from 'node:module'
  Object.defineProperty(process.versions, 'electron', { value: '0.0.0' })
  process.defaultApp = true
  register(${JSON.stringify(dataUrl(HOOKS))})`

function dataUrl(code: string): string {
  return `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
}

const folder = await temporaryFolder()
const home = join(folder.path, 'data')
afterAll(async () => {
  await (await attachLiving(home))?.shutdown()
  await folder.remove()
})

/** The desktop application's binary with these words after it. */
function larmor(...words: readonly string[]) {
  const env = { ...environment(home, {}), NODE_OPTIONS: `--import=${dataUrl(asElectron)}` }
  return promisify(execFile)(process.execPath, [process.cwd(), ...words], { cwd: folder.path, env })
}

test('with a command it is the terminal, and touches nothing of Electron', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  expect((await larmor('--version', '--json')).stdout).toContain(`"version":"${version}"`)
  await expect(larmor('nonsense', '--json')).rejects.toMatchObject({
    code: 2,
    stdout: expect.stringContaining('"error"'),
  })
})

test('its engine is the same binary once more, on its own', async () => {
  expect(JSON.parse((await larmor('engine', 'start', '--json')).stdout)).toMatchObject({ running: true })
  const owner = await livingEngine(home)
  if (process.platform === 'linux') {
    const line = (await readFile(`/proc/${owner?.pid}/cmdline`, 'utf8')).split('\0')
    expect(line.slice(0, 4)).toEqual([process.execPath, process.cwd(), 'engine', 'run'])
  }
  expect(JSON.parse((await larmor('status', '--json')).stdout)).toMatchObject({ engine: 'alive', runs: [] })
  expect(JSON.parse((await larmor('engine', 'stop', '--json')).stdout)).toMatchObject({ running: false })
})
