import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The window's policy (src-tauri/tauri.conf.json). The browser tests serve the build under it and expect no violation.
const POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src ipc: http://ipc.localhost";

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
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
