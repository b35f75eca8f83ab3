import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

/** electron-builder's own reading and checking of its configuration. */
const require = createRequire(createRequire(import.meta.url).resolve('electron-builder'))
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config')
const { DebugLogger } = require('builder-util')

test('electron-builder accepts its configuration', async () => {
  const config = await getConfig(process.cwd(), null, null)
  expect(config.productName).toBe('Larmor')
  await validateConfiguration(config, new DebugLogger(false))
  await expect(validateConfiguration({ ...config, asarr: true }, new DebugLogger(false))).rejects.toThrow('asarr')
})
