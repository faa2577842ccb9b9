import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The window's own policy: the browser tests serve the build under it and expect no violation.
const conf = JSON.parse(readFileSync(new URL('../src-tauri/tauri.conf.json', import.meta.url), 'utf8')) as {
  app: { security: { csp: string } };
};
const POLICY = conf.app.security.csp;

export default defineConfig({
  plugins: [svelte()],
  // Relative, so that the build also runs from the window's own scheme.
  base: './',
  build: {
    target: 'safari16',
    // A font as data: would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  preview: { port: 4317, strictPort: true, headers: { 'Content-Security-Policy': POLICY } },
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
