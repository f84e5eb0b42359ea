// Entries are named on the command line; the polyfill of module preloading needs a page.
export default {
  logLevel: 'error',
  build: {
    outDir: 'dist/vite',
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ['app/core.js', 'app/subpaths.js'],
      output: { entryFileNames: '[name].mjs' },
    },
  },
};
