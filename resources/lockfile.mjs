/**
 * `npm run lockfile`: brings package-lock.json in step with package.json, complete for every platform.
 * npm leaves out the builds for other platforms that the registry in use does not hold, and `npm ci` then refuses the
 * lockfile everywhere. Their versions are pinned by the packages that want them, so they can be written down; their
 * checksums cannot be known here and stay out until npm, with a full registry, adds them.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const PROCESSORS = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64']

const { status } = spawnSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
if (status !== 0) process.exit(status ?? 1)

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const present = new Set(Object.keys(lock.packages).map(path => path.split('node_modules/').at(-1)))
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const platform = present.has(name) || !/^\d+\.\d+\.\d+$/.test(version) ? null : platformOf(name)
    if (platform === null) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [platform.cpu],
      ...(parent.dev ? { dev: true } : {}),
      ...(platform.libc === null ? {} : { libc: [platform.libc] }),
      optional: true,
      os: [platform.os],
    }
    console.log(`added ${name} ${version} without a checksum`)
  }
}
const sorted = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'))
lock.packages = Object.fromEntries(sorted.map(path => [path, lock.packages[path]]))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)

/** By the customary name, e.g. @x/binding-linux-arm64-musl: the system, the processor, and on Linux the C library. */
function platformOf(name) {
  const os = SYSTEMS.find(system => name.includes(`-${system}-`))
  if (os === undefined) return null
  const rest = name.split(`-${os}-`)[1]
  const cpu = PROCESSORS.find(processor => rest.split('-')[0] === processor)
  if (cpu === undefined) return null
  return {
    os,
    cpu,
    libc: os !== 'linux' ? null : rest.includes('musl') ? 'musl' : rest.includes('gnu') ? 'glibc' : null,
  }
}
