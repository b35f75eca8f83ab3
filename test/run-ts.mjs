/**
 * `node test/run-ts.mjs FILE.ts [ARGUMENT...]` runs a TypeScript file from its sources, without a build: what the tests
 * start as a process of its own, and small scripts beside them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'

/**
 * Bundles a TypeScript file for Node into a folder, everything included; returns the path of the bundle.
 *
 * @param {string} entry
 * @param {string} folder
 */
export async function bundle(entry, folder) {
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('..', import.meta.url)),
    ssr: { noExternal: true },
    build: {
      ssr: resolve(entry),
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: 'bundle.mjs' } },
    },
  })
  return join(folder, 'bundle.mjs')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , entry, ...rest] = process.argv
  if (entry === undefined) throw new Error('which file?')
  const folder = mkdtempSync(join(tmpdir(), 'larmor-ts-'))
  try {
    const path = await bundle(entry, folder)
    process.argv = [process.argv[0], path, ...rest]
    await import(pathToFileURL(path).href)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
