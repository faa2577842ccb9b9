//! Rows as named cells, written as JSON or CSV, and the few that are spoilt on purpose.

use std::fmt::Write;

/// One value.
#[derive(Clone, Debug)]
pub enum Cell {
    Text(String),
    /// A number or other JSON, as it is written.
    Raw(String),
    Null,
}

/// A row: names and values in the order of the columns.
pub type Cells = Vec<(&'static str, Cell)>;

pub fn text(value: impl Into<String>) -> Cell {
    Cell::Text(value.into())
}

pub fn number(value: i64) -> Cell {
    Cell::Raw(value.to_string())
}

/// Text, or null where it is empty.
pub fn some_text(value: &str) -> Cell {
    if value.is_empty() { Cell::Null } else { text(value) }
}

/// Nano-dollars as dollars, without zeros at the end.
pub fn dollars(nano: i64) -> String {
    let whole =
        format!("{}{}.{:09}", if nano < 0 { "-" } else { "" }, nano.abs() / 1_000_000_000, nano.abs() % 1_000_000_000);
    whole.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Ten-thousandths as a decimal.
pub fn score(value: Option<i64>) -> Cell {
    value.map_or(Cell::Null, |v| Cell::Raw(format!("{}.{:04}", v / 10_000, v % 10_000)))
}

/// One JSON object.
pub fn json(cells: &Cells) -> String {
    let mut line = String::from("{");
    for (name, cell) in cells {
        let comma = if line.len() > 1 { "," } else { "" };
        // Writing to a string cannot fail.
        let _ = match cell {
            Cell::Text(value) => write!(line, "{comma}\"{name}\":\"{value}\""),
            Cell::Raw(value) => write!(line, "{comma}\"{name}\":{value}"),
            Cell::Null => write!(line, "{comma}\"{name}\":null"),
        };
    }
    line.push('}');
    line
}

/// One CSV line.
pub fn csv(cells: &Cells) -> String {
    let values: Vec<String> = cells
        .iter()
        .map(|(_, cell)| match cell {
            Cell::Text(value) | Cell::Raw(value) if value.contains(',') => format!("\"{value}\""),
            Cell::Text(value) | Cell::Raw(value) => value.clone(),
            Cell::Null => String::new(),
        })
        .collect();
    values.join(",")
}

/// The header of such rows.
pub fn header(cells: &Cells) -> String {
    cells.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",")
}

/// How a row is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    BadNumber,
    ImpossibleTotal,
    YearOne,
    Negative,
    Truncated,
}

impl Fault {
    pub fn name(self) -> &'static str {
        match self {
            Fault::BadNumber => "bad number",
            Fault::ImpossibleTotal => "impossible total",
            Fault::YearOne => "year 1",
            Fault::Negative => "negative number",
            Fault::Truncated => "truncated line",
        }
    }
}

/// Which columns a spoilt row is spoilt in; an empty name leaves it alone.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    pub number: &'static str,
    /// Made far larger than the total that holds it, or than its parts.
    pub part: &'static str,
    pub time: &'static str,
    pub id: &'static str,
}

/// A spoilt copy of a row, under an id of its own.
fn spoilt(cells: &Cells, fault: Fault, columns: &Columns) -> Cells {
    let mut cells = cells.clone();
    for (name, cell) in &mut cells {
        let name = *name;
        if !name.is_empty() && name == columns.id {
            let prefix = format!("bad0{}", fault as u8);
            if let Cell::Text(old) = cell {
                *cell = text(format!("{prefix}{}", old.get(prefix.len()..).unwrap_or_default()));
            }
        }
        match fault {
            Fault::BadNumber if name == columns.number => *cell = text("12k"),
            Fault::Negative if name == columns.number => *cell = number(-512),
            Fault::ImpossibleTotal if name == columns.part => *cell = number(999_999_999),
            Fault::YearOne if name == columns.time => {
                if let Cell::Text(old) = cell {
                    *cell = text(format!("0001-01-01{}", old.get(10..).unwrap_or_default()));
                } else {
                    *cell = number(-62_135_596_800);
                }
            }
            _ => {}
        }
    }
    cells
}

/// A spoilt row that went into a file.
#[derive(Clone, Debug)]
pub struct Broken {
    pub line: u64,
    pub fault: Fault,
}

/// The lines of one file and what is known of them.
pub struct Lines {
    pub text: String,
    pub good: u64,
    pub broken: Vec<Broken>,
    lines: u64,
    as_json: bool,
}

impl Lines {
    pub fn json() -> Lines {
        Lines { text: String::new(), good: 0, broken: Vec::new(), lines: 0, as_json: true }
    }

    /// CSV with this header line.
    pub fn csv(header: &str) -> Lines {
        let mut lines = Lines { as_json: false, ..Lines::json() };
        lines.write(header);
        lines
    }

    fn write(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
    }

    fn render(&self, cells: &Cells) -> String {
        if self.as_json { json(cells) } else { csv(cells) }
    }

    pub fn push(&mut self, cells: &Cells) {
        let line = self.render(cells);
        self.write(&line);
        self.good += 1;
    }

    /// Adds a spoilt copy of a row; a truncated one must be the last of the file.
    pub fn spoil(&mut self, cells: &Cells, fault: Fault, columns: &Columns) {
        let line = self.render(&spoilt(cells, fault, columns));
        if fault == Fault::Truncated {
            self.text.extend(line.chars().take(line.len() / 3));
            self.lines += 1;
        } else {
            self.write(&line);
        }
        self.broken.push(Broken { line: self.lines, fault });
    }

    /// Adds rows, and after the rows of the given numbers a spoilt copy of them.
    pub fn fill(&mut self, rows: &[Cells], faults: &[(usize, Fault)], columns: &Columns) {
        for (i, cells) in rows.iter().enumerate() {
            self.push(cells);
            for (_, fault) in faults.iter().filter(|(at, fault)| *at == i && *fault != Fault::Truncated) {
                self.spoil(cells, *fault, columns);
            }
        }
        if let (Some(last), true) = (rows.last(), faults.iter().any(|(_, fault)| *fault == Fault::Truncated)) {
            self.spoil(last, Fault::Truncated, columns);
        }
    }
}
