import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env['BOURSE_URL'] ?? 'http://127.0.0.1:5080';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../wwwroot',
    emptyOutDir: true,
    target: 'es2022',
    // Everything comes from files of ours, so that the page lives with a strict content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // @microsoft/signalr places its purity comments where the bundler cannot use them; that is no fault of this page.
    rollupOptions: { onwarn: (warning, warn) => warning.code === 'INVALID_ANNOTATION' || warn(warning) },
  },
  server: {
    proxy: {
      '/api': server,
      '/health': server,
      '/hubs': { target: server, ws: true },
    },
  },
  test: { include: ['test/**/*.test.ts'] },
});
