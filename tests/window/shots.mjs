// Pictures of every screen and state of the real window: shots.mjs LEDGER OUT WIDTH HEIGHT, by `cargo xtask shots`.

import { execFile } from 'node:child_process';
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { By, Key } from 'selenium-webdriver';
import { Window, chooseInDialog, outlay, picture, told } from './window.mjs';

const run = promisify(execFile);
const [ledger, out, width, height] = process.argv.slice(2);

/** Clicks the first button of this text or label. */
async function press(window, label) {
  await window.until(
    () =>
      window.script(
        `const b = [...document.querySelectorAll('button')].find((b) => b.ariaLabel === arguments[0] || b.textContent.trim().startsWith(arguments[0]));
         b?.click();
         return b !== undefined;`,
        label,
      ),
    `no button ${label}`,
  );
}

/** The first row of Hotspots has the keyboard. */
async function onFirstRow(window, key) {
  const name = await (await window.find('hotspot-row')).findElement(By.css('button.name'));
  await window.script('arguments[0].focus()', name);
  await name.sendKeys(key);
}

/** Screen by name: where it is, what must be there before the picture, and what is done on it. */
const SCREENS = {
  overview: { hash: '#/overview', ready: 'overview-total' },
  hotspots: { hash: '#/hotspots', ready: 'hotspot-row' },
  month: { hash: '#/month', ready: 'bridge-row' },
  'hotspots-by-model': { hash: '#/hotspots?by=feature.model', ready: 'hotspot-row' },
  'hotspots-down': { hash: '#/hotspots', ready: 'hotspot-row', act: async (w) => (await w.find('hotspot-row')).findElement(By.css('button.name')).click() },
  calls: { hash: '#/calls', ready: 'call-row' },
  bill: { hash: '#/calls', ready: 'call-row', act: async (w) => w.click('call-row').then(() => w.find('bill-total')) },
  'hotspots-causes': { hash: '#/hotspots', ready: 'dearest-call', act: (w) => onFirstRow(w, Key.ARROW_RIGHT) },
  'hotspots-table': { hash: '#/hotspots', ready: 'dearest-call', act: (w) => press(w, 'as plain table') },
  'hotspots-name': { hash: '#/hotspots?by=api_key', ready: 'dearest-call', act: (w) => onFirstRow(w, Key.F2) },
  'calls-filtered': { hash: '#/calls?is.status=error', ready: 'call-row' },
  export: { hash: '#/overview', ready: 'overview-total', act: (w) => press(w, 'Export') },
  period: { hash: '#/overview', ready: 'overview-total', act: (w) => w.click('period') },
  filter: { hash: '#/overview', ready: 'overview-total', act: (w) => w.click('add-filter') },
  prices: { hash: '#/prices', ready: 'price-row' },
  'prices-alias': { hash: '#/prices', ready: 'price-row', act: (w) => press(w, 'Say which model it is') },
  // The sample company takes no files: its list is what is shown.
  files: { hash: '#/files', ready: 'sentence' },
  settings: { hash: '#/settings', ready: 'settings-save' },
  'command-palette': { hash: '#/overview', ready: 'overview-total', act: async (w) => w.chord(Key.CONTROL, 'k').then(() => w.find('palette')) },
};

async function fill() {
  const { stdout } = await run('xdotool', ['search', '--sync', '--onlyvisible', '--name', 'Outlay']);
  const id = stdout.trim().split('\n').at(-1);
  await run('xdotool', ['windowmove', id, '0', '0', 'windowsize', id, width, height]);
}

async function shoot(window, name, theme) {
  const { hash, ready, act } = SCREENS[name];
  // A fresh page, so that no picture depends on the one before it.
  await window.script(`localStorage.setItem('outlay.theme', arguments[0]); location.hash = arguments[1]; location.reload();`, theme, hash);
  await sleep(600);
  try {
    await window.find(ready);
    await act?.(window);
  } catch (e) {
    console.log(`${name}: ${e.message.split('\n')[0]}`);
    process.exitCode = 1;
  }
  await window.until(async () => (await window.script(`return document.querySelectorAll('[aria-busy="true"]').length`)) === 0, 'still busy');
  await sleep(900);
  await picture(join(out, `${name}-${theme}-${width}.png`));
}

/** Opens a company file and takes pictures of it in both themes. */
async function pictures(company, each) {
  const window = await Window.open(company);
  try {
    await fill();
    for (const theme of ['light', 'dark']) await each(window, theme);
  } finally {
    await window.close();
  }
}

async function visit(window, theme, hash) {
  await window.script(`localStorage.setItem('outlay.theme', arguments[0]); location.hash = arguments[1]; location.reload();`, theme, hash);
  await sleep(1800);
}

await pictures(ledger, async (window, theme) => {
  for (const name of Object.keys(SCREENS)) await shoot(window, name, theme);
});

// The states of a company file that has nothing yet.
await pictures(join(told('OUTLAY_SCRATCH'), 'empty'), async (window, theme) => {
  for (const view of ['overview', 'hotspots', 'calls', 'files']) {
    await visit(window, theme, `#/${view}`);
    await picture(join(out, `empty-${view}-${theme}-${width}.png`));
  }
});

// Files that came in, one with refused rows, and one that nobody knows.
const own = join(told('OUTLAY_SCRATCH'), 'own');
const samples = join(told('OUTLAY_ROOT'), 'sample-data');
await outlay(own, 'import', join(samples, 'openai-usage-csv'), join(samples, 'openai-cost-csv'), join(samples, 'trace-csv'));
const unknown = (await readdir(join(samples, 'mapped'))).find((name) => !name.endsWith('.toml'));
await pictures(own, async (window, theme) => {
  await visit(window, theme, '#/files');
  await picture(join(out, `files-own-${theme}-${width}.png`));
  await window.script(`document.querySelectorAll('.screen li details').forEach((closed) => (closed.open = true))`);
  await window.script(`document.querySelector('.screen li')?.scrollIntoView()`);
  await sleep(900);
  await picture(join(out, `files-refused-${theme}-${width}.png`));
  const buttons = await (await window.find('drop-zone')).findElements(By.css('.choices button'));
  await buttons[0].click();
  await chooseInDialog('Open File', join(samples, 'mapped', unknown));
  await window.find('map-columns');
  await sleep(400);
  await picture(join(out, `files-unknown-${theme}-${width}.png`));
  await window.click('map-columns');
  await window.find('mapping-cost');
  await sleep(900);
  await picture(join(out, `mapping-${theme}-${width}.png`));
});

// A company file of which a data file was lost.
const torn = join(told('OUTLAY_SCRATCH'), 'torn');
await cp(own, torn, { recursive: true });
for (const dataset of await readdir(join(torn, 'data'))) {
  if (dataset.startsWith('rollup') || dataset === 'charges') await rm(join(torn, 'data', dataset), { recursive: true });
}
await pictures(torn, async (window, theme) => {
  await visit(window, theme, '#/overview');
  await picture(join(out, `overview-error-${theme}-${width}.png`));
});

// The same calls from a second log, which is left out of the total.
const twice = join(told('OUTLAY_SCRATCH'), 'twice');
const gateway = join(samples, 'trace-jsonl', 'gateway-2026-10.jsonl.gz');
const calls = gunzipSync(await readFile(gateway)).toString().split('\n').flatMap((line) => {
  try {
    const { provider, model, operation, timestamp, input_tokens, output_tokens, status } = JSON.parse(line);
    return provider ? [{ timestamp, provider, model, operation, input_tokens, output_tokens, status }] : [];
  } catch {
    return [];
  }
});
const second = join(told('OUTLAY_SCRATCH'), 'tracer.jsonl');
await writeFile(second, calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
await outlay(twice, 'import', gateway, second);
await pictures(twice, async (window, theme) => {
  await visit(window, theme, '#/overview');
  await picture(join(out, `opening-${theme}-${width}.png`));
  await window.find('overview-total');
  await sleep(900);
  await picture(join(out, `overview-left-out-${theme}-${width}.png`));
});

// A company file whose catalogue is damaged, and its copy with it.
const damaged = join(told('OUTLAY_SCRATCH'), 'damaged');
await cp(own, damaged, { recursive: true });
for (const name of await readdir(damaged)) {
  // What SQLite has not yet written back would mend it.
  if (/-(wal|shm)$/.test(name)) await rm(join(damaged, name));
}
for (const name of ['outlay.db', 'outlay.copy.db']) await writeFile(join(damaged, name), Buffer.alloc(8192, 7));
// What is wrong is told once: the page is not loaded again.
await pictures(damaged, async (window, theme) => {
  await window.find('check');
  await window.script(`document.documentElement.dataset.theme = arguments[0]`, theme);
  await sleep(400);
  await picture(join(out, `welcome-damaged-${theme}-${width}.png`));
});
