import { expect, it } from 'vitest';
import type { AccountCoverage, DayCoverage } from '../../backend/bindings';
import { marked } from './coverage';

const day = (date: string, change: Partial<DayCoverage>): DayCoverage => ({ date, sources: [], used: null, decided: false, missing: false, ...change });

it('puts days that are alike together', () => {
  const account: AccountCoverage = {
    provider: 'openai',
    account: '',
    expected: true,
    explained: null,
    sources: [],
    days: [
      day('2026-10-01', { sources: ['invoice', 'own_logs'], used: 'invoice' }),
      day('2026-10-02', { sources: ['invoice', 'own_logs'], used: 'invoice' }),
      day('2026-10-03', { sources: ['own_logs'], used: 'own_logs' }),
      day('2026-10-04', { missing: true }),
    ],
  };
  expect(marked(account, 'invoice').map((r) => [r.mark, r.from, r.to, r.x, r.width])).toEqual([
    ['used', '2026-10-01', '2026-10-02', 0, 50],
    ['none', '2026-10-03', '2026-10-03', 50, 25],
    ['missing', '2026-10-04', '2026-10-04', 75, 25],
  ]);
  expect(marked(account, 'own_logs').map((r) => r.mark)).toEqual(['there', 'used', 'missing']);
});
