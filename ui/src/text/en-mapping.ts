// Texts of the mapping editor.

import type { CachedInput, EndDay, LatencyUnit, MoneyUnit, Reasoning, RowIs, TimeUnit, Unit } from '../backend/bindings';

const rows: Readonly<Record<RowIs, string>> = {
  call: 'a call: one attempt at a provider',
  usage: 'provider usage: a bucket of a time span',
  charge: 'a billed line',
  score: 'a score of a call or trace',
  evaluation: 'a result of an evaluation run',
};

const groups: Readonly<Record<Unit, string>> = {
  instant: 'Time',
  text: 'Who and what',
  tokens: 'Tokens',
  money: 'Money',
  milliseconds: 'Durations',
  count: 'Counts',
  share: 'Shares',
  date: 'Dates',
};

const timeUnits: Readonly<Record<TimeUnit, string>> = {
  auto: '2026-10-03 14:05, or a number',
  seconds: 'seconds since 1970',
  milliseconds: 'milliseconds since 1970',
  microseconds: 'microseconds since 1970',
  nanoseconds: 'nanoseconds since 1970',
};
const latencyUnits: Readonly<Record<LatencyUnit, string>> = { milliseconds: 'milliseconds', seconds: 'seconds' };
const moneyUnits: Readonly<Record<MoneyUnit, string>> = { dollars: 'whole dollars, euros …', cents: 'cents' };
const cachedInputs: Readonly<Record<CachedInput, string>> = {
  inside: 'inside the input number',
  outside: 'beside it: to be added',
};
const reasonings: Readonly<Record<Reasoning, string>> = {
  inside: 'inside the output number',
  outside: 'beside it: to be added',
};
const endDays: Readonly<Record<EndDay, string>> = {
  excluded: 'the first day after it',
  included: 'its last day',
};
const tokenUnits: Readonly<Record<number, string>> = { 1: 'single tokens', 1000: 'thousands', 1000000: 'millions' };

export const mapping = {
  mapping: {
    title: (file: string) => `Choose columns of ${file}`,
    lead: 'Say which column is what. What is chosen is kept with the company file and used for the next file of this kind.',
    notUsed: 'not used',
    name: 'Name',
    nameHint: 'optional',
    kind: 'A row is',
    kinds: rows,
    list: 'Rows are in the list',
    listHint: 'each object of the file',
    rows: 'First rows of the file',
    rowsHint: 'each heading says what its column is',
    isField: (column: string) => `What ${column} is`,
    also: (fields: string) => `and ${fields}`,
    ownScore: (name: string) => `a score named ${name}`,
    scoresGroup: 'Scores',
    groups,
    fields: 'What is read',
    fieldsHint: 'a fixed text holds where the column tells nothing',
    fieldHead: 'Field',
    columnHead: 'Column',
    pathHead: 'Column or path',
    fixedHead: 'Fixed text',
    field: (name: string) => `Column for ${name}`,
    path: (name: string) => `Path for ${name}`,
    fixed: (name: string) => `Fixed text for ${name}`,
    otherPath: 'another path…',
    pathExample: 'usage.input_tokens',
    addField: 'Another field…',
    addFieldLabel: 'Read another field',
    drop: (name: string) => `No longer read ${name}`,
    suggested: 'suggested:',
    meaning: 'What its numbers and texts mean',
    timeUnit: 'Times are written as',
    timeUnits,
    timeFormats: '3 October 2026, 14:05:09 is written',
    zone: 'Times without a zone',
    zoneNone: 'there are none',
    latencyUnit: 'Durations',
    latencyUnits,
    moneyUnit: 'Amounts',
    moneyUnits,
    tokenUnit: 'Token counts',
    tokenUnits,
    cached: 'Cached tokens',
    cachedInputs,
    reasoning: 'Reasoning tokens',
    reasonings,
    endDay: 'The day on which a row ends is',
    endDays,
    zeroCost: 'A recorded cost of 0',
    zeroCostUnknown: 'is unknown, not free',
    skip: 'Texts that mean “not told”',
    skipAdd: 'Add',
    skipNew: 'Another text that means “not told”',
    skipExample: 'n/a',
    skipDrop: (word: string) => `${word} is a value again`,
    example: 'The first row, as it would be read',
    cost: 'Its cost',
    billed: 'Its amount',
    unpriced: 'no price yet',
    fault: 'It would be refused:',
    questions: 'Still to decide',
    toml: 'What is saved',
    tomlHint: 'The same as TOML: it follows the choices above, and another mapping can be put in its place.',
    tomlLabel: 'Mapping as TOML',
    apply: 'Use this text',
    import: 'Import with this mapping',
    again: 'Read again with this mapping',
  },
} as const;
