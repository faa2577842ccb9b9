// What a view asks for: loading, answer, error; the old answer stays (stale) while a newer one is on its way.

import { call, CallError, type CommandName, type Reply, type Request } from '../backend';
import type { Progress } from '../backend/bindings';

export class Resource<K extends CommandName> {
  data = $state.raw<Reply<K> | undefined>();
  error = $state.raw<CallError | undefined>();
  progress = $state.raw<Progress | undefined>();
  loading = $state(true);
  #again = $state(0);

  /** Asks whenever command, request or data version change; `undefined` asks nothing. */
  constructor(command: K, request: () => Request<K> | undefined, version: () => number) {
    const key = $derived.by(() => {
      const asked = request();
      return asked === undefined ? undefined : JSON.stringify([version(), this.#again, asked]);
    });
    $effect(() => {
      if (key === undefined) {
        this.loading = false;
        return;
      }
      const asked = (JSON.parse(key) as unknown[])[2] as Request<K>;
      const stop = new AbortController();
      this.loading = true;
      this.progress = undefined;
      call(command, asked, { signal: stop.signal, onProgress: (p) => (this.progress = p) })
        .then((reply) => {
          if (stop.signal.aborted) return;
          this.data = reply;
          this.error = undefined;
        })
        .catch((thrown: unknown) => {
          if (!stop.signal.aborted && thrown instanceof CallError) this.error = thrown;
        })
        .finally(() => {
          if (!stop.signal.aborted) this.loading = false;
        });
      return () => {
        stop.abort();
      };
    });
  }

  /** Whether what is shown is about to be replaced. */
  get stale(): boolean {
    return this.loading && this.data !== undefined;
  }

  retry(): void {
    this.error = undefined;
    this.#again += 1;
  }
}
