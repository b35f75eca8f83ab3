#!/usr/bin/env node
/**
 * `larmor`, as npm links it. A file of the repository and not of the build: npx remembers for a folder that a command is
 * not there, and would go on saying so after the build.
 */
import { existsSync } from 'node:fs'

const cli = new URL('../out/electron/cli.js', import.meta.url)

if (existsSync(cli)) {
  await import(cli.href)
} else {
  console.error('Larmor is not built yet. In its folder: npm run quickstart, or npm ci && npm run build')
  process.exitCode = 3
}
