// Files in, answers out, in the real window: every figure that it shows is the command line's, to the cent.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { constants, copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { By } from 'selenium-webdriver';
import { Window, chooseInDialog, outlay, picture, told } from './window.mjs';

const run = promisify(execFile);
const seed = Number(process.env.OUTLAY_SEED ?? randomInt(1, 1_000_000));
const scratch = told('OUTLAY_SCRATCH');
const company = join(scratch, 'company');
const exports_ = join(scratch, 'exports');
const logs = join(scratch, 'logs');

let window;

/** An exact decimal text at two decimals, half to even, as the window prints it in English. */
function printed(amount, digits = 2) {
  const negative = amount.startsWith('-');
  const [whole, fraction = ''] = amount.replace('-', '').split('.');
  const scale = 10n ** BigInt(fraction.length);
  const exact = BigInt(whole + fraction) * 10n ** BigInt(digits);
  let rounded = exact / scale;
  const twice = (exact % scale) * 2n;
  if (twice > scale || (twice === scale && rounded % 2n === 1n)) rounded += 1n;
  const text = rounded.toString().padStart(digits + 1, '0');
  const left = text.slice(0, text.length - digits).replaceAll(/\B(?=(\d{3})+$)/gu, ',');
  return `${negative ? '−' : ''}${left}.${text.slice(text.length - digits)}`;
}

/** Only the figure of a printed amount. */
const figure = (text) => text.replaceAll(/[^\d.,−]/gu, '');

/** Puts files or a folder into the ledger through the native dialog, and gives what the window says of it. */
async function importThroughWindow(kind, path) {
  await window.click('nav-files');
  const before = (await window.all('import-result')).length === 0 ? '' : await window.text('import-result');
  const zone = await window.find('drop-zone');
  const buttons = await zone.findElements(By.css('.choices button'));
  await buttons[kind === 'folder' ? 1 : 0].click();
  await chooseInDialog(kind === 'folder' ? 'Select Folder' : 'Open File', path);
  return window.until(async () => {
    const said = await window.text('import-result');
    return said !== before && said;
  }, `no result of importing ${path}`);
}

/** The figures of the latest import, as the command line knows them. */
async function latestImport() {
  const { imports } = await outlay(company, 'imports');
  const sum = (of) => imports[0].files.reduce((total, file) => total + file[of], 0);
  return { id: imports[0].import, rows: sum('rows'), imported: sum('imported'), rejected: sum('rejected') };
}

/** Waits until the window shows this total on its overview. */
async function showsTotal(total) {
  await window.until(async () => figure(await window.text('overview-total')) === printed(total.amount), `no total of ${total.amount}`);
}

before(async () => {
  console.log(`# seed ${seed}: OUTLAY_SEED=${seed} repeats this run`);
  const made = join(scratch, 'sample-data');
  await run(told('OUTLAY_XTASK'), ['sample-data', '--seed', `${seed}`, '--out', made], { maxBuffer: 1 << 26 });
  await mkdir(exports_, { recursive: true });
  await mkdir(logs, { recursive: true });
  // Flat, as in a folder of downloads.
  for (const folder of await readdir(made)) {
    const to = /-(usage|cost)-csv$/u.test(folder) ? exports_ : /^(trace|inhouse)-/u.test(folder) ? logs : undefined;
    if (to === undefined) continue;
    for (const file of await readdir(join(made, folder))) await copyFile(join(made, folder, file), join(to, file), constants.COPYFILE_EXCL);
  }
  window = await Window.open(company);
});

after(async () => {
  await window?.close();
});

test('the page reaches nothing but its own commands', async () => {
  const asked = await window.driver.executeAsyncScript(`
    const done = arguments[arguments.length - 1];
    const tried = (promise) => promise.then(() => 'allowed', () => 'refused');
    const { invoke } = window.__TAURI_INTERNALS__;
    Promise.all([
      tried(fetch('http://127.0.0.1:9/')),
      tried(new Promise((good, bad) => { const i = new Image(); i.onload = good; i.onerror = bad; i.src = 'http://127.0.0.1:9/a.png'; })),
      tried(invoke('plugin:event|emit', { event: 'tauri://drag-drop', payload: {} })),
      tried(invoke('plugin:window|close', { label: 'main' })),
      tried(invoke('plugin:webview|create_webview_window', { options: { label: 'x', url: 'index.html' } })),
    ]).then(done);`);
  assert.deepEqual(asked, ['refused', 'refused', 'refused', 'refused', 'refused']);
});

test('exports come in through the native dialog, and the overview shows their exact total', async () => {
  const said = await importThroughWindow('folder', exports_);
  const known = await latestImport();
  assert.ok(known.imported > 0);
  assert.ok(said.includes(known.rows.toLocaleString('en-US')), `${said} does not say ${known.rows} rows`);
  await window.click('see-month');
  const { total } = await outlay(company, 'overview');
  assert.notEqual(Number(total.amount), 0);
  await showsTotal(total);
});

test('logs come in; hotspots, a level down, and the bill of a call agree with the command line', async () => {
  await importThroughWindow('folder', logs);
  // One of them has local times: the window asks once, for that file alone.
  assert.equal((await window.all('with-zone')).length, 1);
  const before = await window.text('import-result');
  // Once the import stands in the list below, nothing moves any more.
  await window.find(`undo-${(await latestImport()).id}`);
  await window.script(
    `const zone = document.querySelector('[data-testid="which-zone"]');
     zone.value = 'Europe/Berlin';
     zone.dispatchEvent(new Event('change', { bubbles: true }));`,
  );
  await window.click('with-zone');
  await window.until(async () => (await window.text('import-result')) !== before, 'no result of the file with local times');
  assert.ok((await latestImport()).imported > 0);
  assert.equal((await window.all('with-zone')).length, 0);
  await window.click('see-month');
  await showsTotal((await outlay(company, 'overview')).total);

  await window.click('nav-hotspots');
  await window.find('hotspot-row');
  const known = await outlay(company, 'hotspots');
  assert.equal(figure(await window.text('hotspots-total')), printed(known.total.amount));
  const [row] = await window.all('hotspot-row');
  const costs = await row.findElements(By.css('td.num'));
  assert.equal(figure(await costs[0].getAttribute('textContent')), printed(known.rows[0].cost.amount));

  await row.findElement(By.css('button.name')).click();
  await window.until(async () => (await window.script('return location.hash')).includes('drill='), 'no level down');
  await window.until(async () => figure(await window.text('hotspots-total')) === printed(known.rows[0].cost.amount), 'the level down is not its row');

  await window.click('nav-calls');
  await window.click('call-row');
  const id = await window.until(async () => {
    const call = new URLSearchParams((await window.script('return location.hash')).split('?')[1]).get('call');
    return call ?? false;
  }, 'no call is open');
  const bill = await outlay(company, 'calls', 'show', id);
  const shown = figure(await window.text('bill-total'));
  assert.equal(shown, printed(bill.cost.amount, shown.split('.')[1].length));
  await picture(join(scratch, 'bill.png'));
});

test('an import that is undone never was', async () => {
  const latest = await latestImport();
  await window.click('nav-files');
  // What stands above the list comes in later and moves it: a click can land beside the button.
  await window.until(async () => {
    await window.click(`undo-${latest.id}`);
    return window.driver.executeScript(`return document.querySelector('[data-testid="undo-yes"]') !== null`);
  }, 'nobody is asked before an import is undone');
  await window.click('undo-yes');
  await window.until(async () => {
    const { imports } = await outlay(company, 'imports');
    return imports.find((entry) => entry.import === latest.id)?.state === 'undone';
  }, 'the import is not undone');

  // All but the latest: the file with local times is refused again.
  const fresh = join(scratch, 'all-but-the-latest');
  await outlay(fresh, 'import', exports_, logs);
  const { total } = await outlay(fresh, 'overview');
  assert.deepEqual((await outlay(company, 'overview')).total, total);
  await window.click('nav-overview');
  await showsTotal(total);
});
