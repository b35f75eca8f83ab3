import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder `resources` of the program, from the sources and from the build alike. */
export const resourcesFolder = findResources(dirname(fileURLToPath(import.meta.url)))

/** Path of a script that runs on machines. */
export function remoteScript(name: 'agent.sh' | 'job.sh'): string {
  return join(resourcesFolder, 'remote', name)
}

function findResources(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const resources = join(folder, 'resources')
    if (existsSync(join(resources, 'remote', 'agent.sh'))) return resources
  }
  throw new Error('the folder "resources" is missing from this installation')
}
