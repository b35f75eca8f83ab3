import { execFileSync } from 'node:child_process'
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import * as documents from './documents.ts'
import { type Ended, newHome, run } from './larmor.ts'
import { problems } from './schema.ts'

const folder = await mkdtemp(join(tmpdir(), 'larmor-bad-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}
const quick = await file('quick.sh', 'echo done')

/**
 * For what starts no engine. Removed with the folder: of tests that run at the same time vitest does not know whose end
 * `onTestFinished` is to wait for.
 */
function untouchedHome(): Promise<string> {
  return mkdtemp(join(folder, 'home-'))
}

interface Fault {
  readonly code: string
  readonly message: string
  readonly field: string | null
  readonly hint: string | null
}

/** The fault of a refused command: told as promised, on both channels, in a sentence and without a stack. */
function faultOf(ended: Ended, exit: number): Fault {
  expect(ended.exit, ended.out + ended.err).toBe(exit)
  expect(problems(ended.json, documents.fault)).toEqual([])
  const { error } = ended.json
  expect(ended.err).toContain(error.message)
  expect(ended.err + ended.out).not.toMatch(/ {4}at .*:\d+:\d+/)
  return error
}

/** What a refused command leaves in a new data folder: nothing. */
async function refused(
  args: readonly string[],
  exit: number,
  { home, env = {} }: { readonly home?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Fault> {
  const at = home ?? (await untouchedHome())
  const fault = faultOf(await run([...args, '--json'], { home: at, env, cwd: folder }), exit)
  expect(await readdir(at)).toEqual([])
  return fault
}

describe('what no job can ask for', () => {
  test.concurrent.each([
    { args: ['--memory', '1e99'], field: 'memory', says: /no memory that a job can ask for/ },
    { args: ['--time', '9999:00'], field: 'time', says: /a year at most/ },
    { args: ['--machine', 'constructor'], field: 'machine', says: /no machine "constructor"/ },
  ])('$args', async ({ args, field, says }) => {
    const fault = await refused(['run', quick, '--program', 'command', ...args], 2)
    expect(fault).toMatchObject({ field, message: expect.stringMatching(says) })
  })
})

describe('a folder', () => {
  test('of a set with a link that leads nowhere, or a folder of the name of a structure, is refused by that name', async () => {
    const set = join(folder, 'set')
    await mkdir(set)
    await file('set/water.xyz', '3\n\nO 0 0 0\nH 0 0 0.96\nH 0 0.9 -0.2\n')
    await file('set/shifts.csv', 'molecule,atoms,delta_ppm\nwater,2 3,1.5\n')
    await symlink('/nowhere', join(set, 'a.xyz'))
    const start = ['campaign', 'start', 'set']
    expect(await refused(start, 2)).toMatchObject({ field: 'set', message: expect.stringContaining('set/a.xyz') })
    await rm(join(set, 'a.xyz'))
    await mkdir(join(set, 'a.xyz'))
    expect(await refused(start, 2)).toMatchObject({ field: 'set', message: expect.stringContaining('set/a.xyz') })
  })

  test('that is a job is sent with the files that its links lead to; a link that leads to none is left out and told, unless it is the input', async () => {
    await mkdir(join(folder, 'job'))
    await file('job/run.sh', 'cat data')
    await symlink('../quick.sh', join(folder, 'job', 'data'))
    const args = ['run', 'job', '--program', 'command']
    const decks = await run(['decks', ...args, '--json'], { home: await untouchedHome(), cwd: folder })
    expect(decks.json.jobs[0].files.map(({ name }: { name: string }) => name)).toContain('data')
    await symlink('..', join(folder, 'job', 'scratch'))
    await symlink('/nowhere', join(folder, 'job', 'gone'))
    const without = await run(['decks', ...args, '--json'], { home: await untouchedHome(), cwd: folder })
    expect(without.json.jobs).toEqual(decks.json.jobs)
    expect(without.json.warnings).toEqual([
      'gone: a link that leads to no file, not sent',
      'scratch: a link to a folder, not sent',
    ])
    await rm(join(folder, 'job', 'run.sh'))
    await symlink('/nowhere', join(folder, 'job', 'run.sh'))
    expect(await refused(args, 2)).toMatchObject({
      field: 'file',
      message: expect.stringContaining('job/run.sh is a link'),
    })
  })
})

describe('a molecule that cannot be', () => {
  test.concurrent.each([
    {
      what: 'a SMILES that does not parse says where',
      args: ['CC(O'],
      field: 'input',
      says: /C|position|bracket|parenth/i,
    },
    { what: 'a ring that is not closed', args: ['C1CC'], field: 'input', says: /ring|C1CC/i },
    { what: 'no 3D structure', args: ['C1=C=C=C1'], field: 'input', says: /3D/ },
    { what: 'odd electrons', args: ['[CH3]'], field: 'charge', says: /electron/ },
    { what: 'a charge against the formal charges', args: ['CC(=O)[O-]', '--charge', '0'], field: 'charge', says: /-1/ },
    { what: 'a multiplicity', args: ['CO', '--mult', '2'], field: 'mult', says: /shell/ },
    {
      what: 'a multiplicity that makes the electrons fit',
      args: ['[CH3]', '--mult', '2'],
      field: 'mult',
      says: /shell/,
    },
    { what: '300 atoms', args: ['C'.repeat(100)], field: 'input', says: /302/ },
    { what: 'no nucleus of those wanted', args: ['ClC(Cl)(Cl)Cl', '--nuclei', '1H'], field: 'nuclei', says: /1H/ },
  ])('$what', async ({ args, field, says }) => {
    const fault = await refused(['nmr', ...args], 2)
    expect(fault.field).toBe(field)
    expect(fault.message).toMatch(says)
  })
})

describe('a level that cannot be', () => {
  test.concurrent.each([
    { what: 'an unknown solvent', args: ['--solvent', 'beer'], field: 'solvent' },
    { what: 'an unknown basis', args: ['--basis', '6-31H'], field: 'basis' },
    { what: 'an unknown functional', args: ['--xc', 'B4LYP'], field: 'xc' },
    { what: 'a functional of another program', args: ['--xc', 'wB97X-D'], field: 'xc' },
    { what: 'an unknown preset', args: ['--preset', 'best'], field: 'preset' },
    { what: 'an unknown nucleus', args: ['--nuclei', '99Zz'], field: 'nuclei' },
    { what: 'too little memory', args: ['--memory', '10'], field: 'memory' },
    { what: 'no memory', args: ['--memory', '0'], field: 'memory' },
    { what: 'more ranks than cores', args: ['--ranks', String(availableParallelism() + 1)], field: 'ranks' },
    { what: 'no time', args: ['--time', '0:00'], field: 'time' },
    { what: 'a temperature below zero', args: ['--temperature', '-3'], field: 'temperature' },
    { what: 'no conformers', args: ['--max-conformers', '0'], field: 'max-conformers' },
    { what: 'a reference file that is not there', args: ['--reference', 'mine.json'], field: 'reference' },
  ])('$what', async ({ args, field }) => {
    const fault = await refused(['nmr', 'CO', ...args], 2)
    expect(fault.field).toBe(field)
    expect(fault.message).toContain(args[1])
  })

  test('an unknown solvent is refused for a single structure, too', async () => {
    const water = await file('water.xyz', '3\nwater\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n')
    const fault = await refused(['run', water, '--program', 'nwchem', '--solvent', 'beer'], 2)
    expect(fault.field).toBe('solvent')
    expect((await refused(['run', water, '--program', 'nwchem', '--keywords', 'B4LYP'], 2)).message).toContain('B4LYP')
  })
})

describe('a file that cannot be', () => {
  test.concurrent.each([
    { what: 'is missing', name: 'nowhere.xyz', text: null },
    { what: 'is empty', name: 'empty.xyz', text: '' },
    { what: 'is cut', name: 'cut.xyz', text: '3\nwater\nO 0 0 0\nH 0.76 0.5' },
    { what: 'counts wrongly', name: 'count.xyz', text: 'three\nwater\nO 0 0 0\n' },
    { what: 'has no numbers', name: 'numbers.xyz', text: '2\n\nH 0 0 zero\nH 0 0 0.74\n' },
    { what: 'names no element', name: 'element.xyz', text: '2\n\nH 0 0 0\nQq 0 0 0.74\n' },
    { what: 'is cut in its second frame', name: 'frame.xyz', text: '2\n\nH 0 0 0\nH 0 0 0.74\n2\n\nH 0 0 0\n' },
    { what: 'is two molecules', name: 'two.xyz', text: '2\n\nH 0 0 0\nH 0 0 0.74\n2\n\nH 0 0 0\nF 0 0 0.92\n' },
    { what: 'is no mol file', name: 'cut.mol', text: 'title\n\n\n  3  2  0  0  0  0  0  0  0  0999 V2000\n    0.0' },
    { what: 'is an empty sdf', name: 'empty.sdf', text: '\n' },
  ])('an nmr input $what', async ({ name, text }) => {
    const path = text === null ? name : await file(name, text)
    const fault = await refused(['nmr', path], 2)
    expect(fault.field).toBe('input')
    expect(fault.message).not.toBe('')
  })

  test.concurrent.each([
    { what: 'is missing', name: 'nowhere.nw', text: null },
    { what: 'is empty', name: 'empty.nw', text: '' },
    { what: 'is no text', name: 'binary.nw', text: '\xff\xfe\0' },
    { what: 'is a cut xyz', name: 'cut2.xyz', text: '3\nwater\nO 0 0' },
  ])('a file to run $what', async ({ name, text }) => {
    if (text !== null) await writeFile(join(folder, name), text, 'latin1')
    const fault = await refused(['run', name, '--program', 'nwchem'], 2)
    expect(fault.message).not.toBe('')
  })

  test.concurrent.each(['nwchem', 'xtb'])('two atoms in one place, for %s', async program => {
    const path = await file('clash.xyz', '3\n\nO 0 0 0\nH 0 0 0.96\nC 0 0.1 0.96\n')
    const fault = await refused(['run', path, '--program', program], 2)
    expect(fault).toMatchObject({ field: 'geometry' })
    expect(fault.message).toContain('Atoms 2 (H) and 3 (C) of the structure are on top of each other')
  })

  test('a folder without a deck, or with two', async () => {
    await mkdir(join(folder, 'none'))
    expect((await refused(['run', 'none', '--program', 'command'], 2)).message).toContain('empty')
    await mkdir(join(folder, 'hollow'))
    await writeFile(join(folder, 'hollow', 'run.sh'), '')
    await writeFile(join(folder, 'hollow', 'data'), 'x')
    expect((await refused(['run', 'hollow', '--program', 'command'], 2)).message).toContain('run.sh is empty')
    await mkdir(join(folder, 'two'))
    for (const name of ['a.nw', 'b.nw']) await writeFile(join(folder, 'two', name), 'title x\n')
    expect((await refused(['run', 'two', '--program', 'nwchem'], 2)).message).toContain('2 files')
  })
})

test.each(['CB(O)O', 'C[Se]C'])(
  '%s: an element that the force field does not know falls back, and says so',
  async smiles => {
    const home = await newHome()
    const ended = await run(['nmr', smiles, '--program', 'none', '--wait', '--json'], { home })
    expect(ended.exit, ended.out + ended.err).toBe(0)
    expect(ended.json.state).toBe('completed')
    expect(ended.json.conformers.length).toBeGreaterThan(0)
    expect(ended.json.warnings.join('\n')).toMatch(/force field/)
  },
)

describe('a folder that cannot be used', () => {
  test('LARMOR_HOME is a file', async () => {
    const home = await file('a-file', '')
    for (const args of [['nmr', 'CO'], ['status'], ['engine', 'start'], ['run', quick, '--program', 'command']]) {
      const fault = faultOf(await run([...args, '--json'], { home, cwd: folder }), 3)
      expect(fault.message).toContain(home)
    }
  })

  test('LARMOR_HOME cannot be made', async () => {
    // /proc takes no new folders, not even root's.
    const fault = faultOf(await run(['nmr', 'CO', '--json'], { home: '/proc/larmor' }), 3)
    expect(fault.message).toContain('/proc/larmor')
  })

  test('LARMOR_HOME cannot be written', async ({ skip }) => {
    const home = await newHome()
    if (!(await readOnly(home))) skip('nothing is read-only for this user: root, and no chattr')
    const fault = faultOf(await run(['nmr', 'CO', '--json'], { home }), 3)
    expect(fault.message).toContain(home)
    expect(await readdir(home)).toEqual([])
    expect((await run(['status', '--json'], { home })).exit).toBe(0)
  })

  test('--out cannot be written', async () => {
    const home = await newHome()
    const { json } = await run(['nmr', 'CO', '--program', 'none', '--wait', '--json'], { home })
    for (const out of ['/proc/ensemble.xyz', join(folder, 'no', 'such', 'folder.xyz'), folder]) {
      const fault = faultOf(await run(['export', json.run, '--format', 'xyz', '--out', out, '--json'], { home }), 3)
      expect(fault).toMatchObject({ field: 'out' })
      expect(fault.message).toContain(out)
    }
  })
})

/** Makes a folder read-only, for root by the file system's own flag; whether that was possible. */
async function readOnly(path: string): Promise<boolean> {
  await chmod(path, 0o500)
  onTestFinished(() => chmod(path, 0o700))
  if (process.getuid?.() !== 0) return true
  try {
    execFileSync('chattr', ['+i', path], { stdio: 'pipe' })
    onTestFinished(() => void execFileSync('chattr', ['-i', path]))
    return true
  } catch {
    return false
  }
}

describe('an engine that is somewhere else', () => {
  const elsewhere = {
    pid: 4711,
    start: '1',
    boot_id: '00000000-0000-4000-8000-000000000000',
    pid_namespace: 'pid:[1]',
    host: `not-${hostname()}`,
    version: '0.1.0',
    started: '2026-01-01T00:00:00.000Z',
    socket: '/nowhere/engine.sock',
    url: null,
    token: 'a-token',
  }

  test('its lock is respected, and what it writes can be read', async () => {
    const home = await newHome()
    const first = await run(['run', quick, '--program', 'command', '--wait', '--json'], { home })
    await run(['engine', 'stop'], { home })
    const lock = `${JSON.stringify({ ...elsewhere, home })}\n`
    await writeFile(join(home, 'engine.json'), lock)
    const before = (await run(['events', '--json'], { home })).out
    for (const args of [
      ['nmr', 'CO'],
      ['run', quick, '--program', 'command'],
      ['cancel', first.json.run],
      ['resubmit', first.json.run],
      ['engine', 'start'],
      ['serve', '--port', '0', '--no-open'],
    ]) {
      const ended = await run([...args, '--json'], { home, cwd: folder })
      if (args[0] === 'resubmit') continue // nothing of it failed: there is nothing to send
      expect(faultOf(ended, 3).message).toContain(elsewhere.host)
    }
    expect((await run(['show', first.json.run, '--json'], { home })).json.state).toBe('completed')
    expect((await run(['events', '--json'], { home })).out).toBe(before)
    expect(await readFile(join(home, 'engine.json'), 'utf8')).toBe(lock)
    await rm(join(home, 'engine.json'))
  })

  test('status and doctor do not call it none', async () => {
    const home = await newHome()
    await writeFile(join(home, 'engine.json'), `${JSON.stringify({ ...elsewhere, home })}\n`)
    for (const args of [['status'], ['doctor']]) {
      expect((await run(args, { home })).out).toContain(elsewhere.host)
    }
    expect((await run(['engine', 'status'], { home })).out).toContain(elsewhere.host)
    await rm(join(home, 'engine.json'))
  })

  test('an engine.json that nobody can read', async () => {
    const home = await newHome()
    await writeFile(join(home, 'engine.json'), 'half of it {')
    expect(faultOf(await run(['nmr', 'CO', '--json'], { home }), 3).message).toContain('engine.json')
    expect(await readFile(join(home, 'engine.json'), 'utf8')).toBe('half of it {')
    await rm(join(home, 'engine.json'))
  })
})

test('a port in use', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await new Promise(resolve => taken.once('listening', resolve))
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const fault = await refused(['serve', '--port', String(port), '--no-open'], 3)
  expect(fault).toMatchObject({ field: 'port' })
  expect(fault.message).toContain(String(port))
})

test('a half-written line that was cut off the journal is told by doctor, long after', async () => {
  const home = await newHome()
  await run(['run', quick, '--program', 'command', '--wait', '--json'], { home })
  await run(['engine', 'stop'], { home })
  const [segment = ''] = await readdir(join(home, 'journal'))
  await appendFile(join(home, 'journal', segment), '{"crc":"0000')
  expect((await run(['doctor'], { home })).out).toContain('only half written')
  await run(['engine', 'start'], { home })
  await run(['engine', 'stop'], { home })
  expect((await run(['doctor'], { home })).out).toMatch(/1 half-written .*\.torn-/)
  await rm(home, { recursive: true })
})

test('a journal of a newer Larmor is left as it is', async () => {
  const home = await newHome()
  await run(['run', quick, '--program', 'command', '--wait', '--json'], { home })
  await run(['engine', 'stop'], { home })
  await rm(join(home, 'snapshot.json'), { force: true })
  const [segment = ''] = await readdir(join(home, 'journal'))
  const path = join(home, 'journal', segment)
  const event = { seq: 1, at: '2030-01-01T00:00:00.000Z', v: 999, type: 'run.dreamt', run: 'rnewer' }
  const text = `${JSON.stringify({ events: [event] })}\n`
  await writeFile(path, text)
  for (const args of [['status'], ['show', 'r'], ['nmr', 'CO'], ['engine', 'start'], ['events']]) {
    const fault = faultOf(await run([...args, '--json'], { home }), 3)
    expect(fault.message).toMatch(/newer/)
  }
  expect((await run(['doctor'], { home })).out).toMatch(/newer/)
  expect(await readFile(path, 'utf8')).toBe(text)
  expect(await readdir(join(home, 'journal'))).toEqual([segment])
  await rm(home, { recursive: true })
})

describe('NWChem is not installed', () => {
  // node itself, and what the scripts need, but no folder that has nwchem.
  const env = { PATH: join(folder, 'bin') }

  test('shieldings are refused, the force field works', async () => {
    await mkdir(env.PATH, { recursive: true })
    for (const name of TOOLS) linkTool(name, env.PATH)
    const fault = await refused(['nmr', 'CO'], 3, { env })
    expect(fault.message).toContain('NWChem')
    expect(fault.hint).toMatch(/nwchem.*--program none/)
    const deck = await file('deck.nw', 'title x\n')
    expect((await refused(['run', deck, '--program', 'nwchem'], 3, { env })).hint).toContain('nwchem')
    const home = await newHome()
    const ended = await run(['nmr', 'CO', '--program', 'none', '--wait', '--json'], { home, env })
    expect(ended.exit, ended.out + ended.err).toBe(0)
    expect(ended.json.warnings.join('\n')).toContain('NWChem')
    expect((await run(['doctor'], { home, env })).out).toMatch(/nwchem +missing/)
  })
})

const TOOLS = [
  'sh',
  'tar',
  'mkdir',
  'cat',
  'mv',
  'rm',
  'sed',
  'date',
  'getconf',
  'uname',
  'ls',
  'tr',
  'head',
  'ln',
  'cut',
  'ps',
  'sha256sum',
  'setsid',
  'find',
  'sort',
  'sleep',
  'cmp',
  'id',
  'chmod',
  'env',
  'perl',
  'wc',
  'touch',
  'dirname',
  'basename',
  'kill',
  'grep',
  'awk',
  'printf',
  'test',
  'true',
  'nohup',
  'readlink',
]

function linkTool(name: string, into: string): void {
  execFileSync('sh', [
    '-c',
    `path=$(command -v ${name}) && case $path in /*) ln -sf "$path" '${into}/${name}' ;; esac || true`,
  ])
}
