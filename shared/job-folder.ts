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
    ...(job.settings.tail.trim() === '' ? [] : [{ name: 'tail.sh', text: asLines(job.settings.tail) }]),
    { name: 'restart.txt', text: (job.program.restartFiles ?? []).map(pattern => `${pattern}\n`).join('') },
    { name: 'scratch.txt', text: job.program.scratch.map(pattern => `${pattern}\n`).join('') },
  ]
}

/** Where the program is on this machine: a person's word first, then what was found, then its plain name. */
export function executableOf(
  { launch, programs }: MachineSettings,
  { id, executable }: Pick<Program, 'id' | 'executable'>,
  found: Readonly<Record<string, string>>,
): string {
  return launch[id] ?? programs[id] ?? onMachine(executable && found[executable]) ?? executable ?? ''
}

/** A path that was found is one word of a launch line, whatever stands in it. */
function onMachine(path: string | null | undefined): string | undefined {
  if (!path) return undefined
  return /[\s"]/.test(path) ? `"${path}"` : path
}

/** `module` is a function of login shells on most clusters, which this script is none of. */
const MODULES = `command -v module >/dev/null 2>&1 || for init in /etc/profile.d/lmod.sh /etc/profile.d/modules.sh \
/usr/share/lmod/lmod/init/sh /usr/share/modules/init/sh; do [ -r "$init" ] && . "$init" && break; done`

function programScript({ program, input, resources, executable, settings }: JobFolder): string {
  const prologue = settings.prologue[program.id] ?? ''
  const lines: ShLine[] = [
    sh`# One core for each rank: a program's threads must not take more than was asked for.`,
    sh`export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1`,
    // Open MPI refuses root unless told twice; a container's only user is often root.
    sh`if [ "$(id -u)" = 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi`,
    ...(/\bmodule\b/.test(prologue) ? [{ sh: MODULES }] : []),
    ...(prologue.trim() === '' ? [] : [{ sh: asLines(prologue).trimEnd() }]), // a person's own lines of sh
    sh`exec ${program.command(input, resources, executable)}`,
  ]
  return `${shScript(lines).sh}\n`
}

function jobScript({ label, dir, spool, program, scheduler, settings, resources, body }: JobFolder): string {
  const hasPrologue = (settings.prologue[program.id] ?? '').trim() !== ''
  const head = [
    '#!/bin/sh',
    ...scheduler.header({ label, resources, settings }),
    `# ${resources.ranks} rank${resources.ranks === 1 ? '' : 's'}, ${resources.memory_mb} MB in total, ${resources.seconds} s`,
    ...(settings.header.trim() === '' ? [] : [asLines(settings.header).trimEnd()]), // a person's own: directives, lines of sh
    ...Object.entries(settings.environment).flatMap(([name, value]) =>
      /^[A-Za-z_]\w*$/.test(name) ? [`export ${name}=${sh`${value}`.sh}`] : [],
    ),
    sh`LARMOR_LABEL=${label}`.sh,
    sh`LARMOR_DIR=${dir}`.sh,
    sh`LARMOR_SPOOL=${settings.report ? spool : ''}`.sh,
    sh`LARMOR_OUTPUT=${program.output}`.sh,
    sh`LARMOR_SECONDS=${scheduler.warnAfter(resources) ?? ''}`.sh,
    // People write their prologues for bash, where there is one.
    sh`LARMOR_SHELL=${hasPrologue ? 'bash' : 'sh'}`.sh,
    `LARMOR_SCRATCH=${settings.scratch === null ? '' : onNode(settings.scratch)}`,
    `LARMOR_QUEUE_ID=${scheduler.ownId(settings)}`,
  ]
  return `${head.join('\n')}\n${body}`
}

/**
 * A template of a path, of which only $NAME and ${NAME} mean anything to the shell on the node. It is never empty, so that
 * a variable that is not set there is an error, and not the job's own folder.
 */
function onNode(template: string): string {
  return template
    .split(/(\$\w+|\$\{\w+\})/)
    .filter(part => part !== '')
    .map(part => {
      const name = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(part)?.[1]
      return name === undefined ? sh`${part}`.sh : `"\${${name}}"`
    })
    .join('')
    .concat('/.')
}

/** Text of a person's as lines of a script, whatever computer it was typed on. */
function asLines(text: string): string {
  return `${text.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '').replace(/\n*$/, '')}\n`
}
