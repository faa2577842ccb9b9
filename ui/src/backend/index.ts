// The one way to the core: a typed `call`. Components never know which backend answers.

import type { Commands, ErrorReply, Progress } from './bindings';

/** Commands that write, `export` into a file of the user's, end by themselves: "cancelled" must never be said of something that was kept. */
const WRITING: ReadonlySet<string> = new Set([
  'ledger_open',
  'sample_open',
  'settings_set',
  'import',
  'import_undo',
  'user_prices',
  'alias_set',
  'names_set',
  'export',
  'source_set',
  'doctor',
  'forget',
  'backup',
  'restore',
] satisfies (keyof Commands)[]);

export type CommandName = keyof Commands;
export type Request<K extends CommandName> = Commands[K]['request'];
export type Reply<K extends CommandName> = Commands[K]['reply'];

/** What a native dialog is asked for. */
export type PickKind = 'files' | 'folder' | 'csv' | 'open_ledger' | 'new_ledger' | 'save_csv' | 'save_svg' | 'save_pdf' | 'save_backup' | 'open_backup';

export type FileDrop = { state: 'over' } | { state: 'left' } | { state: 'dropped'; paths: string[] };

/** A host that can answer: the Rust core behind the window, or recorded replies. */
export interface Backend {
  call<K extends CommandName>(
    id: number,
    command: K,
    request: Request<K>,
    onProgress: (progress: Progress) => void,
  ): Promise<Reply<K>>;
  /** Asks a running call to stop. */
  cancel(id: number): Promise<void>;
  /** Opens a native dialog; nothing chosen is an empty list. One for saving begins with the file name. */
  pick(kind: PickKind, name?: string): Promise<string[]>;
  /** Tells about files dragged over the window; returns how to stop listening. */
  onFileDrop(listener: (drop: FileDrop) => void): () => void;
}

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** An error as the core words it. */
export class CallError extends Error {
  readonly code: string;
  readonly remedy: string;
  constructor(reply: ErrorReply) {
    super(reply.message);
    this.code = reply.code;
    this.remedy = reply.remedy;
  }
}

function asCallError(thrown: unknown): CallError {
  if (thrown instanceof CallError) return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    return new CallError({ remedy: '', ...(thrown as { code: string; message: string }) });
  }
  return new CallError({ code: 'fault', message: String(thrown), remedy: '' });
}

let backend: Backend | undefined;
let lastId = 0;

async function choose(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).tauri();
  // Recorded replies are for development and browser tests; the shipped build leaves them out.
  if (import.meta.env.MODE === 'recorded') return (await import('./recorded')).recorded();
  throw new CallError({
    code: 'fault',
    message: 'This page is the window of Outlay and has no data outside of it.',
    remedy: 'Open the Outlay app.',
  });
}

async function host(): Promise<Backend> {
  backend ??= await choose();
  return backend;
}

/** Asks the core. An aborted call is cancelled there; one that only reads rejects at once with code `cancelled`. */
export async function call<K extends CommandName>(
  command: K,
  request: Request<K>,
  { signal, onProgress }: CallOptions = {},
): Promise<Reply<K>> {
  const id = (lastId += 1);
  try {
    const to = await host();
    const cancelled = new CallError({ code: 'cancelled', message: 'Cancelled.', remedy: '' });
    if (signal?.aborted) throw cancelled;
    return await new Promise<Reply<K>>((resolve, reject) => {
      const stop = () => {
        void to.cancel(id).catch(() => undefined);
        if (!WRITING.has(command)) reject(cancelled);
      };
      signal?.addEventListener('abort', stop, { once: true });
      const progress = (p: Progress) => {
        if (!signal?.aborted) onProgress?.(p);
      };
      to.call(id, command, request, progress)
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', stop));
    });
  } catch (thrown) {
    throw asCallError(thrown);
  }
}

export async function pick(kind: PickKind, name?: string): Promise<string[]> {
  return (await host()).pick(kind, name);
}

/** Listens to files dropped on the window. */
export function onFileDrop(listener: (drop: FileDrop) => void): () => void {
  let stop: (() => void) | undefined;
  let stopped = false;
  void host().then((to) => {
    if (!stopped) stop = to.onFileDrop(listener);
  });
  return () => {
    stopped = true;
    stop?.();
  };
}
