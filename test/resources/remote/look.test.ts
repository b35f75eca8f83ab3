import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../../electron/engine/machines/remote-agent.ts'
import { until } from '../../until.ts'
import { type Box, newBox, SHELLS, sha256, tarOf } from './box.ts'

const a = { label: 'r1.a.1', script: 'echo a >>"$LOG"; echo out; echo err >&2' }
const kinds = (answers: readonly Answer[]) => answers.map(({ word, fields }) => [word, ...fields].join(' ').trim())

async function ran(box: Box, ...labels: readonly string[]): Promise<void> {
  await box.start(...labels.map(label => ({ ...a, label })))
  for (const label of labels)
    await until(`the end of ${label}`, () => existsSync(join(box.work, 'spool', `${label}.ended`)))
}

describe.each(SHELLS)('reports (%s)', shell => {
  test('are told from the spool until they were seen, and from the folder for ever', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    const answers = await box.ask('look')
    expect(kinds(answers)).toEqual([
      `spooled ${a.label}.began`,
      `report ${a.label} began`,
      `spooled ${a.label}.ended`,
      `report ${a.label} ended`,
    ])
    expect(`${answers.at(-1)?.text.trimEnd()}\n`).toBe(box.read('jobs', a.label, 'report.ended'))
    expect(kinds(await box.ask('look'))).toEqual(kinds(answers))
    await box.ask('seen', [`${a.label}.began`, `${a.label}.ended`])
    expect(kinds(await box.ask('look'))).toEqual([])
    expect(kinds(await box.ask('look', [a.label]))).toEqual([
      `report ${a.label} began`,
      `report ${a.label} ended`,
      `folder ${a.label} report.ended run.lock submit.lock submit.out`,
    ])
  })

  test('of a label without a folder, or of no label, there are none', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    await box.ask('seen', [`${a.label}.began`, `${a.label}.ended`])
    expect(kinds(await box.ask('look', ['r1.none.1', '../spool', '..', '-l', 'a b', 'x\ny', '']))).toEqual([
      'folder r1.none.1',
    ])
  })

  test('names in the spool that are none are passed over, and lead nowhere', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    const outside = join(box.work, 'report.ended')
    writeFileSync(outside, 'larmor-report 1\n')
    const hostile = [
      'a b.ended',
      'new\nline.ended',
      '$(id).ended',
      '`id`.ended',
      "it's.ended",
      'x.ended.part',
      '*.ended',
      'ünï.ended',
      'tab\there.ended',
    ]
    for (const name of hostile) writeFileSync(join(box.work, 'spool', name), '')
    for (const name of ['...ended', '..ended', '-n.ended', '1x.ended', 'nodot', `${a.label}.other`, '.hidden'])
      writeFileSync(join(box.work, 'spool', name), '')
    mkdirSync(join(box.work, 'spool', 'folder.ended'))
    symlinkSync(outside, join(box.work, 'spool', 'r1.link.1.ended'))
    const answers = await box.ask('look')
    const reports = answers.filter(({ word }) => word === 'report')
    expect(kinds(reports)).toEqual([`report ${a.label} began`, `report ${a.label} ended`])
    const spooled = answers.filter(({ word }) => word === 'spooled').map(({ fields }) => fields[0])
    expect(spooled.filter(name => name && hostile.includes(name))).toEqual([])
    expect((await box.call('seen', spooled.map(String))).exit).toBe(0)
    expect(existsSync(outside)).toBe(true)
    expect(existsSync(join(box.work, 'spool', 'folder.ended'))).toBe(true)
  })

  test('a report that is a link, or somewhere else, is none', async () => {
    const box = newBox(shell)
    await box.stage(a)
    writeFileSync(join(box.work, 'secret'), 'larmor-report 1\nsecret\n')
    symlinkSync(join(box.work, 'secret'), join(box.work, 'jobs', a.label, 'report.ended'))
    expect((await box.ask('look', [a.label])).filter(({ word }) => word === 'report')).toEqual([])
  })

  test('a report cannot speak for another, however it is written', async () => {
    const box = newBox(shell)
    await box.stage(a)
    writeFileSync(
      join(box.work, 'jobs', a.label, 'report.ended'),
      'larmor-report 1\nreport\tr1.other.1\tended\n| x\n! y\nno end',
    )
    const answers = await box.ask('look', [a.label])
    expect(kinds(answers)).toEqual([`report ${a.label} ended`, `folder ${a.label} report.ended`])
    expect(answers[0]?.text).toBe('larmor-report 1\nreport\tr1.other.1\tended\n| x\n! y\nno end')
  })

  test('a report of megabytes is cut', async () => {
    const box = newBox(shell)
    await box.stage(a)
    writeFileSync(join(box.work, 'jobs', a.label, 'report.ended'), `larmor-report 1\n${'x'.repeat(3 << 20)}`)
    const [answer] = await box.ask('look', [a.label])
    expect(answer?.text.length).toBe(65_536)
  })

  test('seen removes names of the spool and nothing else', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    await box.call('seen', [
      '../agent.sh',
      '../jobs',
      '..',
      '.',
      '',
      '-rf',
      '/etc/passwd',
      `../jobs/${a.label}/report.ended`,
    ])
    expect(existsSync(box.agent)).toBe(true)
    expect(box.report(a.label)).not.toBeNull()
    expect(readdirSync(join(box.work, 'spool'))).toHaveLength(2)
  })
})

/** What pack sends, by name; contents as text. */
async function unpack(box: Box, ...labels: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { exit, out, err } = await box.call('pack', labels)
  if (exit !== 0) throw new Error(`pack exited with ${exit}: ${err}`)
  const files = new Map<string, string>()
  const tar = extract()
  Readable.from([Buffer.from(out, 'latin1')]).pipe(tar)
  for await (const entry of tar) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    expect(entry.header.type).toBe('file')
    files.set(entry.header.name, Buffer.concat(chunks).toString('latin1'))
  }
  return files
}

describe.each(SHELLS)('pack (%s)', shell => {
  test('sends what came out, and first the sums by which all of it can be told', async () => {
    const box = newBox(shell)
    await ran(box, a.label, 'r1.b.1')
    const files = await unpack(box, a.label, 'r1.b.1')
    for (const label of [a.label, 'r1.b.1']) {
      const names = [...files.keys()]
        .filter(name => name.startsWith(`${label}/`))
        .map(name => name.slice(label.length + 1))
      expect(names[0]).toBe('fetch.sha256')
      expect(names.slice(1).toSorted()).toEqual([
        'SHA256SUMS',
        'job.sh',
        'output.txt',
        'program.sh',
        'report.began',
        'report.ended',
        'restart.txt',
        'run.lock',
        'run.sh',
        'scratch.txt',
        'stderr.txt',
        'submit.out',
        'submit.sh',
        'submit.stderr',
        'submit.stdout',
      ])
      const sums = names
        .slice(1)
        .map(name => `${sha256(Buffer.from(files.get(`${label}/${name}`) ?? '', 'latin1'))}  ./${name}\n`)
      expect(
        files
          .get(`${label}/fetch.sha256`)
          ?.split(/(?<=\n)/)
          .toSorted(),
      ).toEqual(sums.toSorted())
      expect(files.get(`${label}/output.txt`)).toBe('out\n')
      expect(files.get(`${label}/stderr.txt`)).toBe('err\n')
    }
    expect(await unpack(box, a.label, 'r1.b.1')).toEqual(files)
  })

  test('leaves links, folders, scratch, hidden and strange names where they are', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    const folder = join(box.work, 'jobs', a.label)
    const plain = ['a b.txt', 'c=1,d+e@f.out', 'x_y-z.log', 'scratch']
    const strange = [
      '-rf',
      '.hidden',
      'new\nline',
      'ta\tb',
      'quo"te',
      "it's",
      'back\\slash',
      'semi;colon',
      '$(id)',
      'st*r',
      'µ.out',
      'a\x01b',
    ]
    const scratch = ['mol.db', 'mol.movecs', 'tmp.1']
    for (const name of [...plain, ...strange, ...scratch]) writeFileSync(join(folder, name), name)
    writeFileSync(join(folder, 'scratch.txt'), '*.db\n*.movecs\ntmp.[0-9]\n')
    symlinkSync('/etc/passwd', join(folder, 'link'))
    symlinkSync('output.txt', join(folder, 'inner'))
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'sub', 'file'), '')
    await box.run('mkfifo', [join(folder, 'pipe')])
    const names = new Set([...(await unpack(box, a.label)).keys()].map(name => name.slice(a.label.length + 1)))
    for (const name of plain) expect(names).toContain(name)
    for (const name of [...strange, ...scratch, 'link', 'inner', 'sub', 'file', 'sub/file', 'pipe'])
      expect(names).not.toContain(name)
  })

  test('what is left behind is told, and its folder is not removed as long as it is there', async () => {
    const box = newBox(shell)
    await ran(box, a.label, 'r1.b.1')
    const folder = join(box.work, 'jobs', a.label)
    const [sub, hidden] = [join(folder, 'sub', 'deep er'), join(folder, '.cache')]
    for (const each of [sub, hidden]) mkdirSync(each, { recursive: true })
    const left = ['a(1).out', 'sub/deep er/result', 'sub/mol.movecs.old', 'µ.out', ' blank', '.state', '.cache/x.part']
    const useless = ['mol.db', 'sub/mol.db', 'mol.movecs', 'sub/mol.movecs', 'submit.lock.7', '.nfs01', '.a.part']
    for (const name of [...left, ...useless]) writeFileSync(join(folder, name), name)
    writeFileSync(join(folder, '.xtboptok'), '') // a mark, as xtb leaves it
    writeFileSync(join(folder, 'scratch.txt'), '*.db\n')
    writeFileSync(join(folder, 'restart.txt'), '*.movecs\n')
    symlinkSync('output.txt', join(folder, 'a(2).out'))
    const told = async () => {
      const list = (await unpack(box, a.label)).get(`${a.label}/not-fetched.txt`)
      return list && Buffer.from(list, 'latin1').toString('utf8').trimEnd().split('\n').toSorted()
    }
    expect(await told()).toEqual(left.toSorted())
    expect(await told()).toEqual(left.toSorted())
    expect([...(await unpack(box, 'r1.b.1')).keys()]).not.toContain('r1.b.1/not-fetched.txt')
    const answers = await box.ask('clean', [a.label, 'r1.b.1'])
    expect(kinds(answers)).toEqual([`kept ${a.label}`, 'cleaned r1.b.1'])
    expect(answers[0]?.text.split('\n').toSorted()).toEqual(left.toSorted())
    for (const name of left) expect(readFileSync(join(folder, name), 'utf8')).toBe(name)
    for (const name of left) rmSync(join(folder, name))
    expect(kinds(await box.ask('clean', [a.label]))).toEqual([`cleaned ${a.label}`])
    expect(existsSync(folder)).toBe(false)
  })

  test('what a job goes on writing after it was fetched keeps its folder, and that is why', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    const folder = join(box.work, 'jobs', a.label)
    writeFileSync(join(folder, 'grows.log'), 'begun\n')
    writeFileSync(join(folder, 'same.log'), 'from a node whose clock is ahead\n')
    const before = new Date(Date.now() - 10_000) // a file system may tell whole seconds only
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), before, before)
    await unpack(box, a.label)
    utimesSync(join(folder, 'fetch.sha256'), before, before)
    writeFileSync(join(folder, 'grows.log'), 'begun\nand gone on\n')
    writeFileSync(join(folder, 'new.log'), 'new\n')
    utimesSync(join(folder, 'same.log'), new Date(), new Date())
    const [answer, another] = await box.ask('clean', [a.label])
    expect([answer?.word, another]).toEqual(['kept', undefined])
    expect(answer?.text.split('\n').toSorted()).toEqual(['grows.log (written after it was fetched)', 'new.log'])
    expect(readFileSync(join(folder, 'grows.log'), 'utf8')).toBe('begun\nand gone on\n')
    // Fetched once more, it is all here.
    await unpack(box, a.label)
    expect(kinds(await box.ask('clean', [a.label]))).toEqual([`cleaned ${a.label}`])
  })

  test('what was sent into a folder is left there unless the job has changed it', async () => {
    const box = newBox(shell)
    const files = [...box.files(a), { name: 'basis/s(1).bas', text: 'sent' }, { name: 'in(1).dat', text: 'sent' }]
    await box.ask('stage', [], { stdin: await tarOf([[a.label, files]]) })
    await box.ask('submit', [a.label])
    await until('its end', () => existsSync(join(box.work, 'spool', `${a.label}.ended`)))
    const told = async () => (await unpack(box, a.label)).get(`${a.label}/not-fetched.txt`)
    expect(await told()).toBeUndefined()
    writeFileSync(join(box.work, 'jobs', a.label, 'basis', 's(1).bas'), 'changed')
    expect(await told()).toBe('basis/s(1).bas\n')
  })

  test('files to restart with come along where the program did not end well, unless they are big', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    const folder = join(box.work, 'jobs', a.label)
    writeFileSync(join(folder, 'restart.txt'), '*.movecs\n')
    writeFileSync(join(folder, 'mol.movecs'), Buffer.from([0, 255, 10, 13]))
    writeFileSync(join(folder, 'big.movecs'), '')
    truncateSync(join(folder, 'big.movecs'), 64 * 1024 * 1024 + 1)
    const restarts = async () => {
      const files = await unpack(box, a.label)
      return [...files].flatMap(([name, text]) => (name.endsWith('.movecs') ? [[name, text]] : []))
    }
    expect(await restarts()).toEqual([])
    const ended = join(folder, 'report.ended')
    writeFileSync(ended, readFileSync(ended, 'utf8').replace('exit=0\n', 'exit=137\n'))
    expect(await restarts()).toEqual([[`${a.label}/mol.movecs`, '\0\xff\n\r']])
    rmSync(ended)
    expect(await restarts()).toHaveLength(1)
  })

  test('of what is not there it sends nothing, and of names that are no labels neither', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    expect((await unpack(box, 'r1.none.1', '..', '../spool', '-C', '', 'a b')).size).toBe(0)
    expect((await unpack(box, 'r1.none.1', a.label)).size).toBeGreaterThan(5)
  })

  test('a file that grows meanwhile spoils nothing else, and its own sum tells', async () => {
    const box = newBox(shell)
    await ran(box, a.label)
    const growing = join(box.work, 'jobs', a.label, 'growing')
    writeFileSync(growing, 'x'.repeat(1000))
    // It grows after the sums were made, as a program would that outlived its job.
    box.shim('tar', `echo more >>'${growing}'; exec "$REAL" "$@"`)
    const files = await unpack(box, a.label)
    const sums = files.get(`${a.label}/fetch.sha256`) ?? ''
    const sumOf = (name: string) => sha256(Buffer.from(files.get(`${a.label}/${name}`) ?? '', 'latin1'))
    expect(sums).toContain(`${sumOf('output.txt')}  ./output.txt\n`)
    expect(sums).not.toContain(sumOf('growing'))
    expect(sums).toContain('  ./growing\n')
  })

  test.each(['pack', 'sums'])(
    'where its disk takes no more, %s fails and says why: not that there is less',
    async verb => {
      const box = newBox(shell)
      await ran(box, a.label)
      const full = `trap '' XFSZ; ulimit -f 0; exec sh "$0" "$@"`
      const { exit, out, err } = await box.run('sh', ['-c', full, box.agent, verb, a.label])
      expect(exit).not.toBe(0)
      expect(out).toBe('')
      expect(err).toMatch(/File too large|I\/O error/)
      expect((await unpack(box, a.label)).get(`${a.label}/fetch.sha256`)).toContain('  ./output.txt\n')
    },
  )

  test.each([
    ['does not begin', 127, 'tar: error while loading shared libraries: libacl.so.1: No such file or directory'],
    ['fails', 2, 'tar: -: Cannot write: Input/output error'],
  ])('a tar that %s is no file that has gone away', async (_, code, says) => {
    const box = newBox(shell)
    await ran(box, a.label)
    box.shim('tar', `echo '${says}' >&2; exit ${code}`)
    const { exit, err } = await box.call('pack', [a.label])
    expect(exit).not.toBe(0)
    expect(err).toContain(says)
  })
})

describe.each(SHELLS)('tail (%s)', shell => {
  test('gives a growing file from a byte on, 1 MB at most', async () => {
    const box = newBox(shell)
    await box.stage(a)
    const text = Array.from({ length: 300_000 }, (_, i) => `${i % 10}`).join('')
    writeFileSync(join(box.work, 'jobs', a.label, 'output.txt'), text.repeat(5))
    const tail = async (offset: number) => (await box.call('tail', [a.label, 'output.txt', String(offset)])).out
    expect(await tail(0)).toBe(text.repeat(5).slice(0, 1 << 20))
    expect(await tail(1_499_990)).toBe(text.slice(-10))
    expect(await tail(1_500_000)).toBe('')
    expect(await tail(9_999_999)).toBe('')
  })

  test.each([
    [a.label, '../../agent.sh'],
    [a.label, '/etc/passwd'],
    [a.label, '..'],
    ['../..', 'agent.sh'],
    ['r1.none.1', 'output.txt'],
    [a.label, 'none'],
  ])('of %s %s there is nothing', async (label, file) => {
    const box = newBox(shell)
    await box.stage(a)
    expect((await box.call('tail', [label, file, '0'])).out).toBe('')
  })
})

describe.each(SHELLS)('probe (%s)', shell => {
  test('says what the machine is, and which programs are there', async () => {
    const box = newBox(shell)
    const answers = await box.ask('probe', ['sh', 'no-such-program', 'cat'])
    const words = new Map(answers.map(({ word, fields }) => [word, fields]))
    expect(words.get('work')).toEqual([box.work])
    expect(Number(words.get('cores')?.[0])).toBeGreaterThan(0)
    expect(Number(words.get('now')?.[0])).toBeGreaterThan(1_700_000_000)
    expect(answers.filter(({ word }) => word === 'program').map(({ fields }) => fields[0])).toEqual(['sh', 'cat'])
    for (const folder of ['jobs', 'spool', 'queue', 'incoming']) expect(existsSync(join(box.work, folder))).toBe(true)
  })

  test('a verb that is none is refused', async () => {
    const box = newBox(shell)
    for (const verb of ['', 'crash_point', 'submit_one', 'rm', '--help']) expect((await box.call(verb)).exit).toBe(64)
  })
})

test.each(SHELLS)('who follows the spool is told of each new name, and ends when nobody listens (%s)', async shell => {
  const box = newBox(shell)
  await box.stage(a)
  const child = spawn('sh', [box.agent, 'follow'], { env: { ...process.env, LARMOR_WORK: box.work } })
  let heard = ''
  child.stdout.on('data', chunk => {
    heard += chunk
  })
  const changes = () => heard.split('\n').filter(line => line.startsWith('changed')).length
  await until('it lives', () => heard.startsWith('alive'))
  expect(changes()).toBe(0)
  for (const [n, name] of ['r1.a.1.ended', 'r1.b.1.ended'].entries()) {
    writeFileSync(join(box.work, 'spool', name), '')
    await until(`${name} is told of`, () => changes() === n + 1)
  }
  child.stdout.destroy()
  writeFileSync(join(box.work, 'spool', 'r1.c.1.ended'), '')
  await until('its end', () => child.exitCode !== null || child.signalCode !== null)
})

describe.each(SHELLS)('newest (%s)', shell => {
  test('names the files of a folder, what changed last first, and nothing of another place', async () => {
    const box = newBox(shell)
    await box.stage(a)
    const folder = join(box.work, 'jobs', a.label)
    for (const [i, name] of ['-n', 'a b.out', '$(id)'].entries()) {
      writeFileSync(join(folder, name), '')
      utimesSync(join(folder, name), 4e9 + i, 4e9 + i)
    }
    mkdirSync(join(folder, 'inner'))
    const { out } = await box.call('newest', [a.label])
    expect(out.split('\n').slice(0, 3)).toEqual(['file\t$(id)', 'file\ta b.out', 'file\t-n'])
    expect(out).not.toContain('inner')
    expect((await box.call('newest', ['../..'])).out).toBe('')
  })
})
