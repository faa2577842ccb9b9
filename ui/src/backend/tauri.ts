// The only file that knows Tauri.

import { Channel, invoke } from '@tauri-apps/api/core';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { Backend, FileDrop } from './index';
import type { Progress } from './bindings';

export function tauri(): Backend {
  return {
    call(id, command, request, onProgress) {
      const progress = new Channel<Progress>();
      progress.onmessage = onProgress;
      return invoke('call', { id, command, request, progress });
    },
    cancel: (id) => invoke('cancel', { id }),
    pick: (kind, name) => invoke<string[]>('pick', { kind, name: name ?? null }),
    onFileDrop(listener) {
      const stop = getCurrentWebview().onDragDropEvent(({ payload }) => {
        listener(asFileDrop(payload));
      });
      return () => {
        void stop.then((unlisten) => {
          unlisten();
        });
      };
    },
  };
}

function asFileDrop(payload: { type: string; paths?: string[] }): FileDrop {
  if (payload.type === 'drop') return { state: 'dropped', paths: payload.paths ?? [] };
  return { state: payload.type === 'leave' ? 'left' : 'over' };
}
