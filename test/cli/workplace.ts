import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import * as documents from './documents.ts'
import { type Ended, run, sharedHome } from './larmor.ts'
import { problems, type Schema } from './schema.ts'

/** A run of `run`: what a starting command answered. */
export interface Begun {
  readonly run: string
  readonly jobs: readonly { readonly job: string; readonly key: string }[]
}

/** A data folder and a folder of inputs for all tests of a file, and the commands in them. */
export async function workplace() {
  const home = await sharedHome()
  const folder = await mkdtemp(join(tmpdir(), 'larmor-inputs-'))
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const gate = join(folder, 'gate')
  const larmor = (...args: readonly string[]): Promise<Ended> => run(args, { home, cwd: folder })

  async function script(name: string, text: string): Promise<string> {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }

  /** Runs it with --json: exit status, shape of the document, and nothing on standard error where all went well. */
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
  async function document(schema: Schema, args: readonly string[], exit = 0): Promise<any> {
    const ended = await larmor(...args, '--json')
    expect({ exit: ended.exit, err: exit === 0 ? ended.err : '' }, ended.out).toEqual({ exit, err: '' })
    expect(problems(ended.json, schema)).toEqual([])
    return ended.json
  }

  return {
    home,
    folder,
    larmor,
    script,
    document,
    quick: await script('quick.sh', 'echo done'),
    fails: await script('fails.sh', 'echo no >&2; exit 3'),
    /** Runs for as long as the gate is shut, ten minutes at most, so that no test depends on its speed. */
    gated: await script('gated.sh', `n=0; while [ -e '${gate}' ] && [ $n -lt 6000 ]; do sleep 0.1; n=$((n + 1)); done`),
    shut: () => writeFile(gate, ''),
    open: () => rm(gate, { force: true }),

    command: (...args: readonly string[]): Promise<Ended & { readonly json: Begun }> =>
      larmor('run', ...args, '--program', 'command', '--json'),

    /** Runs it with --json, which is refused with this exit status; the fault. */
    async refusal(exit: number, args: readonly string[]) {
      const ended = await larmor(...args, '--json')
      expect(ended.exit, ended.out + ended.err).toBe(exit)
      expect(problems(ended.json, documents.fault)).toEqual([])
      expect(ended.err).toContain(ended.json.error.message)
      return ended.json.error
    },
  }
}

/** Two runs that have ended: two scripts of which one failed, and an ensemble by force field alone. */
export async function endedRuns({ command, larmor, document, quick, fails }: Awaited<ReturnType<typeof workplace>>) {
  const both = await command(quick, fails, '--name', 'two scripts')
  expect(both.exit, both.err).toBe(0)
  expect(problems(both.json, documents.started)).toEqual([])
  const ensemble = await larmor('nmr', 'CCO', '--program', 'none', '--json')
  expect(ensemble.exit, ensemble.err).toBe(0)
  expect(problems(ensemble.json, documents.started)).toEqual([])
  const done: Begun = both.json
  const nmr: Begun = ensemble.json
  expect(await document(documents.singleRun, ['wait', done.run])).toMatchObject({ state: 'completed' })
  expect(await document(documents.nmrRun, ['wait', nmr.run])).toMatchObject({ state: 'completed' })
  const jobOf = (name: string) => done.jobs.find(({ key }) => key === name)?.job ?? ''
  return { done, nmr, completed: jobOf('quick.sh'), failed: jobOf('fails.sh') }
}
