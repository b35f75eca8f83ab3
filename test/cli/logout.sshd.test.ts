import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { account } from '../testbed/daemons.ts'
import { type Sshd, startSshd } from '../testbed/sshd.ts'
import { until } from '../until.ts'
import * as documents from './documents.ts'
import { problems } from './schema.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

let sshd: Sshd
/** The account's own installation of Larmor, for it may not be able to read this checkout. */
let larmor: string
let home: string

beforeAll(async () => {
  sshd = await startSshd()
  home = join(sshd.work, 'data')
  const installed = join(sshd.work, 'larmor')
  for (const path of ['package.json', 'resources', 'out/electron', 'out/shared', 'out/resources', ...packages()]) {
    cpSync(join(root, path), join(installed, path), { recursive: true, dereference: true })
  }
  larmor = `LARMOR_HOME=${home} node ${join(installed, 'out/electron/cli.js')}`
})
afterAll(async () => {
  if (larmor) await login(`${larmor} engine stop`)
  await sshd?.stop()
})

/** What `npm install --omit=dev` installs, by the lockfile; but for node-pty, which is optional and large. */
function packages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>
  }
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional && !path.includes('node-pty'))
    .map(([path]) => path)
    .filter(path => existsSync(join(root, path)))
}

/** A session with a terminal that is hung up when it ends; `typed` is what the person types. */
function session(typed: string) {
  const target = [`${sshd.user}@${sshd.host}`, '-p', String(sshd.port), '-i', sshd.identity]
  const options = ['-F', 'none', '-tt', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null']
  const child = spawn('ssh', [...options, ...target, 'exec sh -i'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    printed += text
  })
  child.stderr.resume()
  child.stdin.on('error', () => {})
  child.stdin.write(typed)
  const closed = once(child, 'close')
  return {
    get printed() {
      return printed
    },
    closed,
  }
}

/** Logs in, does one thing, logs out at once; returns what was printed between the marks. */
async function login(command: string): Promise<string> {
  const one = session(`stty -echo; echo be''gin; ${command}; echo en''d; exit\n`)
  await one.closed
  return /begin\r\n(.*)end\r\n/s.exec(one.printed)?.[1] ?? one.printed
}

async function document(command: string) {
  const printed = await login(`${larmor} ${command} --json`)
  // Messages stand on the same terminal, before it.
  const json = printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1)
  if (json === '') throw new Error(`larmor ${command} printed:\n${printed}`)
  return JSON.parse(json)
}

/** A script that runs until `release` is called, at most two minutes. */
function gated(name: string) {
  const gate = join(sshd.work, `${name}.gate`)
  const path = join(sshd.work, `${name}.sh`)
  const wait = `n=0; while [ ! -e '${gate}' ] && [ $n -lt 1200 ]; do sleep 0.1; n=$((n + 1)); done`
  writeFileSync(path, `echo begun >'${gate}.begun'; ${wait}; echo ran >>'${gate}.ran'\n`)
  const { uid, gid } = account(sshd.user)
  chownSync(path, uid, gid)
  return { path, release: () => writeFileSync(gate, ''), hasBegun: () => existsSync(`${gate}.begun`) }
}

/** No process of the account has a terminal: it is really logged out. */
function loggedOut(): boolean {
  const { stdout } = spawnSync('ps', ['-u', sshd.user, '-o', 'tty='], { encoding: 'utf8' })
  return stdout.split('\n').every(tty => tty === '' || tty === '?')
}

test('started over ssh and logged out at once, it finishes', async () => {
  const job = gated('logout')
  const started = await document(`run ${job.path} --program command`)
  expect(problems(started, documents.started)).toEqual([])
  const ensemble = await document('nmr CCO --program none')
  await until('the logout', loggedOut)
  await until('the job', job.hasBegun)
  job.release()
  for (const { run } of [started, ensemble]) {
    const ended = await document(`wait ${run} --timeout 100`)
    expect(ended.state).toBe('completed')
  }
  const status = await document('status')
  expect(problems(status, documents.status)).toEqual([])
  expect(status.runs.map(({ state }: { state: string }) => state)).toEqual(['completed', 'completed'])
  const text = await login(`${larmor} status`)
  expect(text).toContain(started.run)
  expect(text).toContain('completed')
})

test('a line that is cut while a command waits ends nothing', async () => {
  const job = gated('cut')
  const waiting = session(`${larmor} run ${job.path} --program command --request-id cut --wait\n`)
  await until('the job', job.hasBegun)
  sshd.cut()
  await waiting.closed
  await until('the logout', loggedOut)
  job.release()
  const { runs } = await document('status')
  const ended = await document(`wait ${runs[0].run} --timeout 100`)
  expect(ended).toMatchObject({ state: 'completed', jobs: [{ outcome: 'completed' }] })
})
