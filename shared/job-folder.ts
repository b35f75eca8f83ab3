import type { Json, Label, RemotePath } from './ids.ts'
import type { Resources } from './model/job.ts'
import type { MachineSettings } from './model/machine.ts'
import type { Contents, InputFile, Program } from './programs/index.ts'
import type { Scheduler } from './schedulers/index.ts'
import { type ShLine, sh, shScript } from './sh.ts'

export interface JobFolder {
  readonly label: Label
  /** The folder on the machine, and its spool of reports. */
  readonly dir: RemotePath
  readonly spool: RemotePath
  readonly program: Program
  /** Path or launch line of the program there. */
  readonly executable: string
  readonly scheduler: Scheduler
  readonly settings: MachineSettings
  readonly input: Json
  readonly resources: Resources
  readonly contents: Contents
  /** Text of resources/remote/job.sh: what every job script has in common. */
  readonly body: string
}

/** All files that are sent for one attempt, exactly as they are sent; `larmor decks` and the window show them. */
export function jobFiles(job: JobFolder): readonly InputFile[] {
  return [
    ...job.program.files(job.input, job.resources, job.contents),
    { name: 'program.sh', text: programScript(job) },
    { name: 'job.sh', text: jobScript(job) },
    { name: 'submit.sh', text: `${job.scheduler.submit.line(job).sh}\n` },
    { name: 'restart.txt', text: (job.program.restartFiles ?? []).map(pattern => `${pattern}\n`).join('') },
    { name: 'scratch.txt', text: job.program.scratch.map(pattern => `${pattern}\n`).join('') },
  ]
}

function programScript({ program, input, resources, executable }: JobFolder): string {
  const lines: ShLine[] = [
    sh`# One core for each rank: a program's threads must not take more than was asked for.`,
    sh`export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1`,
    // Open MPI refuses root unless told twice; a container's only user is often root.
    sh`if [ "$(id -u)" = 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi`,
    sh`exec ${program.command(input, resources, executable)}`,
  ]
  return `${shScript(lines).sh}\n`
}

function jobScript({ label, dir, spool, program, scheduler, settings, resources, body }: JobFolder): string {
  const head = [
    '#!/bin/sh',
    ...scheduler.header({ label, resources, settings }),
    `# ${resources.ranks} rank${resources.ranks === 1 ? '' : 's'}, ${resources.memory_mb} MB in total, ${resources.seconds} s`,
    sh`LARMOR_LABEL=${label}`.sh,
    sh`LARMOR_DIR=${dir}`.sh,
    sh`LARMOR_SPOOL=${spool}`.sh,
    sh`LARMOR_OUTPUT=${program.output}`.sh,
    sh`LARMOR_SECONDS=${scheduler.warnAfter(resources) ?? ''}`.sh,
    `LARMOR_QUEUE_ID=${scheduler.ownId(settings)}`,
  ]
  return `${head.join('\n')}\n${body}`
}
