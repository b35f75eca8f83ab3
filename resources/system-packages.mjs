/**
 * What the quickstart and `npm test` share: npm packages and Debian packages, each installed only where it is missing.
 * No dependencies: both run before node_modules exists.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const POLICY = '/usr/sbin/policy-rc.d'

export const isRoot = process.getuid?.() === 0

/** Debian and Ubuntu, and what derives from them: apt is there and os-release says so. */
export function isDebian() {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/etc/os-release')) return false
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/** A sentence where this Node is too old, else null. package.json is the one place that says what is needed. */
export function nodeTooOld(root) {
  const needed = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '')
  const [needMajor, needMinor] = needed.split('.').map(Number)
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return null
  return `Larmor needs Node.js ${needed} or newer; this is ${process.versions.node}. Get a newer one from https://nodejs.org`
}

/** Runs a command with its output on our own; returns its exit code. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (error !== undefined) console.error(`${command}: ${error.message}`)
  return status ?? 1
}

/** Whether node_modules holds what the lockfile says; packages for other platforms may be absent. */
export function npmIsCurrent(root) {
  const wanted = readLock(join(root, 'package-lock.json'))
  const present = readLock(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === null || present === null) return false
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version,
  )
}

function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : null
}

/** Installs the npm packages of the lockfile where they are missing or of another version; returns an exit code. */
export function installNpmPackages(root) {
  if (npmIsCurrent(root)) return 0
  const install = existsSync(join(root, 'package-lock.json')) ? 'ci' : 'install'
  console.log(`npm ${install}: the npm packages are missing or outdated`)
  return run('npm', [install, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    shell: process.platform === 'win32',
  })
}

/** Those of the Debian packages that are not installed. */
export function missingPackages(packages) {
  return packages.filter(name => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f', `\${db:Status-Status}`, name], { encoding: 'utf8' })
    return stdout !== 'installed'
  })
}

/** Installs Debian packages without starting their daemons; returns apt's exit code. */
export function aptInstall(packages) {
  return aptGet(['update']) || aptGet(['install', '-y', '--no-install-recommends', ...packages])
}

/**
 * Runs apt-get, and keeps it from starting and stopping daemons: where no policy-rc.d forbids that, one is there for
 * the time being. (Without it, the removal of a service that does not run fails.)
 */
export function aptGet(args) {
  const ours = !existsSync(POLICY)
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return run('apt-get', ['-q', ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  } finally {
    if (ours) rmSync(POLICY)
  }
}
