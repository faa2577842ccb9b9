import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '../tests/browser',
  testMatch: process.env['OUTLAY_SHOTS'] ? '*.shots.ts' : '*.spec.ts',
  outputDir: '../tests/browser/results',
  reporter: [['list']],
  fullyParallel: true,
  workers: 2,
  // Against hanging only: a busy machine takes ten times as long as an idle one.
  timeout: 180_000,
  expect: { timeout: 60_000 },
  use: {
    actionTimeout: 60_000,
    baseURL: 'http://localhost:4317',
    viewport: { width: 1280, height: 800 },
    timezoneId: 'Europe/Berlin',
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
  webServer: {
    command: 'npx vite preview --mode recorded --outDir dist-recorded',
    url: 'http://localhost:4317',
    reuseExistingServer: false,
  },
});
