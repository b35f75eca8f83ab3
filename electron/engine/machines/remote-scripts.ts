import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resourcesFolder } from '../../resources-folder.ts'

/** The files of resources/remote/agent, in the order in which they make one script. */
const AGENT = ['base', 'processes', 'probe', 'stage', 'submission', 'reports', 'files', 'direct', 'verbs']

/** The agent: all that Larmor itself runs on a machine, as one script of POSIX sh. */
export async function agentScript(): Promise<string> {
  const parts = AGENT.map(name => readFile(join(resourcesFolder, 'remote', 'agent', `${name}.sh`), 'utf8'))
  return (await Promise.all(parts)).join('\n')
}

/** What every job script has in common: resources/remote/job.sh. */
export function jobBody(): Promise<string> {
  return readFile(join(resourcesFolder, 'remote', 'job.sh'), 'utf8')
}
