// Sums over the disjoint buckets (reasoning is a part of output).

import type { Tokens } from '../backend/bindings';

export function inputTokens(t: Tokens): number {
  return (
    t.uncached_input + t.cache_read + t.cache_write_5m + t.cache_write_1h + t.cache_write_30m + t.cache_write_12h +
    t.cache_write_unknown + t.audio_input + t.image_input
  );
}

export function outputTokens(t: Tokens): number {
  return t.output + t.audio_output + t.image_output;
}

export function totalTokens(t: Tokens): number {
  return inputTokens(t) + outputTokens(t);
}
