/**
 * The groups of tests that need a real tool. A test file names its groups in its name, between dots:
 * `page.nwchem.chromium.test.ts` needs both. All other tests need nothing but Node.
 * No dependencies: `npm test` reads this before node_modules exists.
 */
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The user whom the test cluster runs jobs for. */
export const TEST_USER = 'chem'

export const SK_DUMMY = '/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so'

/** Where a program lies, or null; the system folders are searched also where they are not on the PATH. */
export function which(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  return folders.map(folder => join(folder, program)).find(existsSync) ?? null
}

export function userExists(name) {
  return (
    existsSync('/etc/passwd') &&
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .some(line => line.startsWith(`${name}:`))
  )
}

/** `requiredInCI`: a skip there is a failure. `packages` are Debian's names. `files` are wanted beside `programs`. */
export const GROUPS = [
  { name: 'nwchem', requiredInCI: true, programs: ['nwchem', 'mpirun'], packages: ['nwchem'], root: false },
  { name: 'xtb', requiredInCI: true, programs: ['xtb'], packages: ['xtb'], root: false },
  {
    name: 'sshd',
    requiredInCI: true,
    programs: ['sshd', 'ssh', 'ssh-keygen', 'tcsh', 'fish'],
    packages: ['openssh-server', 'openssh-client', 'tcsh', 'fish'],
    root: true,
  },
  {
    name: 'slurm',
    requiredInCI: true,
    programs: ['munged', 'slurmctld', 'slurmd', 'sbatch'],
    packages: ['munge', 'slurm-wlm'],
    root: true,
  },
  /** Slurm's accounting, for sacct. */
  {
    name: 'slurmdbd',
    requiredInCI: true,
    programs: ['slurmdbd', 'mariadbd', 'mariadb-install-db', 'mariadb', 'ip', 'nsenter', 'unshare', 'setpriv'],
    packages: ['slurmdbd', 'mariadb-server', 'iproute2', 'util-linux'],
    root: true,
  },
  /** A realm of its own on 127.0.0.1. */
  {
    name: 'kerberos',
    requiredInCI: true,
    programs: ['krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit', 'klist'],
    packages: ['krb5-kdc', 'krb5-admin-server', 'krb5-user'],
    root: true,
  },
  /** OpenSSH's own authenticator in software, with which it tests itself. */
  { name: 'fido', requiredInCI: true, programs: [], files: [SK_DUMMY], packages: ['openssh-tests'], root: true },
  { name: 'chromium', requiredInCI: true, programs: ['chromium'], packages: ['chromium'], root: false },
  /** Its binary is fetched from GitHub when Electron is first started (`npm start`), where that can be reached. */
  { name: 'electron', requiredInCI: false, programs: [], packages: [], root: false, lacks: noElectron },
  /** Slow on purpose: a seeded slice of it runs here, all of it with `npm run test:sweep`. */
  { name: 'sweep', requiredInCI: true, programs: [], packages: [], root: false },
]

function noElectron() {
  const electron = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'node_modules', 'electron')
  if (!existsSync(join(electron, 'path.txt'))) return "Electron's binary is not here"
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return null
  return 'there is no display (xvfb-run gives one)'
}

/** The groups that a test file belongs to. */
export function groupsOf(file) {
  const words = file.split('/').at(-1).split('.').slice(1)
  return GROUPS.filter(group => words.includes(group.name))
}

/** Why a group cannot run here, as a clause, or null when it can. */
export function missing(group) {
  const programs = group.programs.filter(program => which(program) === null)
  const files = (group.files ?? []).filter(file => !existsSync(file))
  if (programs.length + files.length > 0) return `not installed: ${[...programs, ...files].join(', ')}`
  if (group.lacks) return group.lacks()
  if (!group.root) return null
  if (process.getuid?.() !== 0) return 'only root can start daemons that act for another user'
  return userExists(TEST_USER) ? null : `there is no test user ${TEST_USER}`
}

/** The command that would make the group run. */
export function enablingCommand(group) {
  const root = process.getuid?.() === 0
  if (group.lacks) return 'npx install-electron, then xvfb-run npm test'
  if (which('apt-get') !== null) return root ? 'npm run testbed' : 'npm test, as root'
  const packages = group.packages.join(' ')
  return `install ${packages} with your system's package manager${group.root ? ', then run npm test as root' : ''}`
}
