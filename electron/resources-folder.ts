import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder `resources` of the program, from the sources and from the build alike. */
export const resourcesFolder = findResources(dirname(fileURLToPath(import.meta.url)))

function findResources(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const resources = join(folder, 'resources')
    if (existsSync(join(resources, 'remote', 'job.sh'))) return resources
  }
  throw new Error('the folder "resources" is missing from this installation')
}
