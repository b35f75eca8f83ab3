import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newBox, SHELLS, sumsOf, tarOf } from './box.ts'

const job = { label: 'r1.a.1', script: 'echo a' }
const words = (answers: readonly { readonly word: string; readonly fields: readonly string[] }[]) =>
  answers.map(({ word, fields }) => `${word} ${fields[0]}`)

describe.each(SHELLS)('stage (%s)', shell => {
  test('puts whole folders in place, and says so again when asked again', async () => {
    const box = newBox(shell)
    const jobs = [job, { label: 'r1.b.1', script: 'echo b' }]
    expect(words(await box.stage(...jobs))).toEqual(['staged r1.a.1', 'staged r1.b.1'])
    expect(words(await box.stage(...jobs))).toEqual(['staged r1.a.1', 'staged r1.b.1'])
    for (const { name, text } of box.files(job)) expect(box.read('jobs', job.label, name)).toBe(text)
    expect(readdirSync(join(box.work, 'incoming'))).toEqual([])
  })

  test('ten at once leave one whole folder, with nothing of the others in it', async () => {
    const box = newBox(shell)
    box.shim('mv', 'sleep 0.2; exec "$REAL" "$@"') // all of them see that nothing stands there yet
    const answers = await Promise.all(Array.from({ length: 10 }, () => box.stage(job)))
    const said = answers.flatMap(words)
    expect(said).toContain('staged r1.a.1')
    // "bad" may be said to one that came in between: it is sent again.
    expect(said.filter(text => text !== 'staged r1.a.1' && text !== 'bad r1.a.1')).toEqual([])
    const names = [...box.files(job).map(({ name }) => name), 'SHA256SUMS']
    expect(readdirSync(join(box.work, 'jobs', job.label)).toSorted()).toEqual(names.toSorted())
    expect(words(await box.stage(job))).toEqual(['staged r1.a.1'])
  })

  test('refuses what did not arrive whole, and takes it when it comes again', async () => {
    const box = newBox(shell)
    const files = box.files(job)
    const cut = files.map(file => (file.name === 'run.sh' ? { ...file, text: file.text.slice(0, -1) } : file))
    const damaged = await tarOf([[job.label, cut]], () => sumsOf(files))
    expect(words(await box.ask('stage', [], { stdin: damaged }))).toEqual(['bad r1.a.1'])
    const missing = await tarOf([[job.label, files.slice(1)]], () => sumsOf(files))
    expect(words(await box.ask('stage', [], { stdin: missing }))).toEqual(['bad r1.a.1'])
    expect(existsSync(join(box.work, 'jobs', job.label))).toBe(false)
    expect(words(await box.stage(job))).toEqual(['staged r1.a.1'])
  })

  test('a stream cut anywhere never puts half a folder in place', async () => {
    const box = newBox(shell)
    const whole = await tarOf([[job.label, box.files(job)]])
    for (let bytes = 0; bytes < whole.length; bytes += 700) {
      await box.call('stage', [], { stdin: whole.subarray(0, bytes) })
      if (!existsSync(join(box.work, 'jobs', job.label))) continue
      // What was cut off then was only the padding of the stream.
      for (const { name, text } of box.files(job)) expect(box.read('jobs', job.label, name)).toBe(text)
      break
    }
    expect(words(await box.stage(job))).toEqual(['staged r1.a.1'])
  })

  test('another content under the same label is a conflict, and what stands there stays', async () => {
    const box = newBox(shell)
    await box.stage(job)
    expect(words(await box.stage({ ...job, script: 'echo other' }))).toEqual(['conflict r1.a.1'])
    expect(box.read('jobs', job.label, 'run.sh')).toBe('echo a')
  })

  test('names that no label has are passed over, and lead nowhere else', async () => {
    const box = newBox(shell)
    const files = box.files(job)
    const hostile = ['-rf', '.hidden', '1number', 'with space', 'back`tick`', '$(touch x)', 'new\nline']
    const stdin = await tarOf([...hostile.map(name => [name, files] as const), [job.label, files]])
    expect(words(await box.ask('stage', [], { stdin }))).toEqual(['staged r1.a.1'])
    expect(readdirSync(join(box.work, 'jobs'))).toEqual([job.label])
  })

  test('lie in a work folder of any name', async () => {
    const box = newBox(shell)
    const odd = join(box.work, 'a "b" $c \\\\ \\n %s * -d')
    const stdin = await tarOf([[job.label, box.files(job)]])
    expect(words(await box.ask('stage', [], { stdin, env: { LARMOR_WORK: odd } }))).toEqual(['staged r1.a.1'])
    expect(readFileSync(join(odd, 'jobs', job.label, 'run.sh'), 'utf8')).toBe('echo a')
  })

  test('a path that climbs out of the folder is not unpacked', async () => {
    const box = newBox(shell)
    const stdin = await tarOf([['../../escaped', box.files(job)]])
    const { exit } = await box.call('stage', [], { stdin })
    expect(exit).not.toBe(0)
    expect(existsSync(join(box.work, 'escaped'))).toBe(false)
    expect(existsSync(join(box.work, '..', 'escaped'))).toBe(false)
  })

  test('a crash before anything was put in place costs nothing', async () => {
    const box = newBox(shell)
    const stdin = await tarOf([[job.label, box.files(job)]])
    const died = await box.call('stage', [], { stdin, env: { LARMOR_CRASH_REMOTE: 'stage.unpacked' } })
    expect(died.signal).toBe('SIGKILL')
    expect(existsSync(join(box.work, 'jobs', job.label))).toBe(false)
    expect(words(await box.stage(job))).toEqual(['staged r1.a.1'])
  })

  test('what dead calls left behind is swept after a day, what is fresh is not', async () => {
    const box = newBox(shell)
    const old = join(box.work, 'incoming', '99999998')
    const fresh = join(box.work, 'incoming', '99999999')
    for (const folder of [old, fresh]) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'file'), '')
    }
    await box.run('touch', ['-d', '3 days ago', old])
    await box.stage(job)
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true])
  })
})
