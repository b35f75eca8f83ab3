import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The page, for the window and for `larmor serve` alike: no inline script or style, so that a strict CSP holds. */
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  // The package's own entry is a build for debugging, ten times as large.
  resolve: { alias: { '3dmol': '3dmol/build/3Dmol.es6-min.js' } },
  // As it is started: a module.
  worker: { format: 'es', rolldownOptions: { checks: { pluginTimings: false } } },
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: {
        pluginTimings: false,
        // 3Dmol has one for CIF files, which are not read here; the page's rules would forbid it.
        eval: false,
      },
    },
    chunkSizeWarningLimit: 2000, // openchemlib alone is 1.3 MB
  },
})
