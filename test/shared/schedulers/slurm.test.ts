import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Label, QueueId } from '../../../shared/ids.ts'
import { localMachine } from '../../../shared/model/machine.ts'
import { type Printed, schedulers } from '../../../shared/schedulers/index.ts'

const { slurm } = schedulers
const printed = (out: string, exit: number | null = 0, err = ''): Printed => ({ exit, out, err })
const job = {
  label: 'rtest.a.1' as Label,
  resources: { ranks: 4, memory_mb: 4000, seconds: 3601 },
  settings: localMachine.settings,
}

describe('the batch script', () => {
  test('asks for what the job wants', () => {
    expect(slurm.header(job)).toEqual([
      '#SBATCH --job-name=rtest.a.1',
      '#SBATCH --nodes=1',
      '#SBATCH --ntasks=4',
      '#SBATCH --mem=4000M',
      '#SBATCH --time=61',
      '#SBATCH --output=slurm.out',
      '#SBATCH --signal=B:USR1@60',
    ])
  })

  test('names a partition where there is one, and never more than that', () => {
    const settings = { ...job.settings, partition: 'short' }
    expect(slurm.header({ ...job, settings })).toContain('#SBATCH --partition=short')
    const hostile = { ...job.settings, partition: 'short\n#SBATCH --exclusive\nrm -rf ~' }
    const lines = slurm
      .header({ ...job, settings: hostile })
      .join('\n')
      .split('\n')
    expect(lines.filter(line => !line.startsWith('#SBATCH'))).toEqual([])
    expect(lines).not.toContain('#SBATCH --exclusive')
  })

  test.each([
    [60, 54],
    [120, 108],
    [599, 539],
  ])(
    'a job of %i s is not warned by Slurm, which would come too early: it warns itself after %i s',
    (seconds, after) => {
      const resources = { ...job.resources, seconds }
      expect(slurm.header({ ...job, resources }).join()).not.toContain('signal')
      expect(slurm.warnAfter(resources)).toBe(after)
    },
  )

  test('a longer job is warned by Slurm, which knows of a limit that was changed', () => {
    expect(slurm.warnAfter({ ...job.resources, seconds: 600 })).toBeNull()
  })

  test('asks for all that the machine says, each in a directive of its own', () => {
    const settings = { ...job.settings, account: 'chem', qos: 'long', constraint: 'ib&ssd', gres: 'scratch:20G' }
    expect(slurm.header({ ...job, settings })).toEqual(
      expect.arrayContaining([
        '#SBATCH --account=chem',
        '#SBATCH --qos=long',
        '#SBATCH --constraint=ib&ssd',
        '#SBATCH --gres=scratch:20G',
      ]),
    )
  })

  test('is submitted by one line without any word of the job', () => {
    expect(slurm.submit.line(job).sh).toBe('exec sbatch --parsable job.sh')
    expect(slurm.ownId(job.settings)).toBe('"$SLURM_JOB_ID"')
  })

  test('of several clusters is known by the cluster, too', () => {
    const settings = { ...job.settings, clusters: 'oak,elm' }
    expect(slurm.submit.line({ ...job, settings }).sh).toBe('exec sbatch --parsable -M oak,elm job.sh')
    expect(slurm.ownId(settings)).toBe('"$SLURM_JOB_ID;$SLURM_CLUSTER_NAME"')
    expect(slurm.submit.read(printed('4711;elm\n'), settings)).toEqual({ ok: true, value: '4711;elm' })
    expect(slurm.submit.read(printed('Submitted batch job 4711 on cluster elm\n'), settings)).toEqual({
      ok: true,
      value: '4711;elm',
    })
  })
})

describe('the answer to a submission', () => {
  test.each([
    ['4711\n', '4711'],
    ['4711', '4711'],
    ['4711;cluster-a\n', '4711'],
    ['\r\n4711\r\n', '4711'],
    ['*** Welcome to node 7 ***\nMaintenance: 12 Nov\n4711\nHave 1 nice day\n', '4711'],
    ['Submitted batch job 24\n', '24'],
    ['sbatch: submitted batch job 15\n', '15'],
    ['4711\nSubmitted batch job 4711\n', '4711'],
  ])('%j names %s', (out, id) => {
    expect(slurm.submit.read(printed(out), job.settings)).toEqual({ ok: true, value: id })
  })

  test.each([
    '',
    '\n',
    'job 4711',
    '47 11',
    '-4711',
    '4711x',
    '0x12',
    '2026\n4711\n',
    'sbatch: error: 4711 no',
    'Granted job allocation 10',
  ])('%j names nothing for certain: no guess', out => {
    expect(slurm.submit.read(printed(out), job.settings)).toMatchObject({
      ok: false,
      fault: { message: 'Slurm took the job, but its answer does not name it.' },
    })
  })

  test.each([1, 2, 127, 255, null])('with exit status %s is a refusal in its own words, whatever it printed', exit => {
    const err = 'sbatch: error: Batch job submission failed: Invalid partition name specified\n'
    expect(slurm.submit.read(printed('4711\n', exit, err), job.settings)).toMatchObject({
      ok: false,
      fault: { message: 'Slurm refused the job.', detail: err },
    })
  })
})

describe('ending jobs', () => {
  test('names them all in one line', () => {
    const ids = ['101', '102', '$(id)'] as QueueId[]
    expect(slurm.cancel.line({ settings: job.settings, ids }).sh).toBe(
      `scancel 101 102 '$(id)' || failed=$?\nexit "\${failed:-0}"`,
    )
  })

  test('of several clusters names each of them, and one that is down keeps no other from it', () => {
    const ids = ['101;oak', '7;elm', '102;oak'] as QueueId[]
    const lines = slurm.cancel.line({ settings: job.settings, ids }).sh.split('\n')
    expect(lines).toEqual([
      // Where the accounts are down, -M is refused: the login node's own cluster is told without.
      expect.stringMatching(
        /^scancel -M oak 101 102 \|\| \{ \[ "\$\(.*\)" = oak \] && scancel 101 102; \} \|\| failed=\$\?$/,
      ),
      expect.stringMatching(/^scancel -M elm 7 \|\| \{ \[ "\$\(.*\)" = elm \] && scancel 7; \} \|\| failed=\$\?$/),
      `exit "\${failed:-0}"`,
    ])
  })

  test('that was asked for is no proof that anything ended', () => {
    expect(slurm.cancel.read(printed('', 0, 'scancel: Terminating job 267\n'))).toEqual({ ok: true, value: [] })
    expect(slurm.cancel.read(printed('', 210, 'scancel: error: Access/permission denied\n'))).toMatchObject({
      ok: false,
    })
  })
})

const folder = process.env.LARMOR_TRUTH_DATA
const samples = folder ? join(folder, 'schedulers', 'slurm', 'qtoolkit_parse_submit_output_inout.yaml') : ''

test.skipIf(!folder)(
  `published answers of sbatch name what they named for others${folder ? '' : ' (skipped: LARMOR_TRUTH_DATA is not set)'}`,
  () => {
    const text = readFileSync(samples, 'utf8').replaceAll(/\n\s+/g, ' ')
    const cases = [...text.matchAll(/parse_submit_kwargs: '(\{.*?\})'\s*submission_result_ref: '(\{.*?\})'/g)]
    expect(cases.length).toBeGreaterThan(3)
    for (const [, said = '', meant = ''] of cases) {
      const { exit_code, stdout, stderr } = JSON.parse(said)
      const { job_id } = JSON.parse(meant)
      if (/granted/i.test(stdout)) continue // the answer of salloc, which Larmor never calls
      const read = slurm.submit.read(printed(stdout, exit_code, stderr), job.settings)
      expect(read.ok ? read.value : null, stdout).toBe(job_id)
    }
  },
)

describe("slurmstepd's last words in slurm.out", () => {
  test.each([
    ['slurmstepd: error: *** JOB 7 ON node1 CANCELLED AT 2026-01-02T03:04:05 DUE TO TIME LIMIT ***', 'time-limit'],
    ['slurmstepd: error: *** STEP 7.0 ON node1 CANCELLED AT 2026-01-02T03:04:05 DUE TO PREEMPTION ***', 'preempted'],
    [
      'slurmstepd: error: *** JOB 7 ON node1 CANCELLED AT 2026-01-02T03:04:05 DUE TO NODE FAILURE, SEE SLURMCTLD LOG ***',
      'node-lost',
    ],
    ['slurmstepd: error: *** JOB 7 ON node1 CANCELLED AT 2026-01-02T03:04:05 ***', 'cancelled'],
    [
      'slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch. Some of the step tasks have been OOM Killed.',
      'out-of-memory',
    ],
    ['slurmstepd: error: Detected 1 oom-kill event(s) in StepId=7.batch cgroup.', 'out-of-memory'],
    ['slurmstepd: error: StepId=7.batch exceeded memory limit (201 > 100), being killed', 'out-of-memory'],
    ['slurmstepd-node1: error: Exceeded job memory limit', 'out-of-memory'],
    ['slurmstepd: error: *** JOB 7 ON node1 CANCELLED AT 2026-01-02T03:04:05 DUE TO NODE REBOOT ***', null],
    ['my program says: exceeded memory limit', null],
    ['echo slurmstepd: error: oom_kill', null],
    ['', null],
  ])('%s', (line, cause) => {
    expect(slurm.log?.cause(line)).toBe(cause)
  })
})
