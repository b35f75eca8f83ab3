import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'

/** Path, code, and the reason that must be given. */
const REFUSED: readonly (readonly [path: string, code: string, reason: string])[] = [
  ['shared/a.ts', "import { b } from '../electron/home.ts'\nb()\n", 'imports only shared/'],
  ['shared/nmr/a.ts', "import { b } from '../../renderer/b.ts'\nb()\n", 'imports only shared/'],
  ['shared/a2.ts', "import { readFileSync } from 'node:fs'\nreadFileSync('x')\n", 'no I/O'],
  ['shared/a3.ts', "import { setTimeout } from 'node:timers/promises'\nsetTimeout(1)\n", 'no I/O'],
  ['shared/a4.ts', "import { createElement } from 'react'\ncreateElement('a')\n", 'runs in the engine'],
  ['shared/model/a.ts', "import { nwchem } from '../programs/nwchem/nwchem.ts'\nnwchem()\n", "their folder's index"],
  ['shared/workflows/a.ts', "import { slurm } from '../schedulers/slurm.ts'\nslurm()\n", "their folder's index"],
  ['shared/a5.ts', 'export const now = Date.now()\n', 'no clock and no chance'],
  ['shared/a6.ts', 'export const now = new Date()\n', 'no clock and no chance'],
  ['shared/a7.ts', 'export const now = Date()\n', 'no clock and no chance'],
  ['shared/a8.ts', 'export const dice = Math.random()\n', 'no clock and no chance'],
  ['shared/a9.ts', 'export const dice = [1, 2].map(Math.random)\n', 'no clock and no chance'],
  ['shared/a10.ts', 'export const now = performance.now()\n', 'no clock'],
  ['shared/a11.ts', 'export const id = crypto.randomUUID()\n', 'no chance'],
  ['shared/a12.ts', 'export const time = globalThis.Date\n', 'global variable globalThis'],
  ['renderer/a.ts', "import { b } from '../electron/home.ts'\nb()\n", 'imports only shared/'],
  ['renderer/queue/a.tsx', "import { join } from 'node:path'\njoin('x')\n", 'no Node in the window'],
  ['renderer/a2.ts', "import { ipcRenderer } from 'electron'\nipcRenderer()\n", 'no Node in the window'],
  ['renderer/a3.ts', "import { slurm } from '../shared/schedulers/slurm.ts'\nslurm()\n", "their folder's index"],
  ['electron/cli.ts', "import { app } from 'electron'\napp()\n", 'in plain Node it fails'],
  ['electron/cli/a.ts', "import Store from 'electron-store'\nnew Store()\n", 'in plain Node it fails'],
  ['electron/serve.ts', "import { a } from '../renderer/a.ts'\na()\n", 'imports only shared/'],
  ['electron/engine/a.ts', "import { app } from 'electron'\napp()\n", 'never imports electron'],
  ['electron/engine/steps/a.ts', "import { serve } from '../../serve.ts'\nserve()\n", 'knows no host'],
  ['electron/engine/a2.ts', "import { ask } from '../cli/command.ts'\nask()\n", 'knows no host'],
  ['electron/engine/a3.ts', "import { a } from '../../renderer/a.ts'\na()\n", 'imports only shared/'],
  ['electron/engine/a4.ts', "import { ssh } from './machines/transports/ssh.ts'\nssh()\n", "their folder's index"],
  [
    'electron/engine/a5.ts',
    "import { orca } from '../../shared/programs/orca/orca.ts'\norca()\n",
    "their folder's index",
  ],
]

const ALLOWED: readonly (readonly [path: string, code: string])[] = [
  ['shared/a.ts', "export const day = new Date('2020-01-01').toISOString()\n"],
  ['shared/a2.ts', "export const at = Date.parse('2020-01-01') + Math.max(1, 2)\n"],
  ['shared/model/a.ts', "import { programs } from '../programs/index.ts'\nprograms()\n"],
  [
    'shared/programs/nwchem/a.ts',
    "import { b } from './deck.ts'\nimport type { P } from '../program.ts'\nb({} as P)\n",
  ],
  ['renderer/a.ts', "import { sh } from '../shared/sh.ts'\nsh()\n"],
  ['electron/main.ts', "import { app } from 'electron'\napp()\n"],
  ['electron/cli.ts', "import { engine } from './engine/engine.ts'\nengine(Date.now())\n"],
  ['electron/engine/a.ts', "import { readFile } from 'node:fs/promises'\nreadFile('x')\n"],
]

/** What the project's own rules say to some files: the messages by path. One process for all, as each takes a while. */
function lint(files: readonly (readonly [path: string, code: string, ...rest: unknown[]])[]): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'larmor-lint-'))
  try {
    for (const name of ['biome.json', '.gitignore', 'resources/lint']) {
      cpSync(name, join(folder, name), { recursive: true })
    }
    spawnSync('git', ['init', '-q', folder])
    for (const [path, code] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), code)
    }
    const biome = resolve('node_modules/@biomejs/biome/bin/biome')
    const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.']
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    const { diagnostics } = JSON.parse(stdout) as Report
    const said = new Map<string, string>()
    for (const { location, message, severity } of diagnostics) {
      const text = `${severity}: ${JSON.stringify(message)}`
      said.set(location.path, `${said.get(location.path) ?? ''}${text}\n`)
    }
    return said
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Report {
  readonly diagnostics: readonly {
    readonly severity: string
    readonly message: unknown
    readonly location: { readonly path: string }
  }[]
}

let refused: Map<string, string>
let allowed: Map<string, string>
beforeAll(() => {
  refused = lint(REFUSED)
  allowed = lint(ALLOWED)
})

test.each(REFUSED)('%s: %j is refused', (path, _, reason) => {
  expect(refused.get(path)).toContain('error')
  expect(refused.get(path)).toContain(reason)
})

test.each(ALLOWED)('%s: %j is allowed', path => {
  expect(allowed.get(path)).toBeUndefined()
})
