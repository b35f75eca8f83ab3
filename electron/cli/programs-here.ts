import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Machine } from '../../shared/model/machine.ts'
import { programOf, programs } from '../../shared/programs/index.ts'
import { FaultError } from '../../shared/result.ts'

type Found = Machine['found']

/** The programs of the registry that are on this computer's PATH now, with the versions that are `known`. */
export function programsHere(known: Found = {}): Found {
  const found = Object.values(programs).flatMap(({ executable }) => {
    if (executable === null) return []
    const path = onPath(executable)
    const before = known[executable]
    const version = before && before.path === path ? before.version : null
    return path === null ? [] : [[executable, { path, version }] as const]
  })
  return Object.fromEntries(found)
}

/** Where a program lies that a shell would start by its name; null where there is none. */
export function onPath(name: string): string | null {
  const paths = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name))
  return paths.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Throws `not-now` where this computer does not have the program; of other machines only they themselves can tell. */
export function requireProgram(id: string, { name, settings, found }: Machine, instead?: string): void {
  const { executable, label } = programOf(id)
  if (executable === null || settings.programs[id] || found[executable] || settings.transport !== 'local') return
  const install =
    id === 'orca'
      ? 'ORCA is had from its makers (https://www.faccts.de/orca), not from Larmor; its folder must be on the PATH.'
      : `Debian, Ubuntu: apt-get install ${executable}.`
  throw new FaultError({
    code: 'not-now',
    field: 'program',
    message: `${label} is not installed on "${name}".`,
    hint: instead === undefined ? install : `${install} ${instead}`,
  })
}
