// Pictures of every screen and state of the real window: shots.mjs LEDGER OUT WIDTH HEIGHT, by `cargo xtask shots`.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { By, Key } from 'selenium-webdriver';
import { Window, picture, told } from './window.mjs';

const run = promisify(execFile);
const [ledger, out, width, height] = process.argv.slice(2);

/** Screen by name: where it is, what must be there before the picture, and what is done on it. */
const SCREENS = {
  overview: { hash: '#/overview', ready: 'overview-total' },
  hotspots: { hash: '#/hotspots', ready: 'hotspot-row' },
  'hotspots-by-model': { hash: '#/hotspots?by=feature.model', ready: 'hotspot-row' },
  'hotspots-down': { hash: '#/hotspots', ready: 'hotspot-row', act: async (w) => (await w.find('hotspot-row')).findElement(By.css('button.name')).click() },
  calls: { hash: '#/calls', ready: 'call-row' },
  bill: { hash: '#/calls', ready: 'call-row', act: async (w) => w.click('call-row').then(() => w.find('bill-total')) },
  prices: { hash: '#/prices', ready: 'price-row' },
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

const window = await Window.open(ledger);
try {
  await fill();
  for (const theme of ['light', 'dark']) {
    for (const name of Object.keys(SCREENS)) await shoot(window, name, theme);
  }
} finally {
  await window.close();
}

// The states of a company file that has nothing yet.
const empty = await Window.open(join(told('OUTLAY_SCRATCH'), 'empty'));
try {
  await fill();
  for (const theme of ['light', 'dark']) {
    for (const view of ['overview', 'hotspots', 'calls', 'files']) {
      await empty.script(`localStorage.setItem('outlay.theme', arguments[0]); location.hash = arguments[1]; location.reload();`, theme, `#/${view}`);
      await sleep(1800);
      await picture(join(out, `empty-${view}-${theme}-${width}.png`));
    }
  }
} finally {
  await empty.close();
}
