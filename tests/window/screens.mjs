// How long each screen takes to show its answer in the real window: screens.mjs LEDGER ROUNDS, by `cargo xtask screens`.
// Prints a JSON array. Counted in the page, from the change of address to the frame in which nothing is missing any more.

import { Window } from './window.mjs';

const [ledger, rounds] = process.argv.slice(2);

/** Screen: where one comes from, where it is, and what is there once it has answered. */
const SCREENS = [
  ['Overview', '#/settings', '#/overview', '[data-testid="overview-total"]'],
  ['Overview, another month', '#/overview', '#/overview?month=2026-09', '[data-testid="overview-total"]'],
  ['Hotspots', '#/settings', '#/hotspots', '[data-testid="hotspot-row"]'],
  ['Hotspots by feature and model', '#/hotspots', '#/hotspots?by=feature.model', '[data-testid="hotspot-row"] td.key + td.key'],
  ['Hotspots, a level down', '#/hotspots', '#/hotspots?drill=feature:contract-check', '[aria-current="location"]'],
  ['Month', '#/settings', '#/month', '[data-testid="bridge-row"]'],
  ['Hotspots with the dearest calls', '#/settings', '#/hotspots', '[data-testid="dearest-call"]'],
  ['Calls', '#/settings', '#/calls', '[data-testid="call-row"]'],
  ['Prices', '#/settings', '#/prices', '[data-testid="price-row"]'],
  ['Files', '#/settings', '#/files', '[data-testid="sentence"]'],
  ['Settings', '#/files', '#/settings', '[data-testid="name-row"]'],
];

/** In the page: goes there, and gives milliseconds until the answer was painted. */
const GO = `
  const [hash, ready, done] = arguments;
  const start = performance.now();
  location.hash = hash;
  const look = () => {
    const there = document.querySelector(ready) && !document.querySelector('.skeleton, .stale, [aria-busy="true"]');
    const ms = performance.now() - start;
    if (there) requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
    else if (ms > 50000) done(null);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

const window = await Window.open(ledger);
const found = [];
try {
  await window.driver.manage().setTimeouts({ script: 60_000 });
  const go = async (hash, ready) => {
    const ms = await window.driver.executeAsyncScript(GO, hash, ready);
    if (ms === null) throw new Error(`${hash} shows no ${ready}`);
    return ms;
  };
  for (const [name, from, to, ready] of SCREENS) {
    const before = SCREENS.find(([, , hash]) => hash === from)[3];
    const times = [];
    for (let round = 0; round < Number(rounds); round += 1) {
      await go(from, before);
      times.push(await go(to, ready));
    }
    found.push({ name, first: times[0], times });
  }
} finally {
  await window.close();
}
console.log(JSON.stringify(found));
