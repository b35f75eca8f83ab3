import { readdir, readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { previewCampaign } from '../../shared/compose/before-campaign.ts'
import type { Json } from '../../shared/ids.ts'
import type { Resources } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { orThrow } from '../../shared/result.ts'
import {
  type CampaignParams,
  type CampaignSet,
  delta50Set,
  estimateOf,
  estimateText,
  readOwnSet,
  resolveCampaign,
} from '../../shared/workflows/index.ts'
import { refOf } from '../engine/store/content-ref.ts'
import { readState } from '../engine-client.ts'
import { homeFolder } from '../home.ts'
import { badArgument, type Given, oneWord } from './command.ts'
import type { Composed } from './compose.ts'
import { foundOnDisk } from './found-on-disk.ts'
import { requireProgram } from './programs-here.ts'

const MOST_FILE_BYTES = 1 << 20

/** `campaign start delta50|FOLDER`: everything that can be wrong is found here, before an engine is even started. */
export async function composeCampaign(
  given: Given,
  machine: Machine,
  cwd: string,
  resources: Resources,
): Promise<Composed> {
  const set = await setOf(oneWord(given, 'FOLDER or delta50', 'set'), cwd)
  const { state } = await readState(homeFolder())
  const resolved = orThrow(
    resolveCampaign(
      {
        molecules: given.text('molecules'),
        pilot: given.number('pilot', Number.NEGATIVE_INFINITY),
        program: given.text('program'),
        levels: given.text('levels'),
        solvents: given.text('solvents'),
        max_failures: given.number('max-failures', Number.NEGATIVE_INFINITY),
        order: given.text('order'),
        geometry: given.text('geometry'),
        name: given.text('name'),
      },
      set,
      {
        machine,
        cores: machine.settings.transport === 'local' ? availableParallelism() : undefined,
        resources,
        refOf,
      },
    ),
  )
  requireProgram(resolved.params.program, machine)
  const contents = new Map(resolved.texts.map(text => [refOf(text).sha256, text]))
  const found = await foundOnDisk(homeFolder(), resolved.params, machine, contents)
  const estimate = estimateOf(resolved.params, state.times?.[machine.name] ?? [], found)
  return {
    name: resolved.name,
    workflow: 'campaign',
    machine: machine.name,
    params: resolved.params as unknown as Json,
    texts: resolved.texts,
    files: [],
    warnings: resolved.params.warnings,
    says: [saidOf(resolved.params)],
    beforehand: { text: estimateText(estimate), document: { estimate: estimate as unknown as Json } },
    preview: () => ({
      ...previewCampaign(resolved.params, machine),
      shown: async ref => contents.get(ref.sha256) ?? '',
    }),
  }
}

function saidOf({ program, levels, solvents, geometry, molecules, order, max_failures }: CampaignParams): string {
  const shieldings = `${program} ${levels.map(({ label }) => label).join(', ')} in ${solvents.map(({ name }) => name).join(', ')}`
  return `${molecules.length} molecule${molecules.length === 1 ? '' : 's'}, ${order}; ${shieldings}; geometries ${geometry?.label ?? 'as given'}; pauses when more than ${max_failures} fail`
}

/** `delta50`, or a folder with structures and a CSV of shifts. */
async function setOf(word: string, cwd: string): Promise<CampaignSet> {
  if (word.toLowerCase() === 'delta50') return delta50Set
  const folder = resolve(cwd, word)
  const about = await stat(folder).catch(() => null)
  if (!about?.isDirectory()) throw badArgument('set', `There is no set "${word}".`, 'delta50, or a folder')
  const names = (await readdir(folder)).filter(name => /\.(xyz|mol|sdf|sd|csv)$/i.test(name)).toSorted()
  const files = await Promise.all(
    names.map(async name => {
      const path = join(folder, name)
      try {
        const { size } = await stat(path)
        if (size <= MOST_FILE_BYTES) return { name, text: await readFile(path, 'utf8') }
      } catch (error) {
        throw badArgument('set', `${path} cannot be read: ${error instanceof Error ? error.message : error}`)
      }
      throw badArgument('set', `${path} is larger than 1 MB.`)
    }),
  )
  return orThrow(readOwnSet(basename(folder), files))
}
