/**
 * `npm run quickstart`: from an empty clone to a spectrum. Installs what is missing, builds, runs the sample ensemble for
 * real, prints how it goes on and opens the page on it; `--headless` prints the shift table instead, `--max-conformers N`
 * computes fewer conformers than four, which takes less time.
 * No dependencies: it runs before node_modules exists.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { progressLines } from './progress-lines.mjs'
import { aptInstall, installNpmPackages, isDebian, isRoot, nodeTooOld, run } from './system-packages.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cli = join(root, 'out/electron/cli.js')
const SAMPLE = ['CC(O)CC', '--solvent', 'CDCl3', '--preset', 'draft', '--name', '2-butanol']

process.exitCode = await main(process.argv.slice(2))

async function main(args) {
  const given = parseGiven(args)
  if (given === null) return say(2, `unknown arguments ${args.join(' ')}; known: --headless, --max-conformers N`)
  const { headless, conformers } = given
  const tooOld = nodeTooOld(root)
  if (tooOld !== null) return say(2, tooOld)

  if (installNpmPackages(root) !== 0) return say(1, 'The npm packages could not be installed.')
  console.log('Building ...')
  if (run('npm', ['run', '--silent', 'build'], { cwd: root, shell: process.platform === 'win32' }) !== 0) {
    return say(1, 'The build failed.')
  }
  const program = installNwchem() ? 'nwchem' : 'none'
  if (program === 'none') {
    console.log('NWChem is not installed. The sample runs all the same, with the embedded force field:')
    console.log('conformers, energies and populations. Shieldings, and so shifts, need NWChem.')
  }

  const started = start(program, conformers)
  if (started === null) return 1
  console.log(
    `The run is ${started.run}. It goes on without this terminal; "npx larmor show ${started.run}" tells of it.`,
  )
  return headless ? follow(started.run) : openPage(started.run)
}

/** What was asked for, or null where it cannot be understood. */
function parseGiven(args) {
  const options = { headless: { type: 'boolean' }, 'max-conformers': { type: 'string' } }
  try {
    const { values } = parseArgs({ args, options })
    const conformers = Number(values['max-conformers'] ?? 4)
    return Number.isInteger(conformers) && conformers > 0 ? { headless: values.headless === true, conformers } : null
  } catch {
    return null
  }
}

/**
 * Starts the sample, or finds it: killed and started again, the quickstart goes on with its run, by the request id. Only
 * after one that ended badly is there another.
 */
function start(program, conformers, n = 1) {
  const chosen = program === 'none' ? ['--program', 'none'] : []
  const request = `quickstart-${program}-${conformers}-${n}`
  const started = larmorJson([
    'nmr',
    ...SAMPLE,
    ...chosen,
    '--max-conformers',
    String(conformers),
    '--request-id',
    request,
  ])
  if (started?.error) {
    // Another version of Larmor has started it, with other settings.
    if (started.error.field === 'request-id') return start(program, conformers, n + 1)
    console.error(`larmor nmr could not start the sample: ${started.error.message}`)
    return null
  }
  if (started === null || !['failed', 'cancelled', 'stopped'].includes(started.state)) return started
  console.log(`An earlier run, ${started.run}, is ${started.state}: starting another.`)
  return start(program, conformers, n + 1)
}

/** Whether NWChem is there; installs it where that takes nobody's password. */
function installNwchem() {
  if (isOnPath('nwchem')) return true
  const command = 'apt-get install -y --no-install-recommends nwchem'
  if (!isDebian()) console.log('To install NWChem: https://nwchemgit.github.io/Download.html')
  else if (!isRoot) console.log(`To install NWChem: sudo ${command}`)
  else {
    console.log(`Installing NWChem: ${command}`)
    if (aptInstall(['nwchem']) !== 0) console.log('NWChem could not be installed.')
  }
  return isOnPath('nwchem')
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => existsSync(join(folder, name)))
}

/** Prints how the run goes on, then what `larmor show` prints; returns the exit status of `wait`. */
async function follow(id) {
  const quiet = printProgress(id)
  const wait = larmor(['wait', id], 'pipe')
  let told = ''
  wait.stdout.setEncoding('utf8').on('data', text => {
    told += text
  })
  const code = await ended(wait)
  await quiet() // its last lines come before what the run came to
  process.stdout.write(told)
  return code
}

/** Prints how the run goes on until the returned function is called. */
function printProgress(id) {
  const lines = progressLines()
  const look = run => {
    const line = lines.look(run, Date.now())
    if (line !== null) console.log(line)
  }
  const watch = larmor(['status', id, '--watch', '--json'], 'pipe')
  createInterface({ input: watch.stdout }).on('line', line => look(JSON.parse(line).runs[0]))
  const over = ended(watch)
  const timer = setInterval(look, 1000, null)
  return async () => {
    clearInterval(timer)
    watch.kill('SIGINT')
    await over
  }
}

/** Serves the page and opens the browser on the run, until ctrl-C. */
async function openPage(id) {
  const serve = larmor(['serve', '--no-open', '--json'], 'pipe')
  const { openInBrowser } = await import(new URL('../out/electron/cli/open-in-browser.js', import.meta.url).href)
  createInterface({ input: serve.stdout }).once('line', line => {
    const address = `${JSON.parse(line).url}#/run/${encodeURIComponent(id)}`
    console.log(`The page: ${address}\nCtrl-C closes it; the run goes on.`)
    openInBrowser(address)
  })
  process.on('SIGINT', () => {}) // serve gets it, too, and ends in order
  const quiet = printProgress(id)
  const code = await ended(serve)
  await quiet()
  return code
}

function larmor(args, stdout) {
  return spawn(process.execPath, [cli, ...args], { stdio: ['inherit', stdout, 'inherit'] })
}

/** The document that a command prints, which may be an error; null after it was said that there is none. */
function larmorJson(args) {
  const options = { encoding: 'utf8', stdio: ['inherit', 'pipe', 'inherit'] }
  const { status, stdout } = spawnSync(process.execPath, [cli, ...args, '--json'], options)
  try {
    return JSON.parse(stdout)
  } catch {
    console.error(`larmor ${args.join(' ')} ended with exit status ${status}:\n${stdout}`)
    return null
  }
}

function ended(child) {
  return new Promise(resolve => child.on('close', code => resolve(code ?? 1)))
}

function say(code, text) {
  console.error(text)
  return code
}
