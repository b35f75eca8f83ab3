import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { nearest } from '../../electron/cli/nearest.ts'
import { workplace } from './workplace.ts'

// Each test runs commands, every one a process.
vi.setConfig({ testTimeout: 240_000 })

const { folder, larmor, refusal, quick } = await workplace()

test.each([
  ['sovlent', 'solvent'],
  ['presett', 'preset'],
  ['Ranks', 'ranks'],
  ['wacth', 'watch'],
  ['frobnicate', null],
  ['x', null],
])('%s is near %s', (word, meant) => {
  expect(nearest(word, ['solvent', 'preset', 'ranks', 'watch', 'xc', 'out'])).toBe(meant)
})

describe('a slip is answered by what was meant', () => {
  test('an option, a command', async () => {
    expect((await refusal(2, ['nmr', 'CO', '--sovlent', 'CDCl3'])).message).toContain('Is --solvent meant?')
    expect((await refusal(2, ['clasify', 'x.out'])).message).toContain('Is classify meant?')
    expect((await refusal(2, ['nmr', 'CO', '--frobnicate'])).message).not.toContain('meant')
  })

  test('a memory with its unit', async () => {
    const { message } = await refusal(2, ['run', quick, '--program', 'command', '--memory', '5GB'])
    expect(message).toContain('--memory wants a number of MB, in total per job, of at least 1, not "5GB".')
  })

  test('a name, another file, a folder where a SMILES or a structure is wanted', async () => {
    expect(await refusal(2, ['nmr', 'ethanol'])).toMatchObject({
      field: 'input',
      hint: expect.stringMatching(/^Is ethanol a name\? .*CCO for ethanol/),
    })
    expect((await refusal(2, ['nmr', quick])).message).toContain('does not end in .xyz, .mol or .sdf')
    await mkdir(join(folder, 'ensemble'))
    expect((await refusal(2, ['nmr', 'ensemble'])).message).toContain('ensemble is a folder')
    // Also a molecule: it is what was said first.
    await mkdir(join(folder, 'CO'))
    expect((await larmor('decks', 'nmr', 'CO', '--program', 'none', '--json')).exit).toBe(0)
  })

  test('a script that is called as one of Larmor’s own files', async () => {
    const message = 'A file cannot be called job.sh'
    const job = join(folder, 'job.sh')
    await copyFile(quick, job)
    expect((await refusal(2, ['run', job, '--program', 'command'])).message).toContain(message)
  })
})

test('the help tells the exit statuses, what arguments mean, and the columns of an own set', async () => {
  expect((await larmor('--help')).out).toMatch(/Exit status: 0 done, 1 .*6 a person is wanted/s)
  expect((await larmor('campaign', '--help')).out).toContain('molecule,atoms,delta_ppm')
  expect((await larmor('nmr', '--help', '--json')).json.details.join('\n')).toContain('--ff-window')
})
