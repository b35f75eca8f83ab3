import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import './test/setup/map-group-by.mjs'
import { GROUPS } from './test/setup/groups.mjs'

const heavy = GROUPS.map(group => `test/**/*.${group.name}.*test.ts`)

/** The desktop host is tested where Electron's binary cannot be, too; what it imports of it is stood in for. */
const standIn = fileURLToPath(new URL('./test/electron/stand-in.ts', import.meta.url))

/** Plain tests two at a time; then those with real daemons and programs, one file after the other. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        resolve: { alias: { electron: standIn } },
        test: {
          server: { deps: { inline: ['electron-store'] } },
          name: 'plain',
          include: ['test/**/*.test.ts'],
          exclude: heavy,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: heavy,
          runner: './test/setup/runner.ts',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
