import type { MachineName } from '../../shared/ids.ts'
import { localMachine, type Machine } from '../../shared/model/machine.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'
import { readMachinesFile } from '../../shared/show/machines-file.ts'

/** Sets the machines of a colleague's file that are new here; changes nothing where one of them is another one here. */
export async function importMachines(
  text: string,
  known: Readonly<Record<string, Machine>>,
  set: (machine: Machine) => Promise<Result<unknown>>,
): Promise<Result<readonly MachineName[]>> {
  const read = readMachinesFile(text)
  if (!read.ok) return read
  const other = read.value.find(
    ({ name, settings }) => known[name] && JSON.stringify(known[name].settings) !== JSON.stringify(settings),
  )
  if (other)
    return badInput('file', `There is a machine ${other.name} already, with other settings. Nothing was changed.`)
  const fresh = read.value.filter(({ name }) => !known[name])
  for (const { name, settings } of fresh) {
    const done = await set({ ...localMachine, name, settings })
    if (!done.ok) return done
  }
  return ok(fresh.map(({ name }) => name))
}
