import { defineConfig } from 'vite';

/** Builds the pages into the agent, which serves them itself; nothing comes from anywhere else. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: '../agent/pages',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy of the pages allows no inline script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
