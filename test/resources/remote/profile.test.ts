import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { NASTY_WORDS } from '../../shared/nasty-words.ts'
import { until } from '../../until.ts'
import { type Box, newBox, pidOf, SHELLS, tarOf } from './box.ts'

/** The node's scratch, outside of the work folder, with what a path may hold. */
function scratchOf(box: Box): string {
  const folder = join(box.work, '..', 'scratch of "it"')
  mkdirSync(folder, { recursive: true })
  return folder
}

async function ended(box: Box, label: string): Promise<Readonly<Record<string, string>>> {
  await until(`the end of ${label}`, () => box.report(label) !== null)
  return box.report(label) ?? {}
}

describe.each(SHELLS)('what a machine says of its jobs, by %s', shell => {
  test('stands around the program: environment, header, prologue and tail', async () => {
    const box = newBox(shell)
    const settings = {
      environment: { LM_FROM: `a "b" $HOME 'c'\n-d`, 'not a name': 'x' },
      header: '#SBATCH --exclusive\nLM_HEADER=from-header; export LM_HEADER',
      prologue: { command: 'source_it() { export LM_PROLOGUE="$1"; }\r\nsource_it from-prologue' },
      tail: 'cat output.txt >copied-by-tail',
    }
    await box.start({ label: 'r1.a.1', settings, script: 'echo "$LM_FROM|$LM_HEADER|$LM_PROLOGUE"' })
    expect(await ended(box, 'r1.a.1')).toMatchObject({ exit: '0' })
    const said = `a "b" $HOME 'c'\n-d|from-header|from-prologue\n`
    expect(box.read('jobs', 'r1.a.1', 'output.txt')).toBe(said)
    expect(box.read('jobs', 'r1.a.1', 'copied-by-tail')).toBe(said)
  })

  test('may be that nobody is told: the report is in the folder, and no name in the spool', async () => {
    const box = newBox(shell)
    await box.start({ label: 'r1.a.1', settings: { report: false }, script: 'true' })
    expect(await ended(box, 'r1.a.1')).toMatchObject({ exit: '0' })
    expect(readdirSync(join(box.work, 'spool'))).toEqual([])
  })

  test('a job computes in the scratch of its node: inputs go in, results come back, nothing is left', async () => {
    const box = newBox(shell)
    const folder = scratchOf(box)
    const script = `pwd >where; echo result >"it's a result.log"; echo orbitals >a.movecs; echo big >a.big; mkdir -p sub/deep; echo in >'sub/deep/an in.log'; echo big >sub/b.big; echo kept >.state; mkdir .d; echo kept >.d/x; ls >listed`
    const job = { label: 'r1.a.1', settings: { scratch: `${folder}/$LM_USER` }, restart: '*.movecs', scratch: '*.big' }
    await box.start({ ...job, settings: { ...job.settings, environment: { LM_USER: 'u 1' } }, script })
    expect(await ended(box, 'r1.a.1')).toMatchObject({ exit: '0' })
    expect(box.read('jobs', 'r1.a.1', 'where')).toBe(`${folder}/u 1/larmor-r1.a.1\n`)
    expect(box.read('jobs', 'r1.a.1', "it's a result.log")).toBe('result\n')
    expect(box.read('jobs', 'r1.a.1', 'a.movecs')).toBe('orbitals\n')
    expect(box.read('jobs', 'r1.a.1', 'a.big')).toBeNull()
    expect(box.read('jobs', 'r1.a.1', 'sub', 'deep', 'an in.log')).toBe('in\n')
    expect(box.read('jobs', 'r1.a.1', 'sub', 'b.big')).toBeNull()
    for (const path of [['.state'], ['.d', 'x']]) expect(box.read('jobs', 'r1.a.1', ...path)).toBe('kept\n')
    expect(box.read('jobs', 'r1.a.1', 'listed')).toContain('run.sh')
    expect(box.read('jobs', 'r1.a.1', 'listed')).not.toContain('job.sh')
    expect(readdirSync(join(folder, 'u 1'))).toEqual([])
  })

  test('inputs in folders are in the same folders of the scratch', async () => {
    const box = newBox(shell)
    const job = { label: 'r1.a.1', settings: { scratch: scratchOf(box) }, script: "cat 'a b/c/basis' './d/basis'" }
    const given = [
      { name: 'a b/c/basis', text: 'one\n' },
      { name: 'd/basis', text: 'two\n' },
    ]
    await box.ask('stage', [], { stdin: await tarOf([[job.label, [...box.files(job), ...given]]]) })
    await box.ask('submit', [job.label])
    expect(await ended(box, 'r1.a.1')).toMatchObject({ exit: '0' })
    expect(box.read('jobs', 'r1.a.1', 'output.txt')).toBe('one\ntwo\n')
    for (const { name, text } of given) expect(box.read('jobs', 'r1.a.1', name)).toBe(text)
    expect(box.read('jobs', 'r1.a.1', 'basis')).toBeNull()
  })

  test('what a restart needs is safe before the program is asked to end, and all else after', async () => {
    const box = newBox(shell)
    const folder = scratchOf(box)
    const script = `echo orbitals >a.movecs; echo half >a.log
      trap 'cp "$HOME_OF_JOB/a.movecs" seen-before-the-end; echo whole >a.log; exit 3' TERM
      echo begun >>"$LOG"; while :; do sleep 0.1; done`
    const settings = { scratch: folder, environment: { HOME_OF_JOB: join(box.work, 'jobs', 'r1.a.1') } }
    await box.start({ label: 'r1.a.1', settings, restart: '*.movecs', seconds: 5, script })
    expect(await ended(box, 'r1.a.1')).toMatchObject({ signal: 'USR1' })
    expect(box.read('jobs', 'r1.a.1', 'seen-before-the-end')).toBe('orbitals\n')
    expect(box.read('jobs', 'r1.a.1', 'a.log')).toBe('whole\n')
    expect(readdirSync(folder)).toEqual([])
  })

  test('a second signal does not hide that time was up', async () => {
    const box = newBox(shell)
    const script = `trap 'sleep 1; exit 3' TERM; echo begun >>"$LOG"; while :; do sleep 0.1; done`
    const [id = ''] = await box.start({ label: 'r1.a.1', script })
    await until('it runs', () => box.log().length === 1)
    process.kill(pidOf(id), 'SIGUSR1')
    await sleep(300)
    process.kill(pidOf(id), 'SIGTERM')
    expect(await ended(box, 'r1.a.1')).toMatchObject({ signal: 'USR1' })
  })

  test('a scratch that is not there is said, and the program does not run', async () => {
    const box = newBox(shell)
    writeFileSync(join(box.work, '..', 'a file'), '')
    const settings = { scratch: join(box.work, '..', 'a file', 'x') }
    await box.start({ label: 'r1.a.1', settings, script: 'echo ran >>"$LOG"' })
    expect(await ended(box, 'r1.a.1')).toMatchObject({ exit: '1' })
    expect(box.read('jobs', 'r1.a.1', 'stderr.txt')).toContain('cannot be used')
    expect(box.log()).toEqual([])
  })

  test('what cannot be copied back stays on the node, and that is said', async () => {
    const box = newBox(shell)
    const folder = scratchOf(box)
    box.shim('cp', `case "$*" in *lost.log*) exit 1;; esac; exec "$REAL" "$@"`)
    await box.start({ label: 'r1.a.1', settings: { scratch: folder }, script: 'echo x >lost.log; echo y >kept.log' })
    await ended(box, 'r1.a.1')
    expect(box.read('jobs', 'r1.a.1', 'kept.log')).toBe('y\n')
    expect(box.read('jobs', 'r1.a.1', 'stderr.txt')).toContain('not all could be copied back')
    expect(existsSync(join(folder, 'larmor-r1.a.1', 'lost.log'))).toBe(true)
    rmSync(folder, { recursive: true })
  })

  test('no word of a template is more than a word of a path', async () => {
    const box = newBox(shell)
    const folder = scratchOf(box)
    const words = NASTY_WORDS.filter(
      word => word !== '' && !/[/\0\n]/.test(word) && !word.includes('$') && word.length < 100,
    ).slice(0, 6)
    for (const [n, word] of words.entries()) {
      await box.start({ label: `r1.w${n}.1`, settings: { scratch: `${folder}/${word}` }, script: 'pwd' })
      await ended(box, `r1.w${n}.1`)
      expect(box.read('jobs', `r1.w${n}.1`, 'output.txt')).toBe(`${folder}/${word}/larmor-r1.w${n}.1\n`)
    }
  })
})
