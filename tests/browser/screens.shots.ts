// Pictures of every screen, to be looked at: `npm run shots` in ui/. They go to OUTLAY_SHOTS_DIR.

import { open, test, type Page } from '../../ui/e2e.ts';

const DIR = process.env['OUTLAY_SHOTS_DIR'] ?? '../tests/browser/results/shots';
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

const screens: [name: string, hash: string, state?: string, act?: (page: Page) => Promise<void>][] = [
  ['overview', '#/overview'],
  ['overview-empty', '#/overview', 'empty'],
  ['overview-error', '#/overview', 'error'],
  ['hotspots', '#/hotspots', '', async (p) => void (await p.getByRole('button', { name: 'and 2 more' }).click())],
  ['hotspots-down', '#/hotspots?drill=feature:contract-review&by=model.environment'],
  ['month', '#/month', '', async (p) => void (await p.getByTestId('bridge-row').first().waitFor())],
  ['calls', '#/calls', '', async (p) => void (await p.getByTestId('call-row').nth(3).waitFor())],
  ['drawer', '#/calls?call=000000000001', '', async (p) => void (await p.getByTestId('trace-total').waitFor())],
  ['drawer-unpriced', '#/calls?call=000000000003', '', async (p) => void (await p.getByTestId('trace-total').waitFor())],
  ['files', '#/files', '', async (p) => {
    await p.getByTestId('choose-files').click();
    await p.getByTestId('import-result').waitFor();
  }],
  ['files-progress', '#/files', '', async (p) => {
    await p.getByTestId('choose-files').click();
    await p.waitForTimeout(420);
  }],
  ['mapping', '#/files', '', async (p) => {
    await p.evaluate(() => dispatchEvent(new CustomEvent('outlay:drop', { detail: { state: 'dropped', paths: ['/exports/gateway.csv'] } })));
    await p.getByTestId('map-columns').click();
    await p.getByTestId('mapping-cost').waitFor();
  }],
  ['prices', '#/prices'],
  ['prices-preview', '#/prices', '', async (p) => {
    await p.getByRole('button', { name: 'Say which model it is' }).first().click();
    await p.getByLabel('Model whose price applies').fill('gpt-4.1');
    await p.getByRole('button', { name: 'What would change?' }).click();
    await p.getByTestId('price-effects').waitFor();
  }],
  ['export', '#/overview', '', async (p) => void (await p.getByRole('button', { name: 'Export' }).click())],
  ['settings', '#/settings', '', async (p) => void (await p.getByTestId('name-row').first().waitFor())],
  ['palette', '#/overview', '', async (p) => {
    await p.keyboard.press('Control+k');
    await p.getByTestId('palette').fill('co');
  }],
  ['filter', '#/overview?is.model=gpt-5.2', '', async (p) => {
    await p.getByTestId('add-filter').click();
    await p.getByRole('button', { name: 'Feature', exact: true }).click();
    await p.waitForTimeout(200);
  }],
  ['period', '#/overview', '', async (p) => void (await p.getByTestId('period').click())],
  ['sample', '#/overview', 'sample'],
];

for (const theme of ['light', 'dark'] as const) {
  for (const size of SIZES) {
    for (const [name, hash, state = '', act] of screens) {
      test(`${name} ${theme} ${size.width}`, async ({ page }) => {
        await page.setViewportSize(size);
        if (name === 'overview-error') {
          await page.emulateMedia({ colorScheme: theme });
          await page.goto(`/?recorded=${state}${hash}`);
          await page.getByRole('alert').waitFor();
        } else await open(page, hash, { state, theme });
        await act?.(page);
        await page.waitForTimeout(150);
        await page.screenshot({ path: `${DIR}/${name}-${theme}-${size.width}.png` });
      });
    }
  }
}
