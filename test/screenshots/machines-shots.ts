import { fail } from '../../shared/result.ts'
import { BOTH, keys, QUESTION, type Shot, silence } from './shot.ts'

const OFFERED = 'SHA256:Hj6wR1y4cMnPs8dKvLz2uB9fQtXe5aGiO3oJkC7rTmY'
const TRUSTED = 'SHA256:Vd0cN2u8rJfLq5bYpXw3kT7aSgHi1mEoZ9nRvB4tQxU'

/** Machines, and what they ask. */
export const machinesShots: readonly Shot[] = [
  { name: 'machines', journal: 'machines', hash: '#/machines', themes: BOTH },
  { name: 'machines-narrow', journal: 'machines', hash: '#/machines', size: [1024, 700] },
  {
    name: 'machines-offline',
    journal: 'machines',
    hash: '#/machines',
    complains: true,
    act: (page, served) => silence(page, served),
  },
  { name: 'machines-first', journal: 'empty', hash: '#/machines' },
  {
    name: 'machine-add',
    journal: 'machines',
    hash: '#/machines',
    themes: BOTH,
    async act(page) {
      await page.getByRole('button', { name: 'Add machine' }).click()
      await keys(page, 'Enter')
      await page.getByRole('dialog').getByRole('alert').first().waitFor()
    },
  },
  {
    name: 'machine-settings',
    journal: 'machines',
    hash: '#/machines',
    async act(page) {
      await page.getByRole('article', { name: 'helix' }).getByRole('button', { name: 'Settings' }).click()
      for (const summary of await page.getByRole('dialog').locator('summary').all()) await summary.click()
    },
  },
  {
    name: 'machine-remove',
    journal: 'machines',
    hash: '#/machines',
    async act(page) {
      await page.getByRole('article', { name: 'helix' }).getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'machine-code',
    journal: 'machines',
    hash: '#/machines',
    themes: BOTH,
    async act(page, _served, engine) {
      const until = new Date(Date.now() + 102_000).toISOString()
      void engine.ask({ ...QUESTION, kind: 'code', text: '(mara@sol.example) Verification code: ', echo: true, until })
      await page.getByRole('dialog').waitFor()
      await page.keyboard.type('481 02')
    },
  },
  {
    name: 'machine-host-key',
    journal: 'machines',
    hash: '#/machines',
    themes: BOTH,
    async act(page, _served, engine) {
      const text = 'The authenticity of host login.helix.example cannot be established.'
      void engine.ask({ ...QUESTION, kind: 'host-key', text, fingerprint: OFFERED, keytype: 'ssh-ed25519' })
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'machine-changed-key',
    complains: true,
    journal: 'machines',
    hash: '#/machines',
    themes: BOTH,
    async act(page, _served, engine) {
      const more = { fingerprint: OFFERED, keytype: 'ssh-ed25519', changed: 'yes', trusted: TRUSTED }
      engine.send = async () => fail({ code: 'person-wanted', message: 'The host key has changed.', more })
      await page.getByRole('button', { name: 'Compare the keys…' }).click()
      await page.getByRole('dialog').waitFor()
      await page.keyboard.type('SHA256:something')
      await keys(page, 'Enter')
    },
  },
  {
    name: 'terminal',
    complains: true,
    journal: 'machines',
    hash: '#/machines',
    async act(page) {
      await page.getByRole('article', { name: 'helix' }).getByRole('button', { name: 'Terminal' }).click()
      await page.waitForTimeout(500)
    },
  },
]
