//! A file as it is written, with the count of what a reader must make of it.

use std::fmt::Write;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::super::cells::{Cell, Cells};

/// One file below the company's folder.
pub struct Sheet {
    pub path: String,
    pub text: String,
    lines: u64,
    /// Rows that are taken; of one that comes twice, the first.
    pub good: u64,
    pub duplicates: u64,
    /// What is about something else.
    pub left_out: u64,
    /// Line and fault of each row that is refused.
    pub broken: Vec<(u64, &'static str)>,
    /// What the good rows add up to.
    pub sums: Value,
}

impl Sheet {
    pub fn new(path: &str) -> Sheet {
        Sheet {
            path: path.to_owned(),
            text: String::new(),
            lines: 0,
            good: 0,
            duplicates: 0,
            left_out: 0,
            broken: Vec::new(),
            sums: Value::Null,
        }
    }

    /// A line that is no row, or whose rows the caller counts; gives its number.
    pub fn line(&mut self, line: &str) -> u64 {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
        self.lines
    }

    pub fn row(&mut self, line: &str) {
        self.line(line);
        self.good += 1;
    }

    pub fn other(&mut self, line: &str) {
        self.line(line);
        self.left_out += 1;
    }

    /// A row that must be refused.
    pub fn bad(&mut self, line: &str, fault: &'static str) {
        let at = self.line(line);
        self.broken.push((at, fault));
    }

    /// The last row, of which only so many letters are there.
    pub fn cut(&mut self, line: &str, letters: usize) {
        self.text.extend(line.chars().take(letters));
        self.lines += 1;
        self.broken.push((self.lines, "truncated line"));
    }

    pub fn rows(&self) -> u64 {
        self.good + self.duplicates + self.broken.len() as u64
    }

    /// Its entry in truth.json.
    pub fn truth(&self) -> Value {
        let broken: Vec<Value> =
            self.broken.iter().map(|(line, fault)| json!({"line": line, "fault": fault})).collect();
        json!({
            "path": self.path,
            "format": self.path.split('/').next().unwrap_or_default(),
            "rows": self.rows(),
            "imported": self.good,
            "duplicate": self.duplicates,
            "rejected": self.broken.len(),
            "left_out": self.left_out,
            "broken": broken,
            "sums": self.sums,
        })
    }
}

/// A row with one thing in it put wrong.
pub fn spoilt(line: &str, from: &str, to: &str) -> Result<String> {
    ensure!(line.contains(from), "there is no {from} in {line}");
    Ok(line.replacen(from, to, 1))
}

/// A result of a page, and what is wrong with it.
pub type Item = (String, Option<&'static str>);

/// Pages of a provider's interface, a result a line.
pub struct Pages {
    /// What a page begins with.
    pub opening: &'static str,
}

impl Pages {
    /// Writes a page of these buckets. A bucket without results is a row all the same: nothing was used then.
    pub fn write(&self, sheet: &mut Sheet, buckets: &[(String, Vec<Item>)], next: Option<&str>) {
        sheet.line(self.opening);
        for (at, (head, items)) in buckets.iter().enumerate() {
            let comma = if at + 1 < buckets.len() { "," } else { "" };
            if items.is_empty() {
                sheet.row(&format!("{{{head},\"results\":[]}}{comma}"));
                continue;
            }
            sheet.line(&format!("{{{head},\"results\":["));
            for (place, (item, fault)) in items.iter().enumerate() {
                let line = format!("{item}{}", if place + 1 < items.len() { "," } else { "" });
                match fault {
                    Some(fault) => sheet.bad(&line, fault),
                    None => sheet.row(&line),
                }
            }
            sheet.line(&format!("]}}{comma}"));
        }
        let (more, next) = next.map_or((false, "null".to_owned()), |page| (true, format!("\"{page}\"")));
        sheet.line(&format!("],\"has_more\":{more},\"next_page\":{next}}}"));
    }
}

/// A table's columns.
pub struct Columns(pub &'static [&'static str]);

impl Columns {
    pub fn header(&self) -> String {
        self.0.join(",")
    }

    /// A row; columns that are not told are empty.
    pub fn line(&self, cells: &[(&str, String)]) -> Result<String> {
        for (name, _) in cells {
            ensure!(self.0.contains(name), "the table has no column {name}");
        }
        let mut line = String::new();
        for (at, column) in self.0.iter().enumerate() {
            let value = cells.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str());
            let comma = if at > 0 { "," } else { "" };
            if value.contains([',', '"']) {
                write!(line, "{comma}\"{}\"", value.replace('"', "\"\""))?;
            } else {
                write!(line, "{comma}{value}")?;
            }
        }
        Ok(line)
    }
}

/// A list in JSON.
pub fn list(items: &[String]) -> Cell {
    Cell::Raw(format!("[{}]", items.join(",")))
}

/// An object inside a row.
pub fn object(cells: &Cells) -> Cell {
    Cell::Raw(super::super::cells::json(cells))
}

/// A number with so many decimals, told in the smallest of them.
pub fn decimal(value: i64, decimals: u32) -> String {
    let one = 10_i64.pow(decimals);
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:0width$}", value.abs() / one, value.abs() % one, width = decimals as usize)
}
