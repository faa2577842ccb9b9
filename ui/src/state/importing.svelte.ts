// The import under way: it goes on while other screens are looked at.

import { call, CallError } from '../backend';
import type { ImportReply, ImportRequest, Progress } from '../backend/bindings';
import { app } from './app.svelte';

const PLAIN = { format: null, mapping: null, zone: null, account: null };

class Importing {
  progress = $state.raw<Progress | undefined>();
  reply = $state.raw<ImportReply | undefined>();
  error = $state.raw<CallError | undefined>();
  paths = $state.raw<string[]>([]);
  running = $state(false);
  /** How the last one was asked for: what follows up on it keeps to that. */
  #how: Partial<ImportRequest> = {};
  #stop: AbortController | undefined;

  async start(paths: string[], how: Partial<ImportRequest> = {}): Promise<void> {
    if (this.running || paths.length === 0) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.running = true;
    this.paths = paths;
    this.#how = how;
    this.progress = undefined;
    this.reply = undefined;
    this.error = undefined;
    try {
      const request = { ...PLAIN, ...how, paths };
      this.reply = await call('import', request, { signal: stop.signal, onProgress: (p) => (this.progress = p) });
      await app.refresh();
    } catch (thrown) {
      if (thrown instanceof CallError) this.error = thrown;
    } finally {
      this.running = false;
    }
  }

  /** The last one once more, with what is told now. One that reads an import again stays one, with all of its files. */
  async retry(told: Partial<ImportRequest> = {}, paths: string[] = this.paths): Promise<void> {
    const again = this.#how.replaces !== undefined;
    await this.start(again ? this.paths : paths, { ...this.#how, ...told });
  }

  cancel(): void {
    this.#stop?.abort();
  }

  /** The path of a file of the last import, by the name that its report gives. */
  pathOf(file: string): string | undefined {
    return pathIn(this.paths, file);
  }
}

/** The path of a file of an import of these paths, by the name that its report gives. */
export function pathIn(paths: readonly string[], file: string): string | undefined {
  const given = paths.find((p) => p === file || p.endsWith(`/${file}`) || p.endsWith(`\\${file}`));
  if (given !== undefined) return given;
  // A file of a folder is called by the folder's own name and what lies below.
  const [top = ''] = file.split(/[/\\]/);
  const folder = paths.map((p) => p.replace(/[/\\]+$/, '')).find((p) => p.split(/[/\\]/).at(-1) === top);
  return folder === undefined ? undefined : folder.slice(0, folder.length - top.length) + file;
}

export const importing = new Importing();
