import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const renderer = fileURLToPath(new URL('../../renderer', import.meta.url))

/** The classes that a style sheet gives a look by themselves, wherever they stand. */
function classesOf(css: string): readonly string[] {
  const selectors = [...css.matchAll(/^([^{}@/\n][^{}@/]*)\{/gm)].flatMap(([, list = '']) => list.split(','))
  return selectors.flatMap(selector => /^\.([A-Za-z-]+)$/.exec(selector.trim())?.[1] ?? [])
}

test('no class alone has its look from two style sheets: all of them are loaded at once', async () => {
  const files = (await readdir(renderer, { recursive: true })).filter(name => name.endsWith('.css'))
  expect(files.length).toBeGreaterThan(5)
  const sheets = new Map<string, Set<string>>()
  for (const file of files) {
    for (const name of classesOf(await readFile(join(renderer, file), 'utf8'))) {
      sheets.set(name, (sheets.get(name) ?? new Set()).add(relative('.', file)))
    }
  }
  expect(sheets.size).toBeGreaterThan(50)
  expect([...sheets].filter(([, of]) => of.size > 1).map(([name, of]) => `.${name}: ${[...of].join(', ')}`)).toEqual([])
})

test('a class is found by itself, among others of its rule, and not within a longer selector', () => {
  expect(classesOf('.a,\n.b > c {\n}\n\n.d {\n  color: red;\n}\n.e .f {\n}\n.g:hover {\n}')).toEqual(['a', 'd'])
})
