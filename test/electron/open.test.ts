import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { attachLiving } from '../../electron/engine-client.ts'
import { cli, environment } from '../engine/living/engine-process.ts'
import { temporaryFolder } from './started.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let home: string
beforeEach(async () => {
  folder = await temporaryFolder()
  home = join(folder.path, 'data')
})
afterEach(async () => {
  await (await attachLiving(home))?.shutdown()
  await folder.remove()
})

/** `larmor open --json`: what it said first, and its page's address where it opens one; it is ended then. */
async function open(
  env: Readonly<Record<string, string>>,
): Promise<{ said: string; url: string | null; code: unknown }> {
  const child = spawn(process.execPath, [cli, 'open', '--json'], { env: environment(home, env) })
  let said = ''
  let url: string | null = null
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    url = JSON.parse(text).url
    child.kill('SIGINT')
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  return { said: said.trim(), url, code }
}

/** What `electron` is taken for: a program of this text. */
async function electronIs(script: string): Promise<Record<string, string>> {
  const dist = join(folder.path, 'dist')
  await mkdir(dist)
  await writeFile(join(dist, 'electron'), `#!${process.execPath}\n${script}`, { mode: 0o755 })
  return { ELECTRON_OVERRIDE_DIST_PATH: dist, DISPLAY: ':7' }
}

test.runIf(process.platform === 'linux')('without a display it opens in the browser, and says why', async () => {
  const { said, url, code } = await open({ DISPLAY: '', WAYLAND_DISPLAY: '' })
  expect(said).toBe(
    'Larmor opens in the browser, since there is no display here (DISPLAY and WAYLAND_DISPLAY are not set).',
  )
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/)
  expect(code).toBe(0)
})

test.runIf(process.platform !== 'win32')('where Electron shows its window it is left to itself', async () => {
  const env = await electronIs(`
    if (process.env.LARMOR_HOME !== ${JSON.stringify(home)}) process.exit(9)
    process.send({ is: 'open' })
    setTimeout(() => {}, 2000)`)
  expect(await open(env)).toEqual({ said: 'Larmor opens in its window.', url: null, code: 0 })
})

test.runIf(process.platform !== 'win32')('where one instance runs already, it has shown its window', async () => {
  expect(await open(await electronIs('process.exit(0)'))).toMatchObject({ url: null, code: 0 })
})

test.runIf(process.platform !== 'win32')(
  'where Electron fails it opens in the browser, in Electron’s own words',
  async () => {
    const { said, url } = await open(await electronIs(`console.error('\\nno sandbox for root\\n'); process.exit(1)`))
    expect(said).toBe('Larmor opens in the browser, since Electron ended with status 1: no sandbox for root.')
    expect(url).toMatch(/^http/)
  },
)
