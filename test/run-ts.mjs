/**
 * `node test/run-ts.mjs FILE.ts [ARGUMENT...]` runs a TypeScript file from its sources, without a build: what the tests
 * start as a process of its own, and small scripts beside them.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'

/**
 * Bundles a TypeScript file for Node into a folder, everything included unless packages are left out; returns the path
 * of the bundle.
 *
 * @param {string} entry
 * @param {string} folder
 * @param {boolean} withPackages
 */
export async function bundle(entry, folder, withPackages = true) {
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('..', import.meta.url)),
    ssr: withPackages ? { noExternal: true } : {},
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
  // Inside the checkout: there it finds `resources` and the packages, also those with native parts.
  const out = fileURLToPath(new URL('../out/', import.meta.url))
  mkdirSync(out, { recursive: true })
  const folder = mkdtempSync(join(out, 'ts-'))
  try {
    const path = await bundle(entry, folder, false)
    process.argv = [process.argv[0], path, ...rest]
    await import(pathToFileURL(path).href)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
