// How long people wait: from the start of the window to its first chart, and from a change of filter to the chart of its
// answer. Prints JSON; `cargo xtask bench --window LEDGER` writes it down.

import { stat } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Window, outlay, told } from './window.mjs';

const run = promisify(execFile);
const STARTS = 3;

/** When a process began, in milliseconds since 1970. */
async function began(name) {
  const { stdout } = await run('pgrep', ['-n', '-f', name]);
  return (await stat(`/proc/${stdout.trim()}`)).ctimeMs;
}

/** Goes to an address and gives the milliseconds until a chart of the answer was painted. */
const change = `
  const [hash, done] = [arguments[0], arguments[arguments.length - 1]];
  performance.clearMarks('chart');
  const start = performance.now();
  location.hash = hash;
  const look = () => {
    const [mark] = performance.getEntriesByName('chart');
    if (mark) done(mark.startTime - start); else setTimeout(look, 5);
  };
  look();`;

const ledger = told('OUTLAY_LEDGER');
const { rows } = await outlay(ledger, 'hotspots', '--by', 'model');
const models = rows.slice(0, 3).map((row) => row.keys[0]);
const first = [];
const changed = { overview: [], hotspots: [] };
for (let at = 0; at < STARTS; at += 1) {
  const window = await Window.open(ledger);
  try {
    const painted = await window.until(
      () => window.driver.executeScript(`const [mark] = performance.getEntriesByName('chart'); return mark ? performance.timeOrigin + mark.startTime : 0;`),
      'no chart',
    );
    first.push(painted - (await began(told('OUTLAY_WINDOW'))));
    await window.driver.manage().setTimeouts({ script: 60_000 });
    // It begins on the overview, where going there would paint nothing.
    for (const view of ['hotspots', 'overview']) {
      await window.driver.executeAsyncScript(change, `#/${view}`);
      for (const model of models) {
        changed[view].push(await window.driver.executeAsyncScript(change, `#/${view}?is.model=${encodeURIComponent(model)}`));
      }
    }
  } finally {
    await window.close();
  }
}
const { imports } = await outlay(ledger, 'imports');
const kept = imports.filter((entry) => entry.state === 'kept').flatMap((entry) => entry.files);
console.log(JSON.stringify({ calls: kept.reduce((sum, file) => sum + file.imported, 0), first, changed }));
