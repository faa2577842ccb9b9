// Texts of exports: what a screen offers, and how its files are called.

import type { PeriodView } from '../backend/bindings';

export const exporting = {
  export: {
    button: 'Export',
    menu: 'Export what is shown',
    csv: 'CSV',
    svg: 'SVG',
    pdf: 'PDF',
    page: 'Page to file or print',
    table: 'Table',
    chart: 'Chart',
    days: 'Days',
    hours: 'Hours of the week',
    calls: (n: string) => `All ${n} calls`,
    oneCall: 'The one call',
    offer: (what: string, format: string) => `${what} as ${format}`,
    writing: 'Writing',
    rows: (n: string) => `${n} rows`,
    saved: (name: string, size: string) => `Saved as ${name}, ${size}`,
    /** `outlay-calls-2026-10.csv`; a file name needs no translation, but it is seen. */
    fileName: (what: string, period: PeriodView | undefined, format: string) => {
      const { month, from, to } = period ?? { month: null, from: '', to: '' };
      return ['outlay', what, month ?? (from === to ? from : `${from}-to-${to}`)].filter(Boolean).join('-') + `.${format}`;
    },
  },
} as const;
