/**
 * `npm test`: from an empty clone to a verdict. No dependencies: it runs before node_modules exists.
 * The last line is `N passed, N failed, N skipped`.
 */
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installNpmPackages, isDebian, isRoot, nodeTooOld, npmIsCurrent, run } from '../resources/system-packages.mjs'
import { missing } from './setup/groups.mjs'
import { summarize } from './setup/summary.mjs'
import { install, lacking } from './setup/testbed.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const flags = args.filter(arg => arg.startsWith('--'))
const filters = args.filter(arg => !arg.startsWith('--'))
const inCI = process.env.CI === 'true'

process.exitCode = main()

function main() {
  const unknown = flags.find(flag => !['--no-install', '--sweep'].includes(flag))
  if (unknown !== undefined) {
    console.error(`unknown argument ${unknown}; known: --no-install, --sweep, and parts of test file names`)
    return 2
  }
  const tooOld = nodeTooOld(root)
  if (tooOld !== null) {
    console.error(tooOld)
    return 2
  }
  const mayInstall = isDebian() && isRoot && !flags.includes('--no-install')
  for (const line of plan(mayInstall)) console.log(line)
  if (installNpmPackages(root) !== 0) return broken('npm packages could not be installed')
  // Where this fails, the groups are skipped below, each with its reason; in CI that is a failure.
  if (mayInstall && install() !== 0) console.error('not all Debian packages could be installed')
  if (run('npm', ['run', '--silent', 'build'], { cwd: root }) !== 0) return broken('the build failed')
  return runTests()
}

function plan(mayInstall) {
  const { packages, user } = mayInstall ? lacking() : { packages: [], user: null }
  return [
    'This will:',
    ...(npmIsCurrent(root) ? [] : ['- install the npm packages of package-lock.json into node_modules (npm ci)']),
    ...(packages.length > 0 ? [`- install these Debian packages, as you are root: ${packages.join(' ')}`] : []),
    ...(user === null ? [] : [`- add a test user named ${user}, as you are root`]),
    ...(packages.length > 0 || user !== null
      ? ['  (--no-install leaves these two out, `npm run testbed -- --remove` undoes them)']
      : []),
    '- build into out/, and run the tests',
  ]
}

function runTests() {
  const sweep = flags.includes('--sweep')
  const seed = process.env.LARMOR_SWEEP_SEED ?? String(randomInt(2 ** 31))
  console.log(`sweep: ${sweep ? 'every case' : 'a slice'}, LARMOR_SWEEP_SEED=${seed}`)
  const folder = mkdtempSync(join(tmpdir(), 'larmor-test-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  try {
    const code = run(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...(sweep ? ['.sweep.'] : filters)],
      { cwd: root, env: { ...process.env, LARMOR_SWEEP_SEED: seed, ...(sweep ? { LARMOR_SWEEP: 'full' } : {}) } },
    )
    const read = readReport(report)
    if (read === null) return broken('the tests could not be started')
    const { lines, failed } = summarize(read, { root, code, strict: inCI && filters.length === 0 && !sweep, missing })
    for (const line of lines) console.log(line)
    return failed === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

function broken(what) {
  console.log(`FAILED ${what}`)
  console.log('0 passed, 1 failed, 0 skipped')
  return 1
}
