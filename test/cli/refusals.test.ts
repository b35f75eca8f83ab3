import { describe, expect, test } from 'vitest'
import { workplace } from './workplace.ts'

const { larmor, refusal } = await workplace()

describe('what is promised for later, and what is wrong', () => {
  test.concurrent.each([
    ['watch-folders list'],
    ['watch-folders add /tmp --recipe x --pool y'],
    ['cases'],
    ['pools'],
    ...['nmredata', 'qcschema', 'molden', 'dp4', 'html', 'svg', 'pdf', 'zip'].map(format => [
      `export RUN --format ${format}`,
    ]),
  ])('later: %s', async line => {
    const { message } = await refusal(2, line.split(' '))
    expect(message).toContain('not in this version')
  })

  test.concurrent('there is nothing to clean, and nothing to adopt on a machine without a queue', async () => {
    expect((await larmor('clean', '--dry-run', '--json')).json).toEqual({ folders: [], kept: [], unreadable: [] })
    expect((await refusal(4, ['adopt', 'local', '17', '--dir', '/tmp'])).message).toContain('no job 17 of yours')
    expect((await refusal(2, ['adopt', 'local', '17'])).field).toBe('dir')
  })

  test.concurrent.each([
    [''],
    ['fly'],
    ['import folder'],
    ['resubmit RUN --fix damping'],
    ['show'],
    ['show a b'],
    ['nmr'],
    ['nmr CO CC'],
    ['nmr CO --sovlent CDCl3'],
    ['nmr CO --preset'],
    ['nmr CO --max-conformers many'],
    ['nmr CO --machine nowhere'],
    ['run quick.sh'],
    ['run --program command'],
    ['run quick.sh --program gaussian'],
    ['run quick.sh --program command --time soon'],
    ['run quick.sh --program command --ranks 1.5'],
    ['machines fly'],
    ['machines'],
    ['machines list more'],
    ['machines add'],
    ['machines add hpc'],
    ['machines add hpc --local --ssh host'],
    ['machines add hpc --ssh host --work /scratch'],
    ['machines add hpc --ssh host --scheduler slurm'],
    ['machines add hpc --ssh host --scheduler lsf --work /scratch'],
    ['machines add hpc --ssh host --scheduler slurm --work $SCRATCH'],
    ['machines add hpc --ssh host --scheduler slurm --work scratch'],
    ['machines add -hpc --local'],
    ['machines add h/pc --local'],
    ['machines add local --local'],
    ['machines add hpc --local --port 22'],
    ['machines add hpc --local --cores 1.5'],
    ['machines add hpc --local --program gaussian=/g'],
    ['machines add hpc --local --program xtb'],
    ['machines add hpc --local --prologue xtb=/nonexistent'],
    ['machines add hpc --local --env 1A=b'],
    ['machines add hpc --local --report perhaps'],
    ['machines set local --ssh host'],
    ['machines set local --poll-s 0'],
    ['machines import /nonexistent'],
    ['campaign'],
    ['campaign fly delta50'],
    ['campaign start'],
    ['campaign start nowhere'],
    ['campaign start delta50 --molecules benzol'],
    ['campaign start delta50 --levels B4LYP'],
    ['campaign start delta50 --levels wB97X-D'],
    ['campaign start delta50 --max-failures -1'],
    ['campaign start delta50 --pilot 99'],
    ['decks campaign start delta50 --order random'],
    ['engine fly'],
    ['export RUN'],
    ['export RUN --format docx'],
    ['events --since yesterday'],
    ['serve --port 70000'],
    ['resubmit'],
    ['cancel'],
  ])('wrong: larmor %s', async line => {
    await refusal(2, line === '' ? [] : line.split(' '))
  })

  test('without --json a fault is said on standard error only', async () => {
    const ended = await larmor('show', 'nosuchrun')
    expect(ended).toMatchObject({ exit: 4, out: '' })
    expect(ended.err).toContain('nosuchrun')
    expect(await larmor()).toMatchObject({ exit: 2, out: '' })
    expect(await larmor('--help')).toMatchObject({ exit: 0, err: '' })
  })
})
