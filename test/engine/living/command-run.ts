import { readFile } from 'node:fs/promises'
import { refOf } from '../../../electron/engine/store/content-ref.ts'
import { ifExists } from '../../../electron/engine/store/disk-fault.ts'
import type { Engine } from '../../../shared/contract.ts'
import type { MachineName, RunId } from '../../../shared/ids.ts'
import type { Command } from '../../../shared/model/commands.ts'
import { LOCAL } from '../../../shared/model/machine.ts'
import { orThrow } from '../../../shared/result.ts'

/** A run that can be started, as often as one likes. */
export interface Startable {
  readonly run: RunId
  readonly texts: readonly string[]
  readonly command: Extract<Command, { readonly type: 'run.start' }>
}

/** Jobs that are plain commands, by key, on this computer or on the machine that `machines` names for the key. */
export function commandRun(
  run: string,
  scripts: Readonly<Record<string, string>>,
  machines: Readonly<Record<string, MachineName>> = {},
): Startable {
  const jobs = Object.entries(scripts).map(([key, text]) => ({
    key,
    machine: machines[key] ?? LOCAL,
    program: 'command',
    input: { files: [{ name: 'job.command', ...refOf(text) }], main: 'job.command', args: [] },
    resources: { ranks: 1, memory_mb: 100, seconds: 600 },
  }))
  return {
    run: run as RunId,
    texts: Object.values(scripts),
    command: { type: 'run.start', run: run as RunId, name: run, workflow: 'single', machine: LOCAL, params: { jobs } },
  }
}

/** Starts it; that it was started before is no error. */
export async function begin(engine: Engine, { texts, command }: Startable): Promise<void> {
  for (const text of texts) orThrow(await engine.put(text))
  orThrow(await engine.send(command))
}

/**
 * A log outside of the data folder to which the jobs themselves write: who really ran, and how often, by no word of
 * Larmor's. Short lines of O_APPEND are whole.
 */
export interface Witness {
  /** The path of the log. */
  readonly log: string
  /** A script that says that it began, works, and says that it ended. */
  script(key: string, work: string): string
  /** How often each key began and ended. */
  seen(): Promise<Readonly<Record<string, { readonly began: number; readonly ended: number }>>>
}

export function witness(log: string): Witness {
  const say = (word: string, key: string) => `printf '%s %s %s\\n' ${word} ${key} "$$" >>'${log}'\n`
  return {
    log,
    script: (key, work) => `${say('began', key)}${work}\n${say('ended', key)}`,
    async seen() {
      const seen: Record<string, { began: number; ended: number }> = {}
      for (const line of ((await ifExists(readFile(log, 'utf8'))) ?? '').split('\n').slice(0, -1)) {
        const [word = '', key = ''] = line.split(' ')
        seen[key] ??= { began: 0, ended: 0 }
        if (word === 'began' || word === 'ended') seen[key][word] += 1
      }
      return seen
    },
  }
}
