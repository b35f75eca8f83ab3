import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Served, startServe } from '../../electron/serve.ts'
import type { RunId } from '../../shared/ids.ts'
import { get } from '../../shared/model/table.ts'
import { unread } from '../../shared/programs/program.ts'
import { FaultError } from '../../shared/result.ts'
import { type Answer, ask } from './requests.ts'
import { type ScriptedEngine, scriptedEngine } from './scripted-engine.ts'

let folder: string
let engine: ScriptedEngine
let served: Served
let cookie: string
let own: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-serve-'))
  await mkdir(join(folder, 'page', 'assets'), { recursive: true })
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>Larmor</title>')
  await writeFile(join(folder, 'page', 'assets', 'a b.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'not for the page')
  await symlink(join(folder, 'secret.txt'), join(folder, 'page', 'link.txt'))
  engine = scriptedEngine()
  engine.happen({
    type: 'run.started',
    run: 'r1' as RunId,
    name: 'methanol',
    workflow: 'nmr',
    workflow_version: 1,
    params: {},
    machine: 'local' as never,
  })
  served = await startServe({ engine, port: 0, staticFolder: join(folder, 'page') })
  const welcome = await ask(served.port, `/?token=${served.token}`)
  cookie = String(welcome.headers['set-cookie']?.[0]).split(';')[0] ?? ''
  own = { cookie, origin: `http://127.0.0.1:${served.port}` }
})

afterAll(async () => {
  await served.close()
  await rm(folder, { recursive: true })
})

function refused(answer: Answer): void {
  expect(answer.status).toBe(403)
  expect(answer.headers['content-type']).toContain('text/plain')
  expect(answer.body).toMatch(/^[A-Z].*\.\n$/)
}

describe('the door', () => {
  test('the printed address moves the token into a cookie that scripts and other sites do not see', async () => {
    const welcome = await ask(served.port, `/?token=${served.token}`)
    expect(welcome.status).toBe(303)
    expect(welcome.headers.location).toBe('/')
    expect(welcome.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict$/)
    const page = await ask(served.port, '/', { headers: { cookie } })
    expect(page.status).toBe(200)
    expect(page.body).toContain('<title>Larmor</title>')
  })

  test('the token has 256 bits and is new each time', async () => {
    const other = await startServe({ engine, port: 0, staticFolder: folder })
    expect(Buffer.from(served.token, 'base64url')).toHaveLength(32)
    expect(other.token).not.toBe(served.token)
    await other.close()
  })

  test.each(['/', '/index.html', '/api/events', '/api/readings', '/api/blob?sha256=0', '/nothing', '/?token='])(
    'without cookie or token: %s',
    async path => refused(await ask(served.port, path)),
  )

  test('with a wrong token, a wrong cookie, the cookie of another port', async () => {
    const wrong = served.token.replace(/^./, first => (first === 'A' ? 'B' : 'A'))
    refused(await ask(served.port, `/?token=${wrong}`))
    refused(await ask(served.port, '/', { headers: { cookie: cookie.replace(served.token, wrong) } }))
    refused(await ask(served.port, '/', { headers: { cookie: `larmor-1=${served.token}` } }))
    refused(await ask(served.port, '/', { headers: { authorization: `Bearer ${wrong}` } }))
  })

  test.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.evil.example:PORT',
    '[::1]:PORT',
  ])('a name that is not ours, as after DNS rebinding: %s', async name => {
    const host = name.replace('PORT', String(served.port))
    refused(await ask(served.port, '/', { headers: { ...own, host, origin: `http://${host}` } }))
    refused(await ask(served.port, `/?token=${served.token}`, { headers: { host } }))
  })

  test('localhost is ours as well', async () => {
    const host = `localhost:${served.port}`
    expect((await ask(served.port, '/', { headers: { cookie, host } })).status).toBe(200)
  })

  test.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1:PORT', 'http://localhost:PORT'])(
    'a command from another page: %s',
    async name => {
      const origin = name.replace('PORT', String(served.port))
      const body = JSON.stringify({ type: 'run.pause', run: 'r1' })
      refused(await ask(served.port, '/api/send', { method: 'POST', headers: { cookie, origin }, body }))
      expect(get(engine.state().runs, 'r1')?.phase).toEqual({ is: 'open', hold: null })
    },
  )

  test('a command that does not say which page it comes from, unless a script gives the token itself', async () => {
    const body = JSON.stringify({ type: 'run.pause', run: 'nobody' })
    refused(await ask(served.port, '/api/send', { method: 'POST', headers: { cookie }, body }))
    const headers = { authorization: `Bearer ${served.token}` }
    expect((await ask(served.port, '/api/send', { method: 'POST', headers, body })).status).toBe(404)
  })

  test.each(['cross-site', 'same-site'])('a picture or frame in a page of another server: %s', async site => {
    refused(await ask(served.port, '/api/events', { headers: { cookie, 'sec-fetch-site': site } }))
  })

  test('only this computer can connect', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find(address => address && !address.internal && address.family === 'IPv4')
    const host = outside?.address ?? '127.0.0.2'
    const code = await new Promise(resolve => {
      const socket = connect({ host, port: served.port }, () => resolve('connected'))
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    })
    expect(code).toBe('ECONNREFUSED')
  })
})

describe('the page', () => {
  test('every answer forbids foreign scripts, frames, sniffing and storing, refusals included', async () => {
    for (const answer of [await ask(served.port, '/', { headers: own }), await ask(served.port, '/')]) {
      const csp = String(answer.headers['content-security-policy'])
      expect(csp).toContain("default-src 'none'")
      expect(csp).toContain("frame-ancestors 'none'")
      expect(csp).not.toContain('unsafe')
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('files come with their type', async () => {
    const script = await ask(served.port, '/assets/a%20b.js', { headers: own })
    expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
    const head = await ask(served.port, '/', { method: 'HEAD', headers: own })
    expect([head.status, head.body]).toEqual([200, ''])
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%252e%252e/secret.txt',
    '/..%5csecret.txt',
    '//etc/passwd',
    '/link.txt',
    '/assets',
    '/%00',
    '/%zz',
    '/index.html%00.js',
  ])('nothing outside its folder: %s', async path => {
    const answer = await ask(served.port, path, { headers: own })
    expect(answer.body).not.toContain('not for the page')
    expect(answer.status).toBe(404)
  })

  test('what is not built yet is said', async () => {
    const bare = await startServe({ engine, port: 0, staticFolder: join(folder, 'nowhere') })
    const answer = await ask(bare.port, '/', { headers: { authorization: `Bearer ${bare.token}` } })
    expect([answer.status, answer.body]).toEqual([404, 'The page is not built yet: run npm run build.\n'])
    await bare.close()
  })

  test('other methods are refused', async () => {
    expect((await ask(served.port, '/', { method: 'DELETE', headers: own })).status).toBe(405)
    expect((await ask(served.port, '/api/send', { headers: own })).status).toBe(404)
  })
})

describe('the contract over HTTP', () => {
  const post = (path: string, body: string) => ask(served.port, path, { method: 'POST', headers: own, body })

  test('a command reaches the engine, and its answer comes back', async () => {
    const before = engine.state().seq
    const answer = await post('/api/send', JSON.stringify({ type: 'run.pause', run: 'r1' }))
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { ok: true, value: { seq: before + 1 } }])
    expect(get(engine.state().runs, 'r1')?.phase).toEqual({ is: 'open', hold: 'paused' })
  })

  test.each([
    ['not JSON', '{', 'body'],
    ['no command', '{"type":"toString"}', 'type'],
    ['a list', '[]', 'type'],
    ['lists in lists', `{"type":"classes.set","run":"r1","classes":${'['.repeat(9999)}${']'.repeat(9999)}}`, 'body'],
    ['a field missing', '{"type":"run.pause"}', 'run'],
    ['a field of another kind', '{"type":"jobs.cancel","jobs":[1]}', 'jobs'],
  ])('a command that is wrong changes nothing: %s', async (_, body, field) => {
    const before = engine.state().seq
    const answer = await post('/api/send', body)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false, fault: { code: 'bad-input', field } })
    expect(engine.state().seq).toBe(before)
  })

  describe('finished outputs that a page has read', () => {
    const sha256 = 'a'.repeat(64)
    const output = {
      key: 'deep/water.out',
      program: 'nwchem',
      dir: 'old work/deep',
      ended: '2026-03-02T09:00:00.000Z',
      files: [{ name: 'water.out', sha256, bytes: 7 }],
      outcome: 'completed',
      category: null,
      reason: null,
      evidence: [{ source: 'output', file: 'water.out', line: 7, text: ' Total times  cpu' }],
      result: {
        ...unread.result,
        energy_hartree: -75.3,
        shieldings: [{ atom: 1, element: 'O', sigma_ppm: 320.5 }],
        geometry: null,
        figures: { sha256, bytes: 2 },
      },
    }
    const send = (outputs: unknown) =>
      post('/api/send', JSON.stringify({ type: 'run.import', run: 'rimport', name: 'old work', outputs }))

    test.each([
      ['none at all', []],
      ['a file outside of its folder', [{ ...output, files: [{ name: '../water.out', sha256, bytes: 7 }] }]],
      ['a name that leaves the run', [{ ...output, key: 'deep/../../water.out' }]],
      ['a folder of this computer', [{ ...output, dir: '/etc' }]],
      ['two of the same name', [output, output]],
      ['a witness that is no output', [{ ...output, evidence: [{ ...output.evidence[0], source: 'scheduler' }] }]],
      ['an energy that is none', [{ ...output, result: { ...output.result, energy_hartree: '-75' } }]],
      ['more than an output says', [{ ...output, input: {} }]],
    ])('are refused: %s', async (_, outputs) => {
      const before = engine.state().seq
      const answer = await send(outputs)
      expect([answer.status, JSON.parse(answer.body).fault.field]).toEqual([400, 'outputs'])
      expect(engine.state().seq).toBe(before)
    })

    test('become a run', async () => {
      expect((await send([output])).status).toBe(200)
      expect(get(engine.state().runs, 'rimport')?.name).toBe('old work')
    })
  })

  test('too much at once is refused, and said', async () => {
    const answer = await post('/api/send', JSON.stringify({ type: 'run.pause', run: 'x'.repeat(1_100_000) }))
    expect([answer.status, JSON.parse(answer.body).fault.field]).toEqual([400, 'body'])
  })

  test('content is kept, and read by reference and range', async () => {
    const text = '2\nδ\nH 0 0 0\nH 0 0 0.74\n'
    const kept = JSON.parse((await post('/api/put', text)).body)
    const { sha256, bytes } = kept.value
    const read = (more: string) => ask(served.port, `/api/blob?sha256=${sha256}${more}`, { headers: own })
    const whole = await read(`&bytes=${bytes}`)
    expect([whole.body, whole.headers['content-type']]).toEqual([text, 'text/plain; charset=utf-8'])
    expect((await read(`&bytes=${bytes}&offset=2&length=2`)).body).toBe('δ')
    expect((await read('')).status).toBe(400)
    expect((await read(`&bytes=${bytes}&offset=-1`)).status).toBe(400)
    const none = await ask(served.port, `/api/blob?sha256=${'0'.repeat(64)}&bytes=1`, { headers: own })
    expect([none.status, JSON.parse(none.body).fault.code]).toEqual([404, 'not-found'])
  })
})

test('a port in use is said, with a way out', async () => {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { port: number }
  const error = await startServe({ engine, port, staticFolder: folder }).catch((reason: unknown) => reason)
  taken.close()
  expect(error).toBeInstanceOf(FaultError)
  expect((error as FaultError).fault).toMatchObject({
    code: 'not-now',
    message: `Port ${port} is in use.`,
    hint: expect.stringContaining('--port 0'),
  })
})
