import { startServe } from '../../electron/serve.ts'
import { buildPage, launchChromium } from '../renderer/browser.ts'
import { lactate } from '../renderer/lactate.ts'
import { nmrScript } from '../renderer/nmr-script.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'
import type { Measurement } from './measurement.ts'

const CONFORMERS = 200
const LONG_MS = 120_000

/** 200 conformers of a molecule of 18 atoms, each with a geometry of its own: from the address to the last picture. */
export async function measureThumbnails(): Promise<readonly Measurement[]> {
  const { of } = lactate(14)
  const ids = Array.from({ length: CONFORMERS }, (_, n) => `c-${String(n).padStart(6, '0')}`)
  const engine = scriptedEngine()
  const script = nmrScript(engine, 'rmany', 'many', {
    ...of,
    geometry: place => of.geometry(place).replace(/\n.*\n/, `\nconformer ${place}\n`),
  })
  script.start()
  script.found(...ids)
  const built = await buildPage()
  const served = await startServe({ engine, port: 0, staticFolder: built.folder })
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(served.url)
    await page.getByText('Live', { exact: true }).waitFor()
    const began = performance.now()
    await page.evaluate(() => {
      location.hash = '#/ensembles/rmany'
    })
    const all = page.locator('img[data-picture]')
    await page.waitForFunction(most => document.querySelectorAll('img[data-picture]').length >= most, CONFORMERS, {
      timeout: LONG_MS,
    })
    const seconds = (performance.now() - began) / 1000
    return [
      {
        what: 'window: 200 conformer thumbnails',
        measured: seconds,
        budget: 10,
        unit: 's',
        met: seconds <= 10,
        beside: { pictures: await all.count(), webgl: 'software' },
      },
    ]
  } finally {
    await browser.close()
    await served.close()
    await built.remove()
  }
}
