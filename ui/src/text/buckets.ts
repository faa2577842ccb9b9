// Token buckets in words.

const NAMES: Readonly<Record<string, string>> = {
  uncached_input: 'input, not cached',
  cache_read: 'prompt cache read',
  cache_write_5m: 'cache write, 5 min',
  cache_write_1h: 'cache write, 1 h',
  cache_write_30m: 'cache write, 30 min',
  cache_write_12h: 'cache write, 12 h',
  cache_write_unknown: 'cache write, duration not told',
  output: 'output',
  audio_input: 'audio input',
  audio_output: 'audio output',
  image_input: 'image input',
  image_output: 'image output',
};

export function bucketName(bucket: string): string {
  return NAMES[bucket] ?? bucket.replaceAll('_', ' ');
}
