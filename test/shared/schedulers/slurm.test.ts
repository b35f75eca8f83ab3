import { existsSync, readFileSync } from 'node:fs'
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

  test.each([1, 60, 599])('a job of %i s is not warned: it would be ended at once', seconds => {
    expect(slurm.header({ ...job, resources: { ...job.resources, seconds } }).join()).not.toContain('signal')
  })

  test('is submitted by one line without any word of the job', () => {
    expect(slurm.submit.line(job).sh).toBe('exec sbatch --parsable job.sh')
    expect(slurm.ownId).toBe('"$SLURM_JOB_ID"')
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
    expect(slurm.submit.read(printed(out))).toEqual({ ok: true, value: id })
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
    expect(slurm.submit.read(printed(out))).toMatchObject({
      ok: false,
      fault: { message: 'Slurm took the job, but its answer does not name it.' },
    })
  })

  test.each([1, 2, 127, 255, null])('with exit status %s is a refusal in its own words, whatever it printed', exit => {
    const err = 'sbatch: error: Batch job submission failed: Invalid partition name specified\n'
    expect(slurm.submit.read(printed('4711\n', exit, err))).toMatchObject({
      ok: false,
      fault: { message: 'Slurm refused the job.', detail: err },
    })
  })
})

describe('the queue', () => {
  test('is one question for all jobs', () => {
    expect(slurm.list.line({}).sh).toBe("squeue --noheader --me --states=all --format='%i|%t|%j|%r'")
  })

  test('is read line by line, with the reason where there is one', () => {
    const out =
      '101|R|r1.a.1|None\n102|PD|r1.b.1|Priority\n103|CD|r1.c.1|None\n104|XX|r1.d.1|None\n105|PD|r1.e.1|JobHeldUser\n'
    expect(slurm.list.read(printed(out))).toEqual({
      ok: true,
      value: [
        { queue_id: '101', label: 'r1.a.1', status: 'running', text: 'R' },
        { queue_id: '102', label: 'r1.b.1', status: 'queued', text: 'PD (Priority)' },
        { queue_id: '103', label: 'r1.c.1', status: 'gone', text: 'CD' },
        { queue_id: '104', label: 'r1.d.1', status: 'unclear', text: 'XX' },
        { queue_id: '105', label: 'r1.e.1', status: 'queued', text: 'PD (JobHeldUser)' },
      ],
    })
  })

  test('that is empty is an answer; none at all is not', () => {
    expect(slurm.list.read(printed(''))).toEqual({ ok: true, value: [] })
    expect(slurm.list.read(printed('', 1, 'slurm_load_jobs error: Unable to contact slurm controller'))).toMatchObject({
      ok: false,
      fault: { code: 'not-now', detail: 'slurm_load_jobs error: Unable to contact slurm controller' },
    })
    expect(slurm.list.read(printed('101|R|r1.a.1|None\n', null))).toMatchObject({ ok: false })
  })

  test('cut anywhere never tells of a job what was not said of it', () => {
    const out = '101|R|r1.a.1|None\n102|PD|r1.b.1|Priority\n'
    for (let at = 0; at <= out.length; at++) {
      expect(slurm.list.read(printed(out.slice(0, at), null)).ok).toBe(false)
    }
  })

  test('banners, headers, garbage and other people’s names are passed over', () => {
    const out =
      'CLUSTER: oakley\n*** Welcome ***\n\n|\n||\n|||\n101|R\n102||x\n103|R||None\n104|R|a|b|c\n\u0000\u001b[31m\n'
    expect(slurm.list.read(printed(out))).toMatchObject({ ok: true, value: [{ queue_id: '104', label: 'a' }] })
  })

  test.each(['toString', '__proto__', 'constructor'])('the state %s is unclear', code => {
    expect(slurm.list.read(printed(`101|${code}|r1.a.1|None\n`))).toMatchObject({ value: [{ status: 'unclear' }] })
  })
})

describe('ending jobs', () => {
  test('names them all in one line', () => {
    expect(slurm.cancel.line({ ids: ['101', '102', '$(id)'] as QueueId[] }).sh).toBe("scancel 101 102 '$(id)'")
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

test.skipIf(!existsSync(samples))(
  `published answers of sbatch name what they named for others${folder ? '' : ' (skipped: LARMOR_TRUTH_DATA is not set)'}`,
  () => {
    const text = readFileSync(samples, 'utf8').replaceAll(/\n\s+/g, ' ')
    const cases = [...text.matchAll(/parse_submit_kwargs: '(\{.*?\})'\s*submission_result_ref: '(\{.*?\})'/g)]
    expect(cases.length).toBeGreaterThan(3)
    for (const [, said = '', meant = ''] of cases) {
      const { exit_code, stdout, stderr } = JSON.parse(said)
      const { job_id } = JSON.parse(meant)
      if (/granted/i.test(stdout)) continue // the answer of salloc, which Larmor never calls
      const read = slurm.submit.read(printed(stdout, exit_code, stderr))
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
