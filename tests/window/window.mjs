// The real window, driven through WebDriver: tauri-driver starts the program, WebKitWebDriver looks into its page.
// `cargo xtask test` and `cargo xtask shots` start the screen and tell by OUTLAY_… where everything is.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Builder, By, Capabilities, until } from 'selenium-webdriver';

const run = promisify(execFile);

/** Long enough for a debug build on two busy cores. */
export const PATIENCE = 60_000;

/** What `cargo xtask` tells. */
export function told(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start this by cargo xtask test or cargo xtask shots`);
  return value;
}

/** Runs the command line on a ledger and gives its JSON reply. */
export async function outlay(ledger, ...args) {
  const { stdout } = await run(told('OUTLAY'), ['--ledger', ledger, '--json', ...args], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(port, program) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (program.exitCode !== null) throw new Error(`tauri-driver ended with ${program.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error('tauri-driver does not listen');
}

/** The window on a company file. */
export class Window {
  static async open(ledger) {
    const [port, native] = [await freePort(), await freePort()];
    // Into a file: the driver's own children may outlive it, and would keep a test runner's pipe open.
    const log = openSync(join(told('OUTLAY_SCRATCH'), 'driver.log'), 'a');
    const stdio = ['ignore', log, log];
    const program = spawn(told('OUTLAY_DRIVER'), ['--port', `${port}`, '--native-port', `${native}`], { stdio });
    closeSync(log);
    await listens(port, program);
    const wanted = new Capabilities();
    wanted.setBrowserName('wry');
    wanted.set('tauri:options', { application: told('OUTLAY_WINDOW'), args: ['--ledger', ledger] });
    try {
      const driver = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(wanted).build();
      return new Window(program, driver);
    } catch (e) {
      program.kill();
      throw e;
    }
  }

  constructor(program, driver) {
    this.program = program;
    this.driver = driver;
  }

  async close() {
    await this.driver.quit().catch(() => undefined);
    this.program.kill();
    if (this.program.exitCode === null && this.program.signalCode === null) await once(this.program, 'exit');
  }

  /** Runs a script in the page. */
  script(source, ...args) {
    return this.driver.executeScript(source, ...args);
  }

  /** The first element with this data-testid, once it is seen. */
  async find(testid) {
    const element = await this.driver.wait(until.elementLocated(By.css(`[data-testid="${testid}"]`)), PATIENCE, `no ${testid}`);
    return element;
  }

  all(testid) {
    return this.driver.findElements(By.css(`[data-testid="${testid}"]`));
  }

  async click(testid) {
    await (await this.find(testid)).click();
  }

  /** Text of an element, hidden ones too. */
  async text(testid) {
    const element = await this.find(testid);
    return (await element.getAttribute('textContent')).replaceAll(/\s+/gu, ' ').trim();
  }

  /** Waits until `check` gives something true, and gives that. */
  async until(check, what) {
    return this.driver.wait(async () => {
      try {
        return await check();
      } catch (e) {
        // A page that draws itself anew leaves old elements behind.
        if (e.name === 'StaleElementReferenceError' || e.name === 'NoSuchElementError') return false;
        throw e;
      }
    }, PATIENCE, what);
  }

  /** A key while another is held. */
  async chord(held, key) {
    await this.driver.actions().keyDown(held).sendKeys(key).keyUp(held).perform();
  }
}

async function isOpen(id) {
  const { stdout } = await run('xdotool', ['search', '--onlyvisible', '--name', '.']).catch(() => ({ stdout: '' }));
  return stdout.split('\n').includes(id);
}

/** The native dialog over the window: types a path into it, as a person would, and confirms. */
export async function chooseInDialog(title, path) {
  const found = await run('xdotool', ['search', '--sync', '--onlyvisible', '--name', title], { timeout: PATIENCE });
  const id = found.stdout.trim().split('\n').at(-1);
  const key = (name) => run('xdotool', ['key', '--window', id, name]);
  // There is no window manager here that would give it the keyboard.
  await run('xdotool', ['windowfocus', '--sync', id]);
  await sleep(1000);
  // The slash opens the line for paths; what is typed before the line is there would be lost.
  await key('slash');
  for (let tries = 0; tries < 10 && (await isOpen(id)); tries += 1) {
    await sleep(1000);
    await key('ctrl+a');
    await run('xdotool', ['type', '--window', id, '--delay', '40', path]);
    await sleep(2000);
    await key('Return');
    for (let waits = 0; waits < 20 && (await isOpen(id)); waits += 1) await sleep(200);
  }
  if (await isOpen(id)) throw new Error(`the dialog ${title} does not take ${path}`);
}

/** A picture of the whole screen: WebDriver's own screenshots hang in WebKitGTK. */
export async function picture(file) {
  await run('import', ['-window', 'root', file], { timeout: PATIENCE });
}
