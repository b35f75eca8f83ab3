import { Resources } from 'openchemlib'
import tables from '../../node_modules/openchemlib/dist/resources.json?url'
import { type Embedded, embed } from '../../shared/nmr/embed.ts'
import type { StructureFormat } from '../../shared/nmr/parse-structure.ts'
import { type Stereoisomers, stereoisomers } from '../../shared/nmr/stereoisomers.ts'
import type { Result } from '../../shared/result.ts'

export type Question =
  | {
      readonly is: 'embed'
      readonly format: StructureFormat
      readonly text: string
      readonly charge: number
      readonly generate: boolean
    }
  | { readonly is: 'stereo'; readonly smiles: readonly string[] }

export interface Answers {
  readonly embed: Result<Embedded>
  /** In the order of the question. */
  readonly stereo: readonly Result<Stereoisomers>[]
}

/** Other lines of the field are asked about again with every key: their answers are kept. */
const known = new Map<string, Result<Stereoisomers>>()

function stereo(smiles: string): Result<Stereoisomers> {
  const answer = known.get(smiles) ?? stereoisomers(smiles)
  if (known.size > 1000) known.clear()
  known.set(smiles, answer)
  return answer
}

let registered: Promise<void> | null = null

/** What would hold up the window: a geometry, and all stereoisomers of a SMILES. */
addEventListener('message', async (event: MessageEvent<{ readonly id: number; readonly question: Question }>) => {
  const { id, question } = event.data
  try {
    if (question.is === 'stereo') postMessage({ id, answer: question.smiles.map(stereo) })
    else {
      registered ??= Resources.registerFromUrl(new URL(tables, location.href).href)
      await registered
      postMessage({ id, answer: embed(question.format, question.text, question.charge, question.generate) })
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    postMessage({ id, answer: { ok: false, fault: { code: 'internal', message } } })
  }
})
