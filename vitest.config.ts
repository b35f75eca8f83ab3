import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import './test/setup/map-group-by.mjs'
import { GROUPS } from './test/setup/groups.mjs'

const heavy = GROUPS.map(group => `test/**/*.${group.name}.*test.ts`)

/** The desktop host is tested where Electron's binary cannot be, too; what it imports of it is stood in for. */
const standIn = fileURLToPath(new URL('./test/electron/stand-in.ts', import.meta.url))

/**
 * For how long a test may last, in seconds, and for how long it may wait for one thing: less, so that it can still say
 * for what. Generous, since a busy machine is slow, not wrong.
 */
function limits(test: number, patience: number) {
  return { testTimeout: 1000 * test, hookTimeout: 1000 * test, env: { LARMOR_PATIENCE_S: String(patience) } }
}

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
          ...limits(180, 150),
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
          ...limits(600, 300),
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
