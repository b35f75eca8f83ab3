import { readFile } from 'node:fs/promises'
import { beforeEach, expect, test } from 'vitest'
import type { Question } from '../../shared/contract.ts'
import type { MachineName, RunId } from '../../shared/ids.ts'
import { fail } from '../../shared/result.ts'
import { eventually } from '../serve/eventually.ts'
import { faintTexts, seriousFaults } from './browser.ts'
import { aCluster, fullDisk, manyMachines } from './machines-script.ts'
import { complaints, engine, openWindow, page, served, windows } from './open-window.ts'

windows({ quiet: false })
beforeEach(() => open())

async function open(options: Parameters<typeof openWindow>[0] = {}): Promise<void> {
  await openWindow({ at: '#/machines', ...options })
  await page.getByRole('button', { name: 'Add machine' }).waitFor()
}

const card = (name: string) => page.getByRole('article', { name })
const dialog = () => page.getByRole('dialog')

async function fill(label: string, value: string): Promise<void> {
  await dialog().getByLabel(label, { exact: true }).fill(value)
}

const ask = (more: Partial<Question>): Question => ({
  id: 'q1',
  machine: 'helix' as MachineName,
  kind: 'code',
  text: '(mara@sol.example) Verification code: ',
  echo: true,
  asked: new Date().toISOString(),
  until: null,
  ...more,
})

test.each(['light', 'dark'] as const)('shows every state of a machine, %s', async colorScheme => {
  manyMachines(engine)
  await open({ colorScheme })
  await eventually(() => card('helix').getByText('Connected').isVisible()).toBe(true)
  expect(await card('helix').getByText('12 of 60 at most').isVisible()).toBe(true)
  expect(await card('helix').getByText('asks every 60 s, 40 jobs at once').isVisible()).toBe(true)
  expect(await card('kepler').textContent()).toContain('Nothing was sent.')
  expect(await card('kepler').getByText('Blocked', { exact: true }).isVisible()).toBe(true)
  expect(await card('borealis').getByText('Does not answer').isVisible()).toBe(true)
  expect(await card('fresh').getByText('Not asked yet').isVisible()).toBe(true)
  expect(await card('local').getByRole('button', { name: 'Remove' }).count()).toBe(0)
  // What a machine says is text, whatever it is.
  expect(await card('borealis').textContent()).toContain('<img src=x onerror=alert(1)>')
  expect(await faintTexts(page)).toEqual([])
  expect(await seriousFaults(page)).toEqual([])
  expect(complaints).toEqual([])
})

test('without its server no machine is said to be connected', async () => {
  engine.happen({ type: 'machine.changed', machine: aCluster('helix') })
  await open()
  await served.close()
  await page.getByText(/Offline, data as of \d/).waitFor()
  for (const name of ['local', 'helix']) await card(name).getByText('Not known now').waitFor()
})

test('a full disk of this computer is said on every screen and at the machine, for as long as it is full', async () => {
  engine.happen({ type: 'machine.changed', machine: aCluster('helix') })
  fullDisk(engine, true)
  await open()
  await eventually(() => card('helix').getByText('Held up').isVisible()).toBe(true)
  const banner = page.getByRole('alert').filter({ hasText: 'is held up since' })
  expect(await banner.textContent()).toContain('The disk is full: /home/<mara>/larmor could not be written.')
  expect(await banner.textContent()).toContain('Free some space')
  expect(await banner.textContent()).toContain('The work of this computer for helix')
  fullDisk(engine, true, ['rone' as RunId])
  await eventually(() => banner.textContent()).toContain('Part of the work of this computer for helix')
  expect(await faintTexts(page)).toEqual([])
  expect(await seriousFaults(page)).toEqual([])
  fullDisk(engine, false)
  await eventually(() => banner.count()).toBe(0)
  expect(await card('helix').getByText('Held up').count()).toBe(0)
})

test('adds a machine from the keyboard, tells what is wrong at its field, and changes it', async () => {
  await page.getByRole('button', { name: 'Add machine' }).focus()
  await page.keyboard.press('Enter')
  await eventually(() => dialog().isVisible()).toBe(true)
  expect(await seriousFaults(page)).toEqual([])
  await page.keyboard.press('Enter')
  expect(await dialog().getByRole('alert').textContent()).toContain('A name is a letter')
  await page.keyboard.type('helix')
  await fill('Host', 'login.helix.example')
  await fill('Work folder', 'larmor')
  await page.keyboard.press('Enter')
  expect(await dialog().getByRole('alert').textContent()).toContain('An absolute path is wanted')
  await fill('Work folder', '/home/mara/larmor')
  await dialog().getByText('Limits').click()
  await fill('Ask the scheduler every, s', '2')
  await page.keyboard.press('Enter')
  expect(await dialog().getByRole('alert').textContent()).toContain('from 5 to')
  await fill('Ask the scheduler every, s', '120')
  await fill('Jobs at once', '40')
  await dialog().getByText('Profile of NWChem').click()
  await fill('Full path of NWChem', '/sw/nwchem')
  await fill('Lines before NWChem', 'module load nwchem/7.2')
  await dialog().getByRole('button', { name: 'Add and connect' }).click()
  await eventually(() => engine.state().machines['helix' as MachineName]?.settings).toMatchObject({
    ssh: { host: 'login.helix.example', user: null, host_key: null },
    scheduler: 'slurm',
    work: '/home/mara/larmor',
    poll_s: 120,
    max_jobs: 40,
    programs: { nwchem: '/sw/nwchem' },
    prologue: { nwchem: 'module load nwchem/7.2' },
  })
  await eventually(() => dialog().count()).toBe(0)

  await card('helix').getByRole('button', { name: 'Settings' }).click()
  await dialog().getByText('Limits').click()
  await fill('Jobs at once', '')
  await page.keyboard.press('Escape') // nothing is changed
  await eventually(() => dialog().count()).toBe(0)
  expect(engine.state().machines['helix' as MachineName]?.settings.max_jobs).toBe(40)
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Settings')

  await card('helix').getByRole('button', { name: 'Remove' }).click()
  await page.keyboard.press('Enter') // never the destructive choice
  expect(Object.keys(engine.state().machines)).toContain('helix')
  await card('helix').getByRole('button', { name: 'Remove' }).click()
  await dialog().getByRole('button', { name: 'Remove' }).click()
  await eventually(() => Object.keys(engine.state().machines)).toEqual(['local'])
  expect(complaints).toEqual([])
})

test('asks for a second factor in the server’s words, says how long there is, and never loses what was typed', async () => {
  manyMachines(engine)
  const until = new Date(Date.now() + 102_000).toISOString()
  const told = engine.ask(ask({ until }))
  await eventually(() => dialog().isVisible()).toBe(true)
  expect(await dialog().textContent()).toContain('(mara@sol.example) Verification code:')
  expect(await dialog().getByRole('timer').textContent()).toMatch(/^The prompt ends in 1:\d\d$/)
  expect(await dialog().textContent()).toContain('It is sent to helix only, and never stored.')
  expect(await faintTexts(page)).toEqual([])
  expect(await seriousFaults(page)).toEqual([])
  await page.keyboard.type('481 02')
  const before = await dialog().getByRole('timer').textContent()
  await eventually(() => dialog().getByRole('timer').textContent()).not.toBe(before)
  expect(await dialog().getByLabel('Code').inputValue()).toBe('481 02')
  await page.keyboard.type('9')
  await page.keyboard.press('Enter')
  expect(await told).toBe('481 029')
  await eventually(() => dialog().count()).toBe(0)

  // On any screen, and Escape declines.
  await page.evaluate(() => {
    location.hash = '#/queue'
  })
  const declined = engine.ask(ask({ id: 'q2' }))
  await eventually(() => dialog().isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  expect(await declined).toBeNull()
  expect(complaints).toEqual([])
})

test('hides what is a secret, shows hostile words as words, and goes when another host answers', async () => {
  const hostile = '\u202e<b>Password</b> for $(reboot) \u0007'
  void engine.ask(ask({ kind: 'password', echo: false, text: hostile }))
  await eventually(() => dialog().isVisible()).toBe(true)
  expect(await dialog().getByLabel('Password').getAttribute('type')).toBe('password')
  expect(await dialog().locator('.words').textContent()).toBe(hostile)
  expect(await dialog().locator('b').count()).toBe(0)
  await engine.answer('q1', 'elsewhere')
  await eventually(() => dialog().count()).toBe(0)
})

test('a new host key is trusted only by a click on just that', async () => {
  const fingerprint = 'SHA256:Hj6wR1y4cMnPs8dKvLz2uB9fQtXe5aGiO3oJkC7rTmY'
  const told = engine.ask(ask({ kind: 'host-key', fingerprint, keytype: 'ssh-ed25519', text: 'Is that right?' }))
  await eventually(() => dialog().isVisible()).toBe(true)
  expect(await dialog().textContent()).toContain(fingerprint)
  expect(await seriousFaults(page)).toEqual([])
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Not now') // Enter trusts nobody
  await dialog().getByRole('button', { name: 'It is the same, trust it' }).click()
  expect(await told).toBe('yes')
})

test('a changed key is blocked, and replaced only by a fingerprint that matches', async () => {
  const trusted = 'SHA256:Vd0cN2u8rJfLq5bYpXw3kT7aSgHi1mEoZ9nRvB4tQxU'
  const offered = 'SHA256:Hj6wR1y4cMnPs8dKvLz2uB9fQtXe5aGiO3oJkC7rTmY'
  engine.happen({ type: 'machine.changed', machine: aCluster('kepler', { host_key: trusted }) })
  const send = engine.send.bind(engine)
  engine.send = async command => {
    const key = engine.state().machines['kepler' as MachineName]?.settings.ssh?.host_key
    if (command.type !== 'machine.test' || key === offered) return send(command)
    const more = { fingerprint: offered, keytype: 'ssh-ed25519', changed: 'yes', trusted }
    return fail({ code: 'person-wanted', message: 'The host key has changed. Nothing was sent.', more })
  }
  await card('kepler').getByRole('button', { name: 'Test' }).click()
  await eventually(() => dialog().isVisible()).toBe(true)
  const lefts = await dialog()
    .locator('.host-keys code')
    .evaluateAll(codes => codes.map(code => code.getBoundingClientRect().left))
  expect(new Set(lefts).size).toBe(1) // aligned, so that they can be compared
  expect(await seriousFaults(page)).toEqual([])
  await page.keyboard.type('SHA256:something')
  await page.keyboard.press('Enter')
  expect(await dialog().getByRole('alert').textContent()).toBe('This is not the key that is offered now.')
  expect(engine.state().machines['kepler' as MachineName]?.settings.ssh?.host_key).toBe(trusted)
  await dialog().getByRole('textbox').fill(` ${offered}= `)
  await page.keyboard.press('Enter')
  await eventually(() => engine.state().machines['kepler' as MachineName]?.settings.ssh?.host_key).toBe(offered)
  await eventually(() => dialog().count()).toBe(0)
})

test('the group’s machines go to a colleague as one file, without what is one’s own', async () => {
  const host_key = 'SHA256:Vd0cN2u8rJfLq5bYpXw3kT7aSgHi1mEoZ9nRvB4tQxU'
  const mine = { identity: '/home/mara/.ssh/id', host_key }
  engine.happen({ type: 'machine.changed', machine: aCluster('helix', mine, { environment: { MY_TOKEN: 'x' } }) })
  await card('helix').waitFor()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  const text = await readFile(await (await saved).path(), 'utf8')
  expect(text).toContain('login.helix.example')
  expect(text).not.toMatch(/mara\/\.ssh|TOKEN/)

  await engine.send({ type: 'machine.remove', machine: 'helix' as MachineName })
  await card('helix').waitFor({ state: 'detached' })
  const give = (content: string) =>
    page
      .getByLabel('Import machines from a file')
      .setInputFiles({ name: 'm.json', mimeType: 'application/json', buffer: Buffer.from(content) })
  await give(text)
  await eventually(() => engine.state().machines['helix' as MachineName]?.settings.ssh?.host_key).toBe(host_key)
  expect(engine.state().machines['helix' as MachineName]?.settings.ssh?.identity).toBeNull()
  await card('helix').waitFor()
  await give('{"larmor_machines": 1')
  await page.getByText('The file is not JSON.').waitFor()
  await give(text.replace('login.helix.example', 'elsewhere.example'))
  await page.getByText('There is a machine helix already, with other settings.').waitFor()
  expect(engine.state().machines['helix' as MachineName]?.settings.ssh?.host).toBe('login.helix.example')
  expect(complaints).toEqual([])
})
