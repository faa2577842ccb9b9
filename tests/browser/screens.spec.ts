// Each screen renders on recorded replies, has no accessibility violation in either theme, and breaks no policy
// (the fixture in ui/e2e.ts fails a test on any violation or console error).

import { AxeBuilder, expect, open, test, type Page } from '../../ui/e2e.ts';

const screens: [name: string, hash: string, act?: (page: Page) => Promise<unknown>][] = [
  ['overview', '#/overview', (p) => p.getByTestId('overview-row').first().waitFor()],
  ['overview as table', '#/overview', (p) => p.getByRole('button', { name: 'as table' }).click()],
  ['hotspots', '#/hotspots', (p) => p.getByTestId('hotspot-row').first().waitFor()],
  ['hotspots, causes unfolded', '#/hotspots', (p) => p.getByRole('button', { name: 'and 2 more' }).click()],
  ['hotspots below', '#/hotspots?drill=feature:contract-review', (p) => p.getByTestId('hotspot-row').first().waitFor()],
  ['month', '#/month', (p) => p.getByTestId('bridge-row').first().waitFor()],
  ['calls', '#/calls', (p) => p.getByTestId('call-row').nth(5).waitFor()],
  ['drawer', '#/calls?call=000000000001', (p) => p.getByTestId('trace-total').waitFor()],
  ['drawer, unpriced', '#/calls?call=000000000003', (p) => p.getByTestId('bill-total').waitFor()],
  ['files', '#/files', async (p) => {
    await p.getByTestId('choose-files').click();
    await p.getByTestId('import-result').waitFor();
  }],
  ['mapping', '#/files', async (p) => {
    await p.evaluate(() => dispatchEvent(new CustomEvent('outlay:drop', { detail: { state: 'dropped', paths: ['/exports/gateway.csv'] } })));
    await p.getByTestId('map-columns').click();
    await p.getByTestId('mapping-cost').waitFor();
    await p.getByText('What is saved').click();
  }],
  ['export', '#/hotspots', (p) => p.getByTestId('export').click()],
  ['prices', '#/prices', (p) => p.getByTestId('price-row').first().waitFor()],
  ['settings', '#/settings', (p) => p.getByTestId('name-row').first().waitFor()],
  ['palette', '#/overview', (p) => p.keyboard.press('Control+k')],
  ['filter', '#/overview', async (p) => {
    await p.getByTestId('add-filter').click();
    await p.getByRole('button', { name: 'Model', exact: true }).click();
    await p.getByRole('checkbox').first().waitFor();
  }],
  ['period', '#/overview', (p) => p.getByTestId('period').click()],
];

for (const theme of ['light', 'dark'] as const) {
  for (const [name, hash, act] of screens) {
    test(`${name}, ${theme}: no violation`, async ({ page }) => {
      await open(page, hash, { theme });
      await act?.(page);
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join('; ')}`)).toEqual([]);
    });
  }
}

test('the build holds no inline style or script', async ({ page, request }) => {
  const html = await (await request.get('/')).text();
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)/);
  const reply = await page.goto('/');
  expect(reply?.headers()['content-security-policy']).toContain("default-src 'self'");
});

test('a policy violation would be seen', async ({ page, faults }) => {
  await open(page, '#/overview');
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<p style="color:red">x</p>');
  });
  await expect.poll(() => faults.length).toBeGreaterThan(0);
  faults.length = 0;
});

test('an empty company file says what to drop and where to get it', async ({ page }) => {
  await open(page, '#/overview', { state: 'empty' });
  await expect(page.getByTestId('sentence')).toHaveText('Drop this month’s exports here');
  await expect(page.getByTestId('drop-zone')).toBeVisible();
  await expect(page.getByText('Usage > Export > Activity')).toBeVisible();
});

test('an error names the remedy and can be tried again', async ({ page }) => {
  for (const hash of ['#/overview', '#/hotspots', '#/calls']) {
    await page.goto(`/?recorded=error${hash}`);
    await expect(page.getByRole('alert')).toContainText('Import the files of 14 Oct again');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
  }
});

test('without a company file there is a start', async ({ page }) => {
  await page.goto('/?recorded=none');
  await page.getByTestId('open-sample').click();
  await expect(page.getByText('Start with my own files')).toBeVisible();
  await page.getByTestId('nav-files').click();
  await expect(page.getByTestId('drop-zone')).toHaveCount(0);
  await page.getByRole('button', { name: 'Start with my own files' }).click();
  await expect(page.getByTestId('drop-zone')).toBeVisible();
});

test('what the core says about the sample company fits its place', async ({ page }) => {
  for (const width of [1000, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    for (const hash of ['#/overview', '#/hotspots?drill=feature:contract-check', '#/hotspots?by=feature.model', '#/calls', '#/prices', '#/files', '#/settings']) {
      await open(page, hash, { state: 'golden' });
      await page.waitForTimeout(100);
      if (hash === '#/files') await page.getByTestId('coverage-row').first().waitFor();
      // Nothing reaches out of its table's or column's place unseen.
      const out = await page.evaluate(() =>
        [...document.querySelectorAll('main table')]
          .filter((t) => !t.closest('[role="region"]') && t.getBoundingClientRect().right > (t.parentElement?.getBoundingClientRect().right ?? 0) + 1)
          .map((t) => t.getAttribute('aria-label')),
      );
      expect(out, `${hash} at ${width}`).toEqual([]);
    }
  }
});
