/**
 * `npm run testbed`: installs the packages and the user that the tests with real daemons and programs need, starts a
 * real sshd and a real Slurm on 127.0.0.1, and prints the command that adds them to Larmor as a machine.
 * `npm run testbed -- --remove` ends them and undoes exactly what was done, by the records that it keeps. Debian and
 * Ubuntu, as root.
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { aptGet, aptInstall, isDebian, isRoot, missingPackages, run } from '../../resources/system-packages.mjs'
import { GROUPS, TEST_USER, userExists } from './groups.mjs'
import { RUNNING } from './running.mjs'

/** About this computer, not this clone: another clone can undo it. */
const RECORD = '/var/lib/larmor-testbed/added.json'

/** What the process that keeps the cluster says. */
const LOG = join(tmpdir(), 'larmor-testbed.log')

/** Packages and user that are not there yet. */
export function lacking() {
  return {
    packages: missingPackages([...new Set(GROUPS.flatMap(group => group.packages))]),
    user: userExists(TEST_USER) ? null : TEST_USER,
  }
}

/** Says what it adds, then adds it; returns an exit code. What was there before is left alone and not recorded. */
export function install() {
  const { packages, user } = lacking()
  if (packages.length > 0) {
    console.log(`Installing Debian packages: ${packages.join(' ')} (their services are not started)`)
    const before = { packages: installedPackages(), accounts: accounts() }
    const code = aptInstall(packages)
    const had = new Set(before.packages)
    const hadAccount = new Set(before.accounts)
    remember({
      packages: installedPackages().filter(name => !had.has(name)),
      accounts: accounts().filter(name => !hadAccount.has(name)),
    })
    if (code !== 0) return code
  }
  if (user !== null) {
    console.log(`Adding the test user ${user}`)
    remember({ users: [user] })
    const code = run('useradd', ['--create-home', '--shell', '/bin/bash', user])
    if (code !== 0) return code
    // An account without a password counts as locked, and sshd without PAM refuses it. Nobody learns this one.
    return spawnSync('chpasswd', { input: `${user}:${randomBytes(24).toString('base64url')}\n` }).status ?? 1
  }
  return 0
}

/** Takes away what the record says, and nothing else; returns an exit code. */
export function remove() {
  if (!existsSync(RECORD)) {
    console.log('Nothing to remove: npm test has installed nothing on this computer.')
    return 0
  }
  const record = read()
  for (const user of record.users.filter(userExists)) {
    console.log(`Removing the test user ${user} and its home`)
    const code = run('userdel', ['--remove', user])
    if (code !== 0) return code
  }
  const present = new Set(installedPackages())
  const packages = record.packages.filter(name => present.has(name))
  if (packages.length > 0) {
    const simulated = spawnSync('apt-get', ['purge', '-s', ...packages], { encoding: 'utf8' }).stdout
    const all = [...simulated.matchAll(/^Purg (\S+)|^Remv (\S+)/gm)].map(match => match[1] ?? match[2])
    const others = all.filter(name => !packages.some(ours => ours.split(':')[0] === name.split(':')[0]))
    if (others.length > 0) {
      console.error(`Other packages now need these: ${others.join(' ')}. Remove those first; no package was removed.`)
      return 1
    }
    console.log(`Removing Debian packages: ${packages.join(' ')}`)
    const code = aptGet(['purge', '-y', ...packages])
    if (code !== 0) return code
  }
  for (const account of record.accounts.filter(userExists)) {
    console.log(`Removing the system account ${account}`)
    const code = run('userdel', [account])
    if (code !== 0) return code
  }
  rmSync(dirname(RECORD), { recursive: true })
  return 0
}

/** The cluster that runs by now: started where none does. Null when it does not come about. */
async function start() {
  const before = running()
  if (before) return before
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const log = openSync(LOG, 'w')
  const keeper = spawn(process.execPath, ['test/run-ts.mjs', 'test/testbed/keep.ts'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', log, log],
  })
  keeper.unref()
  for (let waited = 0; waited < 120 && keeper.exitCode === null; waited++) {
    const now = running()
    if (now) return now
    await sleep(1000)
  }
  return null
}

function running() {
  if (!existsSync(RUNNING)) return null
  const { pid, add } = JSON.parse(readFileSync(RUNNING, 'utf8'))
  // Of a process that was killed, or of one that has its number by now, the file says nothing.
  const line = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : ''
  return line.includes('run-ts') || line.includes('bundle') ? { pid, add } : null
}

async function stop() {
  const now = running()
  if (now) {
    console.log('Ending the cluster')
    process.kill(now.pid, 'SIGTERM')
    while (existsSync(`/proc/${now.pid}`)) await sleep(200)
  }
  rmSync(RUNNING, { force: true })
  rmSync(LOG, { force: true })
}

async function startAndTell() {
  const code = install()
  if (code !== 0) return code
  const now = await start()
  if (!now) {
    console.error(`The cluster did not start: see ${LOG}`)
    return 1
  }
  console.log(
    `A cluster runs on 127.0.0.1. This adds it:\n\n  npx ${now.add}\n\nThis undoes all: npm run testbed -- --remove`,
  )
  return 0
}

function installedPackages() {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', `\${binary:Package} \${db:Status-Status}\n`], {
    encoding: 'utf8',
  })
  return stdout.split('\n').flatMap(line => (line.endsWith(' installed') ? [line.split(' ')[0]] : []))
}

function accounts() {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .flatMap(line => (line === '' ? [] : [line.split(':')[0]]))
}

function read() {
  const empty = { packages: [], accounts: [], users: [] }
  return existsSync(RECORD) ? { ...empty, ...JSON.parse(readFileSync(RECORD, 'utf8')) } : empty
}

function remember(added) {
  const record = read()
  for (const [key, names] of Object.entries(added)) record[key] = [...new Set([...record[key], ...names])]
  mkdirSync(dirname(RECORD), { recursive: true })
  writeFileSync(`${RECORD}.part`, `${JSON.stringify(record, null, 2)}\n`)
  renameSync(`${RECORD}.part`, RECORD)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const unknown = args.find(arg => arg !== '--remove')
  if (unknown !== undefined) {
    console.error(`unknown argument ${unknown}; known: --remove`)
    process.exitCode = 2
  } else if (!isDebian() || !isRoot) {
    console.error('npm run testbed installs packages and adds a user: it needs root, on Debian or Ubuntu.')
    process.exitCode = 2
  } else {
    if (args.includes('--remove')) await stop()
    process.exitCode = args.includes('--remove') ? remove() : await startAndTell()
  }
}
