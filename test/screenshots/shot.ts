import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { resourcesFolder } from '../../electron/resources-folder.ts'
import type { Served } from '../../electron/serve.ts'
import type { Question } from '../../shared/contract.ts'
import type { MachineName } from '../../shared/ids.ts'
import type { ScriptedEngine } from '../serve/scripted-engine.ts'
import type { JournalName } from './journals.ts'

export interface Shot {
  readonly name: string
  readonly journal: JournalName
  readonly hash: string
  /** Light alone where left out for pictures of which the dark one says nothing new. */
  readonly themes?: readonly ('light' | 'dark')[]
  readonly size?: readonly [width: number, height: number]
  readonly scale?: number
  /** What a person does before the picture. */
  act?(page: Page, served: Served, engine: ScriptedEngine): Promise<void>
  /** Runs in the page before everything else. */
  readonly before?: string
  /** The page is shown while it waits for the state, which never comes. */
  readonly loading?: true
  /** Something is refused or closed for it: the browser may complain then. */
  readonly complains?: true
}

export const BOTH = ['light', 'dark'] as const

/** What a machine asks, but for its kind and its words. */
export const QUESTION: Question = {
  id: 'q1',
  machine: 'helix' as MachineName,
  kind: 'code',
  text: '',
  echo: false,
  asked: new Date().toISOString(),
  until: null,
}

export async function keys(page: Page, ...pressed: readonly string[]): Promise<void> {
  for (const key of pressed) await page.keyboard.press(key)
}

/** The engine behind the page is gone. */
export async function silence(page: Page, served: Served): Promise<void> {
  await served.close()
  await page.getByText('Larmor does not answer.').waitFor()
}

const FIXTURES = join(resourcesFolder, '..', 'test', 'fixtures', 'nwchem')

/** Outputs of real runs, as a folder that is held over the window; lets go of them. */
export async function drag(page: Page): Promise<() => Promise<void>> {
  const debug = await page.context().newCDPSession(page)
  const data = { items: [], files: [FIXTURES], dragOperationsMask: 1 }
  const send = async (type: 'dragEnter' | 'dragOver' | 'drop') => {
    await debug.send('Input.dispatchDragEvent', { type, x: 600, y: 500, data })
  }
  await send('dragEnter')
  await send('dragOver')
  await page.locator('[data-drop-veil]').waitFor()
  return () => send('drop')
}

/** The decks of a run that is composed are shown. */
export async function decks(page: Page): Promise<void> {
  await page.locator('[data-file="larmor.nw"] pre').waitFor()
}

/** Conformers are drawn. */
export async function pictures(page: Page): Promise<void> {
  await page.locator('img[data-picture]').first().waitFor()
  await page.locator('[data-viewer="shown"]').waitFor()
}
