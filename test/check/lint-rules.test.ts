import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** A folder with the project's own lint rules and, for each case, one file. */
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'larmor-lint-'))
  cpSync('biome.json', join(folder, 'biome.json'))
  cpSync('resources/lint', join(folder, 'resources/lint'), { recursive: true })
  cpSync('.gitignore', join(folder, '.gitignore'))
  spawnSync('git', ['init', '-q', folder])
})
afterAll(() => rmSync(folder, { recursive: true }))

function lint(path: string, code: string): { readonly passes: boolean; readonly says: string } {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, code)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolve('node_modules/@biomejs/biome/bin/biome'), 'lint', '--error-on-warnings', file],
    { cwd: folder, encoding: 'utf8' },
  )
  rmSync(file)
  return { passes: status === 0, says: stdout + stderr }
}

test.each([
  ['shared/a.ts', "import { b } from '../electron/home.ts'\nb()\n", 'imports only shared/'],
  ['shared/nmr/a.ts', "import { b } from '../../renderer/b.ts'\nb()\n", 'imports only shared/'],
  ['shared/a.ts', "import { readFileSync } from 'node:fs'\nreadFileSync('x')\n", 'no I/O'],
  ['shared/a.ts', "import { setTimeout } from 'node:timers/promises'\nsetTimeout(1)\n", 'no I/O'],
  ['shared/a.ts', "import { createElement } from 'react'\ncreateElement('a')\n", 'runs in the engine'],
  ['shared/model/a.ts', "import { nwchem } from '../programs/nwchem/nwchem.ts'\nnwchem()\n", "their folder's index"],
  ['shared/workflows/a.ts', "import { slurm } from '../schedulers/slurm.ts'\nslurm()\n", "their folder's index"],
  ['shared/a.ts', 'export const now = Date.now()\n', 'no clock and no chance'],
  ['shared/a.ts', 'export const now = new Date()\n', 'no clock and no chance'],
  ['shared/a.ts', 'export const now = Date()\n', 'no clock and no chance'],
  ['shared/a.ts', 'export const dice = Math.random()\n', 'no clock and no chance'],
  ['shared/a.ts', 'export const dice = [1, 2].map(Math.random)\n', 'no clock and no chance'],
  ['shared/a.ts', 'export const now = performance.now()\n', 'no clock'],
  ['shared/a.ts', 'export const id = crypto.randomUUID()\n', 'no chance'],
  ['shared/a.ts', 'export const time = globalThis.Date\n', 'neither the window nor Node'],
  ['renderer/a.ts', "import { b } from '../electron/home.ts'\nb()\n", 'imports only shared/'],
  ['renderer/queue/a.tsx', "import { join } from 'node:path'\njoin('x')\n", 'no Node in the window'],
  ['renderer/a.ts', "import { ipcRenderer } from 'electron'\nipcRenderer()\n", 'no Node in the window'],
  ['renderer/a.ts', "import { slurm } from '../shared/schedulers/slurm.ts'\nslurm()\n", "their folder's index"],
  ['electron/cli.ts', "import { app } from 'electron'\napp()\n", 'in plain Node it fails'],
  ['electron/cli/a.ts', "import Store from 'electron-store'\nnew Store()\n", 'in plain Node it fails'],
  ['electron/serve.ts', "import { a } from '../renderer/a.ts'\na()\n", 'imports only shared/'],
  ['electron/engine/a.ts', "import { app } from 'electron'\napp()\n", 'never imports electron'],
  ['electron/engine/steps/a.ts', "import { serve } from '../../serve.ts'\nserve()\n", 'knows no host'],
  ['electron/engine/a.ts', "import { ask } from '../cli/command.ts'\nask()\n", 'knows no host'],
  ['electron/engine/a.ts', "import { a } from '../../renderer/a.ts'\na()\n", 'imports only shared/'],
  ['electron/engine/a.ts', "import { ssh } from './machines/transports/ssh.ts'\nssh()\n", "their folder's index"],
  [
    'electron/engine/a.ts',
    "import { orca } from '../../shared/programs/orca/orca.ts'\norca()\n",
    "their folder's index",
  ],
])('%s: %j is refused', (path, code, reason) => {
  const { passes, says } = lint(path, code)
  expect(says).toContain(reason)
  expect(passes).toBe(false)
})

test.each([
  ['shared/a.ts', "export const day = new Date('2020-01-01').toISOString()\n"],
  ['shared/a.ts', "export const at = Date.parse('2020-01-01') + Math.max(1, 2)\n"],
  ['shared/model/a.ts', "import { programs } from '../programs/index.ts'\nprograms()\n"],
  [
    'shared/programs/nwchem/a.ts',
    "import { b } from './deck.ts'\nimport type { P } from '../program.ts'\nb({} as P)\n",
  ],
  ['renderer/a.ts', "import { sh } from '../shared/sh.ts'\nsh()\n"],
  ['electron/main.ts', "import { app } from 'electron'\napp()\n"],
  ['electron/cli.ts', "import { engine } from './engine/engine.ts'\nengine(Date.now())\n"],
  ['electron/engine/a.ts', "import { readFile } from 'node:fs/promises'\nreadFile('x')\n"],
])('%s: %j is allowed', (path, code) => {
  const { passes, says } = lint(path, code)
  expect(passes, says).toBe(true)
})
