// What a person does: by keyboard, by mouse, through the address; and that shown figures are the replies' decimals.

import { expect, open, test } from '../../ui/e2e.ts';

test('totals are the recorded decimals', async ({ page }) => {
  await open(page, '#/overview');
  await expect(page.getByTestId('overview-total')).toHaveText('$80,112.40');
  await expect(page.getByTestId('sentence')).toContainText('$80,112.40');
  await expect(page.getByTestId('sentence')).toHaveAttribute('title', '80112.400000000');
  await page.getByTestId('nav-hotspots').click();
  await expect(page.getByTestId('hotspots-total')).toHaveText('80,112.40');
  await expect(page.getByTestId('hotspot-row').first()).toContainText('29,880.12');
  await expect(page.getByTestId('hotspot-rest').last()).toContainText('19,227.90');
  await page.getByTestId('nav-calls').click();
  await expect(page.getByTestId('calls-total')).toHaveText('$60,884.50');
});

test('hotspots go down and up by keyboard alone', async ({ page }) => {
  await open(page, '#/overview');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  const first = page.getByTestId('hotspot-row').first().getByRole('button').first();
  await first.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Causes overlap and do not add up.')).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByText('Causes overlap and do not add up.')).toHaveCount(0);
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: 'support-agent' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/drill=feature:support-agent/);
  await expect(page.getByTestId('hotspots-total')).toHaveText('16,402.77');
  await expect(page.getByTestId('by-0')).toHaveValue('model');
  await page.getByTestId('hotspot-row').first().getByRole('button').first().focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/drill=.*drill=model/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('hotspots-total')).toHaveText('80,112.40');
  await page.goBack();
  await expect(page.getByTestId('hotspots-total')).toHaveText('16,402.77');
});

test('three dimensions at most', async ({ page }) => {
  await open(page, '#/hotspots');
  for (const d of ['model', 'team']) await page.getByRole('combobox', { name: 'Cut further by' }).selectOption(d);
  await expect(page).toHaveURL(/by=feature\.model\.team/);
  await expect(page.getByRole('combobox', { name: 'Cut further by' })).toHaveCount(0);
  await expect(page.getByTestId('hotspots-total')).toHaveText('80,112.40');
});

test('a day and a mover open what they are made of', async ({ page }) => {
  await open(page, '#/overview');
  const chart = page.getByRole('application');
  await expect(chart).toHaveAccessibleName(/Highest Wed 14 Oct/);
  await chart.focus();
  for (let i = 0; i < 14; i += 1) await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Wed 14 Oct', { exact: true })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/hotspots\?from=2026-10-14&to=2026-10-14/);
  await page.goBack();
  await page.getByRole('button', { name: /contract-review reads/ }).click();
  await expect(page).toHaveURL(/drill=feature:contract-review/);
});

test('filters live in the address', async ({ page }) => {
  await open(page, '#/overview');
  await page.getByTestId('add-filter').click();
  await page.getByRole('button', { name: 'Feature', exact: true }).click();
  await page.getByRole('checkbox').nth(1).check();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page).toHaveURL(/is\.feature=support-agent/);
  await expect(page.getByTestId('overview-total')).toHaveText('$16,402.77');
  await page.getByRole('button', { name: /^Remove filter/ }).click();
  await expect(page.getByTestId('overview-total')).toHaveText('$80,112.40');
  await page.goBack();
  await expect(page.getByTestId('filter-chip')).toContainText('support-agent');
});

test('the month steps by keyboard and other dates can be given', async ({ page }) => {
  await open(page, '#/overview');
  await page.keyboard.press('[');
  await expect(page.getByTestId('overview-total')).toHaveText('$70,632.10');
  await page.keyboard.press(']');
  await expect(page.getByTestId('overview-total')).toHaveText('$80,112.40');
  await page.getByTestId('period').click();
  await page.getByLabel('From').fill('2026-10-03');
  await page.getByLabel('To', { exact: true }).fill('2026-10-09');
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page.getByTestId('period')).toContainText('3 to 9 Oct 2026');
});

test('calls page from the core to the last row', async ({ page }) => {
  await open(page, '#/calls');
  await expect(page.getByTestId('call-row').first()).toHaveAttribute('aria-rowindex', '2');
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  await expect(page.getByTestId('calls-where')).toContainText('to 1,204,311 of 1,204,311');
  await expect(page.locator('[aria-rowindex="1204312"]')).toContainText('unpriced');
  await page.getByTestId('calls-goto').fill('600,000');
  await page.getByTestId('calls-goto').press('Enter');
  await expect(page.locator('#call-599999')).toContainText('0.00');
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('drawer')).toBeVisible();
});

test('the scroll bar seeks', async ({ page }) => {
  await open(page, '#/calls');
  await page.getByTestId('call-row').first().waitFor();
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, 2900);
  await expect(page.getByTestId('calls-where')).not.toContainText('rows 1 to');
  await expect(page.getByTestId('call-row').first()).not.toHaveText(/^\d+$/);
});

test('the seek bar moves the window of a list too tall to scroll', async ({ page }) => {
  await open(page, '#/calls');
  const rows = page.getByTestId('call-row');
  await rows.first().waitFor();
  await page.getByTestId('calls-seek').fill('800000');
  await expect(page.getByTestId('calls-where')).toContainText('rows 800,001 to');
  await expect(page.locator('#call-800000')).not.toHaveText(/^[\d,]+$/);
  expect(await page.getByRole('rowgroup').evaluate((e) => e.clientHeight)).toBeLessThan(16_000_000);
  // Rows go on without a jump across what was the end of the first window.
  await page.getByTestId('calls-goto').fill('399,990');
  await page.getByTestId('calls-goto').press('Enter');
  await expect(page.getByTestId('calls-where')).toContainText('rows 399,990 to');
  await page.getByRole('grid').focus();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('PageDown');
  await expect(page.getByTestId('calls-where')).toContainText(/rows 400,0\d\d to/);
  await expect(page.getByRole('row', { selected: true })).toBeInViewport();
  expect(await rows.count()).toBeLessThan(60);
});

test('the bill of a call adds up and its trace strikes what was retried', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '#/calls');
  await page.getByTestId('call-row').nth(1).click();
  await expect(page.getByTestId('bill-line')).not.toHaveCount(0);
  const cents = async (of: ReturnType<typeof page.locator>) => (await of.allInnerTexts()).map((t) => BigInt(t.replace(/[^\d]/g, '')));
  const lines = await cents(page.getByTestId('bill-line').locator('td:last-child'));
  const [total] = await cents(page.getByTestId('bill-total'));
  expect(lines.reduce((a, b) => a + b, 0n)).toBe(total);
  await expect(page.locator('tr.retried .step')).toHaveCSS('text-decoration-line', 'line-through');
  await page.getByTestId('copy-command').click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('outlay price openai/');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('drawer')).toHaveCount(0);
});

test('an unpriced call leads to Prices', async ({ page }) => {
  await open(page, '#/calls?call=000000000003');
  await expect(page.getByText('No price for azure/acme-chat-prod: add one')).toBeVisible();
  await expect(page.getByTestId('bill-total')).toHaveText('unpriced');
  await page.getByRole('button', { name: 'Go to Prices' }).click();
  await page.getByRole('button', { name: 'Explain a match' }).first().click();
  await expect(page.getByTestId('explanation')).toContainText('Names are never matched by likeness');
});

test('files are dropped, told about and undone', async ({ page }) => {
  await open(page, '#/files');
  await page.evaluate(() => dispatchEvent(new CustomEvent('outlay:drop', { detail: { state: 'dropped', paths: ['/e/langfuse.jsonl'] } })));
  await expect(page.getByRole('progressbar')).toBeVisible();
  await expect(page.getByTestId('import-result')).toHaveText('41,210 rows: 40,988 in, 212 already there, 10 refused; 3 secrets removed.');
  await expect(page.getByText('A valid file without usage').first()).toBeVisible();
  await page.getByTestId('undo-13').click();
  await page.getByTestId('undo-yes').click();
  await expect(page.getByTestId('undo-13')).toHaveCount(0);
});

test('an import can be cancelled', async ({ page }) => {
  await open(page, '#/files');
  await page.getByTestId('choose-files').click();
  await page.getByTestId('import-cancel').click();
  await expect(page.getByText('nothing of it was kept')).toBeVisible();
  await expect(page.getByTestId('import-result')).toHaveCount(0);
});

test('an unknown file is mapped, its first row computed to its cost', async ({ page }) => {
  await open(page, '#/files');
  await page.evaluate(() => dispatchEvent(new CustomEvent('outlay:drop', { detail: { state: 'dropped', paths: ['/e/gateway.csv'] } })));
  await page.getByTestId('map-columns').click();
  await expect(page.getByTestId('mapping-cost')).toHaveText('$0.032200');
  await page.getByLabel('Column for model').selectOption('');
  await expect(page.getByText('no column tells the model')).toBeVisible();
  await expect(page.getByTestId('mapping-import')).toBeDisabled();
  await page.getByLabel('Column for model').selectOption('deployment');
  await page.getByLabel('Column for feature').selectOption('app');
  await page.getByTestId('mapping-import').click();
  await expect(page.getByTestId('import-result')).toContainText('9,204 in');
});

test('figures follow the settings; names are edited in place', async ({ page }) => {
  await open(page, '#/settings');
  await page.getByLabel('Figures', { exact: true }).selectOption('1.234,56');
  await page.getByTestId('settings-save').click();
  await expect(page.getByText('Saved').first()).toBeVisible();
  const name = page.getByLabel('name of proj_zz404', { exact: true });
  await name.fill('Billing');
  await name.press('Tab');
  await expect(page.getByText('1 id has no name yet')).toBeVisible();
  await page.getByTestId('nav-hotspots').click();
  await expect(page.getByTestId('hotspots-total')).toHaveText('80.112,40');
});

test('the palette finds what the data knows', async ({ page }) => {
  await open(page, '#/overview');
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette').fill('contoso');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/drill=customer:Contoso/);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
});

test('the theme is switched by hand and kept', async ({ page }) => {
  await open(page, '#/settings');
  await page.getByLabel('dark').check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
