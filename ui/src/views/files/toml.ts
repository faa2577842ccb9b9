// Choosing a column changes one line of the mapping's TOML; everything else stays as written. The core is what reads it.

/** Sets, or with an empty column removes, `field = "column"` in `[columns]`. */
export function setColumn(toml: string, field: string, column: string): string {
  const lines = toml.split('\n');
  let start = lines.findIndex((l) => /^\s*\[columns\]\s*$/.test(l));
  if (start < 0) {
    if (column === '') return toml;
    while (lines.at(-1) === '') lines.pop();
    lines.push('', '[columns]');
    start = lines.length - 1;
  }
  let end = lines.findIndex((l, i) => i > start && /^\s*\[/.test(l));
  if (end < 0) end = lines.length;
  const at = lines.findIndex((l, i) => i > start && i < end && new RegExp(`^\\s*"?${escape(field)}"?\\s*=`).test(l));
  const line = `${field} = ${JSON.stringify(column)}`;
  if (at >= 0 && column === '') lines.splice(at, 1);
  else if (at >= 0) lines[at] = line;
  else if (column !== '') {
    let last = end;
    while (last > start + 1 && (lines[last - 1] ?? '').trim() === '') last -= 1;
    lines.splice(last, 0, line);
  }
  const text = lines.join('\n');
  return text.endsWith('\n') ? text : `${text}\n`;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
