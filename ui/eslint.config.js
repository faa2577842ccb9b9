import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const onlyTheBackendKnowsTauri = {
  patterns: [
    {
      group: ['@tauri-apps/*'],
      message: 'Only src/backend/tauri.ts may know Tauri; ask the backend instead.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'dist-recorded/', 'src/backend/bindings.ts'] },
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    rules: {
      'no-restricted-imports': ['error', onlyTheBackendKnowsTauri],
      'no-restricted-globals': ['error', { name: 'parseFloat', message: 'Figures are decimal strings: see src/format.' }],
      'svelte/no-at-html-tags': 'error',
      'svelte/no-inline-styles': 'off',
      'svelte/require-each-key': 'error',
      // Maps and sets are replaced whole here ($state.raw), never changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['src/backend/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
);
