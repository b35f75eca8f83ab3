import { defineConfig } from 'vitest/config'
import './test/setup/map-group-by.mjs'
import { GROUPS } from './test/setup/groups.mjs'

const heavy = GROUPS.map(group => `test/**/*.${group.name}.*test.ts`)

/** Plain tests two at a time; then those with real daemons and programs, one file after the other. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
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
