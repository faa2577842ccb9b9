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

test('an id gets its name where it is met', async ({ page }) => {
  await open(page, '#/hotspots?by=customer');
  const row = page.getByTestId('hotspot-row').first();
  const name = row.getByRole('button').first();
  const id = (await name.textContent()) ?? '';
  await name.focus();
  await page.keyboard.press('F2');
  await expect(page.getByRole('dialog', { name: 'Customer: whose is it?' })).toContainText(id);
  await expect(page.getByLabel('name', { exact: true })).toBeFocused();
  await page.keyboard.type('Contoso Ltd');
  await page.getByLabel('cost centre').fill('4711');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(name).toBeFocused();
  // By mouse it shows what was given.
  await row.hover();
  await row.getByRole('button', { name: 'name', exact: true }).click();
  await expect(page.getByLabel('name', { exact: true })).toHaveValue('Contoso Ltd');
  await expect(page.getByLabel('cost centre')).toHaveValue('4711');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/hotspots/);
  await page.getByTestId('nav-settings').click();
  await expect(page.getByLabel(`name of ${id}`)).toHaveValue('Contoso Ltd');
  // What is a name already needs none.
  await open(page, '#/hotspots?by=feature');
  await expect(page.getByTestId('hotspot-row').first().getByRole('button', { name: 'name', exact: true })).toHaveCount(0);
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
  await page.getByRole('button', { name: 'Show', exact: true }).click();
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
  const grid = page.getByRole('grid');
  await grid.focus();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('PageDown');
  // Three pages of whole rows (29 pixels, below a heading of 25) further, and the last row in view.
  const fits = await grid.evaluate((e) => Math.floor((e.clientHeight - 25) / 29));
  const at = 399_989 + 3 * fits;
  expect(at).toBeGreaterThan(400_000);
  const selected = page.getByRole('row', { selected: true });
  await expect(selected).toHaveAttribute('id', `call-${at}`);
  await expect(selected).toBeInViewport({ ratio: 1 });
  await expect(page.getByTestId('calls-where')).toContainText(` to ${(at + 1).toLocaleString('en-US')}`);
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

test('a price is seen for what it changes before it is taken', async ({ page }) => {
  await open(page, '#/prices');
  await page.getByRole('button', { name: 'Say which model it is' }).first().click();
  await page.getByLabel('Model whose price applies').fill('gpt-4.1');
  await page.getByRole('button', { name: 'What would change?' }).click();
  const effects = page.getByTestId('price-effects');
  await expect(effects).toContainText('unpriced');
  await expect(effects).toContainText('$118.40');
  // Another model is another question.
  await page.getByLabel('Model whose price applies').fill('gpt-4.1-mini');
  await expect(effects).toHaveCount(0);
  await page.getByRole('button', { name: 'What would change?' }).click();
  await page.getByRole('button', { name: 'Price it like this' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
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

test('refused rows are looked through, and their import is read again', async ({ page }) => {
  await open(page, '#/files');
  const entry = (n: number) => page.locator('li', { has: page.getByTestId(`undo-${n}`) });
  await entry(12).locator('summary').first().click();
  const rejects = entry(12).locator('details details').first();
  await rejects.locator('summary').click();
  const lines = rejects.getByRole('table').getByRole('row');
  const before = await lines.count();
  await rejects.getByTestId('more-rejects').click();
  // A heading, and all ten.
  await expect(lines).toHaveCount(11);
  expect(before).toBeLessThan(11);
  await expect(rejects.getByTestId('more-rejects')).toHaveCount(0);
  await page.getByTestId('again-12').click();
  await expect(page.getByTestId('import-result')).toContainText('rows');
  await expect(page.getByText('read again as import 13')).toBeVisible();

  await entry(11).locator('summary').first().click();
  await entry(11).locator('details details summary').first().click();
  await entry(11).getByTestId('mend-columns').click();
  await expect(page.getByRole('dialog')).toContainText('in-house-2026-10.csv');
  await expect(page.getByTestId('mapping-import')).toHaveText('Read again with this mapping');
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
  await expect(page.getByText('model: is missing')).toBeVisible();
  await expect(page.getByTestId('mapping-import')).toBeDisabled();
  await page.getByLabel('Column for model').selectOption('deployment');
  await page.getByLabel('Column for feature').selectOption('app');
  await page.getByTestId('mapping-import').click();
  await expect(page.getByTestId('import-result')).toContainText('9,204 in');
});

test('everything that a mapping says is set by widgets, and the example follows', async ({ page }) => {
  await open(page, '#/files');
  await page.evaluate(() => dispatchEvent(new CustomEvent('outlay:drop', { detail: { state: 'dropped', paths: ['/e/gateway.csv'] } })));
  await page.getByTestId('map-columns').click();
  const [cost, toml] = [page.getByTestId('mapping-cost'), page.getByTestId('mapping-toml')];
  await expect(cost).toHaveText('$0.032200');
  // In the headings of the preview: a column leaves its field, and takes another.
  await page.getByLabel('What in_tok is').selectOption('');
  await expect(cost).toHaveText('$0.011200');
  await expect(page.getByLabel('Column for input_tokens')).toHaveValue('');
  await page.getByLabel('What in_tok is').selectOption('input_tokens');
  await page.getByLabel('What app is').selectOption('score.app');
  await expect(page.getByLabel('Column for input_tokens')).toHaveValue('in_tok');
  await expect(cost).toHaveText('$0.032200');
  // Units and meanings.
  await page.getByLabel('Token counts').selectOption('thousands');
  await expect(cost).toHaveText('$32.200000');
  await page.getByLabel('Times without a zone').selectOption('Europe/Berlin');
  await page.getByLabel('Times are written as').selectOption('seconds');
  await page.getByLabel('Cached tokens').selectOption('outside');
  await page.getByLabel('Amounts').selectOption('cents');
  await page.getByLabel('Durations').selectOption('seconds');
  await page.getByLabel('A recorded cost of 0').uncheck();
  await page.getByLabel('Another text that means').fill('n/a');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'None is a value again' }).click();
  // Fixed texts, on fields that are there and on one that is added by keyboard.
  await page.getByLabel('Fixed text for provider').fill('azure');
  await expect(page.getByText('azure', { exact: true })).toBeVisible();
  await page.getByLabel('Read another field').selectOption('customer');
  await expect(page.getByLabel('Column for customer')).toBeFocused();
  await page.getByLabel('Fixed text for customer').fill('Contoso');
  // The text that is saved says all of it.
  await page.getByText('What is saved').click();
  for (const line of ['token_multiplier = 1000', 'zone = "Europe/Berlin"', '"score.app" = "app"', 'provider = "azure"', 'customer = "Contoso"']) {
    await expect(toml).toHaveValue(new RegExp(line.replaceAll('.', '\\.')));
  }
  await page.getByRole('button', { name: 'No longer read customer' }).click();
  await expect(toml).not.toHaveValue(/Contoso/);
  // Another kind of row has other fields, and scores cost nothing.
  await page.getByTestId('mapping-kind').selectOption('score');
  await expect(page.getByLabel('Column for score_value')).toBeVisible();
  await expect(page.getByLabel('Token counts')).toHaveCount(0);
  await expect(cost).toHaveCount(0);
});

test('a screen is written to a file as it is asked for', async ({ page }) => {
  await page.addInitScript(() => {
    const asked: unknown[] = [];
    Object.assign(window, { asked });
    addEventListener('outlay:export', (e) => asked.push((e as CustomEvent).detail));
  });
  const asked = () => page.evaluate(() => (window as unknown as { asked: { of: unknown; path: string; format: string }[] }).asked.at(-1));
  const filter = { month: '2026-10', from: null, to: null, zone: null };
  await open(page, '#/overview?is.provider=openai');
  // By keyboard alone.
  await page.getByTestId('export').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('export-overview-pdf')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('export-overview-csv')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('export-said')).toHaveText('Saved as outlay-overview-2026-10.svg, 48.2 kB');
  const conditions = [{ dimension: 'provider', values: ['openai'], negate: false }];
  expect(await asked()).toEqual({
    of: { question: 'overview', request: { filter: { ...filter, conditions } } },
    format: 'svg',
    path: '/home/ada/Documents/outlay-overview-2026-10.svg',
  });
  // What was said is about what was on screen.
  await page.keyboard.press('[');
  await expect(page.getByTestId('export-said')).toHaveText('');

  await open(page, '#/hotspots?drill=feature:contract-review&by=model');
  await page.getByTestId('export').click();
  await page.getByTestId('export-hotspots-csv').click();
  await expect(page.getByTestId('export-said')).toContainText('Saved as outlay-hotspots-2026-10.csv');
  expect(await asked()).toMatchObject({
    of: { question: 'hotspots', request: { by: ['model'], filter: { conditions: [{ dimension: 'feature', values: ['contract-review'] }] } } },
  });
  await page.getByTestId('export').click();
  await page.getByTestId('export-hours-svg').click();
  await expect.poll(asked).toMatchObject({ of: { question: 'trend', request: { by: 'weekday_hour' } }, format: 'svg' });

  await open(page, '#/calls?order=latency');
  await page.getByTestId('export').click();
  await expect(page.getByTestId('export-calls-csv')).toContainText('All 1,204,311 calls');
  await page.getByTestId('export-calls-csv').click();
  await expect(page.getByTestId('export-said')).toContainText('rows');
  await expect(page.getByTestId('export-said')).toContainText('Saved as outlay-calls-2026-10.csv');
  expect(await asked()).toMatchObject({ of: { question: 'calls', request: { order: 'latency', offset: 0, limit: null } } });

  // Lists that are about no period go on paper too.
  await open(page, '#/prices?search=sonnet');
  await page.getByTestId('export').click();
  await page.getByTestId('export-prices-pdf').click();
  await expect.poll(asked).toMatchObject({ of: { question: 'prices', request: { search: 'sonnet' } }, format: 'pdf' });
  await open(page, '#/files');
  await page.getByTestId('export').click();
  await page.getByTestId('export-imports-pdf').click();
  await expect.poll(asked).toMatchObject({ of: { question: 'imports' }, format: 'pdf' });
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

test('a company file is backed up, checked and mended from its settings', async ({ page }) => {
  await open(page, '#/settings');
  await page.getByTestId('backup').click();
  await expect(page.getByTestId('care-said')).toHaveText('Written to /home/ada/Documents/harbour-labs-backup.tar, 171 MB.');
  await page.getByTestId('check').click();
  await expect(page.getByTestId('care-said')).toHaveText('All 27 data files (168 MB) are whole.');
  await open(page, '#/settings', { state: 'error' });
  await page.getByTestId('check').click();
  await expect(page.getByTestId('care-said')).toHaveText('2 things are not as they were written.');
  await expect(page.getByTestId('finding')).toHaveCount(2);
  await expect(page.getByTestId('finding').first()).toContainText('langfuse-2026-10.jsonl');
  await expect(page.getByTestId('set-aside')).toBeVisible();
  await page.getByTestId('mend').click();
  await expect(page.getByTestId('care-said')).toHaveText('All 27 data files (168 MB) are whole.');
});

test('a user is forgotten after a question, and what it is about is said', async ({ page }) => {
  await open(page, '#/settings');
  await expect(page.getByTestId('forget')).toBeDisabled();
  await page.getByTestId('forget-user').fill(' ada@example.org ');
  await page.getByTestId('forget').click();
  const dialog = page.getByRole('dialog', { name: 'Forget every record of ada@example.org?' });
  await expect(dialog).toContainText('There is no way back.');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('forgotten')).toHaveText('');
  await page.getByTestId('forget-what').selectOption('days');
  await page.getByLabel('From', { exact: true }).fill('2026-10-08');
  await page.getByLabel('To', { exact: true }).fill('2026-10-01');
  await expect(page.getByTestId('forget')).toBeDisabled();
  await page.getByLabel('From', { exact: true }).fill('2026-09-08');
  await page.getByTestId('forget').click();
  await expect(page.getByRole('dialog', { name: 'Forget every record from 8 Sep 2026 to 1 Oct 2026?' })).toBeVisible();
  await page.getByTestId('forget-yes').click();
  await expect(page.getByTestId('forgotten')).toHaveText(/^118 records forgotten, in every data version/);
});

test('which source makes a day is shown, chosen with a reason, and taken back', async ({ page }) => {
  await open(page, '#/files');
  const rows = page.getByTestId('coverage-row');
  await expect(rows.first()).toContainText('38,904.21');
  await expect(rows.first()).toContainText('invoice');
  await page.getByTestId('choose-source').first().click();
  await page.getByLabel('source', { exact: true }).selectOption('own_logs');
  await page.getByLabel('Why').fill('the invoice is late');
  await page.getByTestId('decide').click();
  await expect(page.getByTestId('decision')).toHaveText('Decided for OpenAI, 1 to 31 Oct 2026: own logs × price: the invoice is late');
  await expect(rows.first().locator('td').nth(4)).toHaveText('0');
  await expect(rows.nth(2).locator('td').nth(4)).toHaveText('31');
  await page.getByTestId('choose-source').first().click();
  await page.getByLabel('source', { exact: true }).selectOption('usual');
  await page.getByTestId('decide').click();
  await expect(rows.first().locator('td').nth(4)).toHaveText('31');
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

test('a step of the month is taken apart by a dimension, and leads to its calls', async ({ page }) => {
  await open(page, '#/month?month=2026-10');
  const steps = page.getByTestId('bridge-row');
  await expect(steps).toHaveCount(12);
  // The largest step is the one that is taken apart first.
  await expect(page.getByRole('heading', { name: 'Tokens per call, by feature' })).toBeVisible();
  await steps.filter({ hasText: 'volume' }).getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Volume, by feature' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(steps.filter({ hasText: 'mix' }).getByRole('button')).toBeFocused();
  await page.getByTestId('month-by').selectOption('model');
  await expect(page).toHaveURL(/by=model/);
  await expect(page.getByRole('heading', { name: 'Volume, by model' })).toBeVisible();
  await page.getByTestId('month-value').first().getByRole('button').click();
  await expect(page).toHaveURL(/#\/hotspots.*drill=model/);
  await page.goBack();
  await expect(page.getByTestId('month-total')).toHaveText('80,112.40');
});
