// Every visible text of the frame; a further language is a file of the same type beside this one.
// Texts of the screens are in their own files, joined here.

import { data } from './en-data';
import { exporting } from './en-export';
import { mapping } from './en-mapping';
import { screens } from './en-screens';
import type { Dimension, Kind } from '../backend/bindings';

const dimensions: Readonly<Record<Dimension, string>> = {
  feature: 'Feature',
  model: 'Model',
  provider: 'Provider',
  team: 'Team',
  customer: 'Customer',
  user: 'User',
  prompt_name: 'Prompt',
  prompt_version: 'Prompt version',
  environment: 'Environment',
  operation: 'Operation',
  project: 'Project',
  api_key: 'API key',
  workspace: 'Workspace',
  agent: 'Agent',
  tier: 'Service tier',
  status: 'Status',
  error_type: 'Error',
  finish_reason: 'Finish reason',
  channel: 'Channel',
  region: 'Region',
  account: 'Account',
  session: 'Session',
  trace: 'Trace',
};

const kinds: Readonly<Record<Kind, string>> = {
  call: 'own logs',
  usage: 'provider usage',
  charge: 'billed lines',
  score: 'scores',
};

export const text = {
  appName: 'Outlay',
  unknown: 'not known',
  notTold: 'not told',
  total: 'total',
  close: 'Close',
  cancel: 'Cancel',
  retry: 'Try again',
  save: 'Save',
  saved: 'Saved',
  of: 'of',
  dimension: (d: Dimension) => dimensions[d],
  kind: (k: Kind) => kinds[k],

  nav: {
    label: 'Screens',
    overview: 'Overview',
    hotspots: 'Hotspots',
    data: 'Data',
    calls: 'Calls',
    prices: 'Prices',
    files: 'Files',
    settings: 'Settings',
    help: 'Keys',
  },

  company: {
    menu: 'Company file',
    unnamed: 'Unnamed company',
    new: 'New company file…',
    open: 'Open…',
    recent: 'Recent',
    sample: 'Sample company',
    gone: 'no longer there',
    band: 'Sample company',
    bandAction: 'Start with my own files',
    cannotOpen: 'The company file could not be opened.',
    opening: 'Opening the company file…',
  },

  welcome: {
    title: 'What did your language models cost?',
    lead: 'Drop in what your providers export and what your tracers log. Outlay says what was spent, on what, and why it changed.',
    new: 'New company file',
    open: 'Open a company file',
    sample: 'Look at the sample company',
    promise: 'Nothing leaves this machine.',
  },

  period: {
    label: 'Period',
    months: 'Months with records',
    custom: 'Other dates',
    from: 'From',
    to: 'To',
    apply: 'Show',
    previous: 'Previous month',
    next: 'Next month',
    whole: 'Everything',
    example: '2026-10-01',
    wrongOrder: 'The first day is after the last.',
  },
  zone: { label: 'Zone', search: 'Find a zone', own: 'Zone of the company file', days: 'Days begin and end in this zone.' },
  filter: {
    add: '+ filter',
    label: 'Filters',
    by: 'Filter by',
    is: 'is',
    isNot: 'is not',
    search: 'Find or type a value',
    remove: (what: string) => `Remove filter ${what}`,
    edit: (what: string) => `Change filter ${what}`,
    apply: 'Filter',
    back: 'Other dimension',
    none: 'No such value in this period; Enter takes it as typed.',
    chip: (values: readonly string[]) =>
      values.length <= 2 ? values.map((v) => v || 'not told').join(' or ') : `${values[0] || 'not told'} or ${values.length - 1} more`,
    loading: 'Looking up values…',
  },
  palette: {
    button: 'Find feature, model, customer',
    label: 'Find a screen, month, feature, model or customer',
    keys: 'Ctrl K',
    nothing: 'Nothing by that name.',
    screen: 'Screen',
    month: 'Month',
    action: 'Action',
    openFiles: 'Import files',
    light: 'Light theme',
    dark: 'Dark theme',
    system: 'Theme of the system',
  },
  help: {
    title: 'Keys',
    rows: [
      ['Ctrl K', 'Find anything'],
      ['g o', 'Overview'],
      ['g h', 'Hotspots'],
      ['g c', 'Calls'],
      ['g p', 'Prices'],
      ['g f', 'Files'],
      ['g s', 'Settings'],
      ['[ and ]', 'Month before, month after'],
      ['Esc', 'Close; in Hotspots: a level up'],
      ['↑ ↓', 'Along rows; PgUp, PgDn, Home, End in Calls'],
      ['Enter', 'Open what a row or bar is made of'],
      ['F2', 'In Hotspots: name the id of a row'],
      ['← →', 'Along a chart; in Hotspots: fold and unfold the causes'],
      ['Alt ← →', 'Back and forward'],
      ['?', 'This list'],
    ] as const,
  },
  footer: {
    label: 'What the figures rest on',
    source: 'Source',
    invoice: (n: number) => (n === 1 ? 'invoice of 1 provider' : `invoices of ${n} providers`),
    usage: (names: string) => `usage × price for ${names}`,
    logs: (names: string) => `own logs × price for ${names}`,
    book: (version: string) => `Price book ${version}`,
    version: (n: number) => `Data version ${n}`,
    zone: (zone: string) => `Zone ${zone}`,
    rows: 'from rows',
    promise: 'Nothing leaves this machine',
    otherCurrencies: (amounts: string) => `not added: ${amounts}`,
  },

  chart: {
    role: 'chart; arrow keys read it',
    asTable: 'as table',
    asChart: 'as chart',
    incomplete: 'incomplete',
    incompleteDay: 'incomplete: a source is missing',
    answer: (title: string, most: string, mostValue: string, least: string, leastValue: string) =>
      `${title} Highest ${most} with ${mostValue}, lowest ${least} with ${leastValue}.`,
    heatAnswer: (title: string, row: string, column: string, value: string) =>
      `${title} Most on ${row} at ${column} with ${value}.`,
    nothing: (title: string) => `${title} Nothing to draw.`,
    missing: (n: number) => `${n} incomplete.`,
    mark: (at: string, label: string) => `${at}: ${label}.`,
  },

  state: {
    loading: 'Loading',
    stuck: 'This could not be answered.',
    reading: (rows: string) => `from rows: ${rows} read`,
  },

  ...screens,
  ...data,
  ...mapping,
  ...exporting,
} as const;
