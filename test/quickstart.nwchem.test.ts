import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/**
 * Of `npm run quickstart -- --max-conformers 2` (2-butanol, draft, CDCl3) with NWChem 7.0.2: shift in ppm by nucleus and
 * atoms. Two conformers, as four take twice the time.
 */
const EXPECTED: readonly (readonly [nucleus: string, atoms: readonly number[], delta_ppm: number])[] = [
  ['1H', [6, 7, 8], 1.158],
  ['1H', [9], 4.017],
  ['1H', [10], 0.963],
  ['1H', [11], 1.57],
  ['1H', [12], 1.526],
  ['1H', [13, 14, 15], 1.071],
  ['13C', [1], 23.659],
  ['13C', [2], 71.366],
  ['13C', [4], 33.621],
  ['13C', [5], 12.342],
]
const TOLERANCE_PPM: Readonly<Record<string, number>> = { '1H': 0.05, '13C': 0.3 }

interface Shown {
  readonly run: string
  readonly state: string
  readonly conformers: readonly { readonly state: string; readonly weight: number | null }[]
  readonly shifts: readonly {
    readonly nucleus: string
    readonly atoms: readonly number[]
    readonly delta_ppm: number | null
  }[]
  readonly warnings: readonly string[]
}

let folder: string
let clone: string

/** What git would put into a fresh clone: no node_modules, nothing built. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'larmor-quickstart-'))
  clone = join(folder, 'clone')
  const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(existsSync)
  for (const file of files) {
    mkdirSync(dirname(join(clone, file)), { recursive: true })
    cpSync(file, join(clone, file))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

function quickstart(
  home: string,
  conformers: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { readonly printed: string; readonly shown: Shown } {
  const all = { ...process.env, ...env, LARMOR_HOME: join(folder, home) }
  const options = { cwd: clone, env: all, encoding: 'utf8' } as const
  try {
    const { status, stdout, stderr } = spawnSync(
      'npm',
      ['run', 'quickstart', '--', '--headless', ...conformers],
      options,
    )
    expect(status, stdout + stderr).toBe(0)
    const cli = (...args: string[]) =>
      JSON.parse(execFileSync(process.execPath, ['out/electron/cli.js', ...args, '--json'], options))
    const { runs } = cli('status')
    expect(runs).toHaveLength(1)
    return { printed: stdout, shown: cli('show', runs[0].run) }
  } finally {
    spawnSync(process.execPath, ['out/electron/cli.js', 'engine', 'stop'], options)
  }
}

test('from an empty clone to the shifts of 2-butanol', () => {
  const started = performance.now()
  const { printed, shown } = quickstart('home', ['--max-conformers', '2'])
  console.log(`the quickstart took ${((performance.now() - started) / 60_000).toFixed(1)} minutes`)
  expect(shown.state).toBe('completed')
  expect(shown.conformers.filter(({ state }) => state === 'nmr_complete').length).toBeGreaterThan(0)
  const found = shown.shifts.map(({ nucleus, atoms, delta_ppm }) => [nucleus, atoms, delta_ppm])
  console.log(JSON.stringify(found))
  for (const [nucleus, atoms, delta] of EXPECTED) {
    const shift = shown.shifts.find(other => other.nucleus === nucleus && String(other.atoms) === String(atoms))
    expect(shift, `${nucleus} of atoms ${atoms}`).toBeDefined()
    expect(Math.abs((shift?.delta_ppm ?? Number.NaN) - delta)).toBeLessThanOrEqual(TOLERANCE_PPM[nucleus] ?? 0)
    expect(printed).toContain((shift?.delta_ppm ?? Number.NaN).toFixed(2))
  }
  expect(shown.shifts).toHaveLength(EXPECTED.length)
}, 2_400_000)

test('without NWChem it shows the conformers, and says what is missing', () => {
  // The PATH as it is, less NWChem and what could install it.
  const path = join(folder, 'bin')
  mkdirSync(path)
  for (const from of (process.env.PATH ?? '').split(delimiter).filter(existsSync)) {
    for (const name of readdirSync(from)) {
      if (/nwchem|apt/.test(name) || existsSync(join(path, name))) continue
      symlinkSync(join(from, name), join(path, name))
    }
  }
  const { printed, shown } = quickstart('home-without', [], { PATH: path })
  expect(printed).toContain('Shieldings, and so shifts, need NWChem.')
  expect(shown.state).toBe('completed')
  expect(shown.shifts).toEqual([])
  expect(shown.conformers.filter(({ weight }) => weight !== null)).toHaveLength(4)
  expect(shown.warnings.join()).toContain('need NWChem')
}, 900_000)
