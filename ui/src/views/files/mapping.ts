// What choosing does to a mapping. The core reads it, tries it and writes its TOML.

import type { MappingField, MappingSpec, RowIs, Unit } from '../../backend/bindings';

/** Fields that read a column, in the mapping's order. */
export function fieldsOf(spec: MappingSpec, column: string): string[] {
  return Object.keys(spec.columns).filter((field) => spec.columns[field] === column);
}

/** A field is read from a column or path; from none where it is empty. */
export function read(spec: MappingSpec, field: string, column: string): MappingSpec {
  return { ...spec, columns: put(spec.columns, field, column) };
}

/** A column becomes a field, and no longer what it was; nothing where the field is empty. */
export function become(spec: MappingSpec, column: string, field: string): MappingSpec {
  const [was] = fieldsOf(spec, column);
  const left = field === '' ? without(spec.columns, fieldsOf(spec, column)) : without(spec.columns, was === undefined ? [] : [was]);
  return { ...spec, columns: put(left, field, column) };
}

/** Every row has this text; none where it is empty. */
export function fix(spec: MappingSpec, field: string, text: string): MappingSpec {
  return { ...spec, constants: put(spec.constants, field, text) };
}

/** A field is no longer read at all. */
export function drop(spec: MappingSpec, field: string): MappingSpec {
  return { ...spec, columns: without(spec.columns, [field]), constants: without(spec.constants, [field]) };
}

export interface Group {
  unit: Unit;
  fields: MappingField[];
}

const ORDER: readonly Unit[] = ['instant', 'text', 'tokens', 'money', 'milliseconds', 'count'];

/** Fields by what their values are; where there are scores by names of their own, without those. */
export function groups(fields: readonly MappingField[]): Group[] {
  return ORDER.map((unit) => ({ unit, fields: fields.filter((f) => f.unit === unit && !isOwnScore(f.name)) })).filter((g) => g.fields.length > 0);
}

const OWN_SCORE = 'score.';

export const isOwnScore = (field: string): boolean => field.startsWith(OWN_SCORE);

/** The field of a score that is called as its column is; rows of usage and billed lines have none. */
export function ownScore(kind: RowIs, column: string): string | undefined {
  return kind === 'usage' || kind === 'charge' ? undefined : OWN_SCORE + column.toLowerCase();
}

function put(map: Readonly<Record<string, string>>, key: string, value: string): Record<string, string> {
  return key === '' || value === '' ? without(map, [key]) : { ...map, [key]: value };
}

function without(map: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
