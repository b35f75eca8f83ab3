import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { resourcesFolder } from './resources-folder.ts'

/** Larmor's version, from package.json. */
export const version: string = JSON.parse(readFileSync(join(dirname(resourcesFolder), 'package.json'), 'utf8')).version
