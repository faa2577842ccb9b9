//! Columns under construction. A row is written field by field in the order of the dataset's declaration.

use polars::prelude::*;

use super::frames::{constant, is_constant};
use super::ids;
use super::schema::{Column, Dataset, Type};

/// Rows held before they become a frame.
pub const CHUNK: usize = 1 << 17;

#[derive(Debug)]
enum Cells {
    Must(Vec<i64>),
    Dim(Vec<u32>),
    Int(Vec<i64>, Vec<bool>, bool),
    Id(Vec<u8>, Vec<u32>),
    Amount(Vec<Option<i128>>),
    Real(Vec<Option<f64>>),
}

/// Buffered rows of one dataset.
#[derive(Debug)]
pub struct Buffer {
    columns: Vec<Column>,
    cells: Vec<Cells>,
    rows: usize,
    next: usize,
    packed: Vec<u8>,
}

impl Buffer {
    /// No rows yet.
    #[must_use]
    pub fn new(dataset: Dataset) -> Buffer {
        let columns = dataset.columns();
        let cells = columns
            .iter()
            .map(|(_, kind)| match kind {
                Type::Time | Type::Must => Cells::Must(Vec::new()),
                Type::Dim => Cells::Dim(Vec::new()),
                Type::Int => Cells::Int(Vec::new(), Vec::new(), false),
                Type::Id => Cells::Id(Vec::new(), Vec::new()),
                Type::Amount => Cells::Amount(Vec::new()),
                Type::Real => Cells::Real(Vec::new()),
            })
            .collect();
        Buffer { columns, cells, rows: 0, next: 0, packed: Vec::new() }
    }

    /// Rows held.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    fn field(&mut self) -> &mut Cells {
        let at = self.next;
        self.next += 1;
        &mut self.cells[at]
    }

    /// A number that every row has, or an instant.
    pub fn must(&mut self, value: i64) {
        let field = self.field();
        debug_assert!(matches!(field, Cells::Must(_)));
        if let Cells::Must(cells) = field {
            cells.push(value);
        }
    }
    /// The code of a word.
    pub fn dim(&mut self, code: u32) {
        let field = self.field();
        debug_assert!(matches!(field, Cells::Dim(_)));
        if let Cells::Dim(cells) = field {
            cells.push(code);
        }
    }
    /// A number that may be unknown.
    pub fn int(&mut self, value: Option<i64>) {
        let field = self.field();
        debug_assert!(matches!(field, Cells::Int(..)));
        if let Cells::Int(values, known, holes) = field {
            values.push(value.unwrap_or_default());
            known.push(value.is_some());
            *holes |= value.is_none();
        }
    }
    /// An id as its source spells it.
    pub fn id(&mut self, id: &str) {
        let mut packed = std::mem::take(&mut self.packed);
        ids::pack(id, &mut packed);
        self.bytes(&packed);
        self.packed = packed;
    }
    /// Bytes; none = not told.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let field = self.field();
        debug_assert!(matches!(field, Cells::Id(..)));
        if let Cells::Id(data, ends) = field {
            data.extend_from_slice(bytes);
            ends.push(data.len() as u32);
        }
    }
    /// An amount in pico-units.
    pub fn amount(&mut self, value: Option<i128>) {
        let field = self.field();
        debug_assert!(matches!(field, Cells::Amount(_)));
        if let Cells::Amount(cells) = field {
            cells.push(value);
        }
    }
    /// A score.
    pub fn real(&mut self, value: Option<f64>) {
        let field = self.field();
        debug_assert!(matches!(field, Cells::Real(_)));
        if let Cells::Real(cells) = field {
            cells.push(value);
        }
    }
    /// Ends a row.
    pub fn end(&mut self) {
        debug_assert_eq!(self.next, self.cells.len());
        self.next = 0;
        self.rows += 1;
    }

    /// Whether the buffer should be taken now.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows >= CHUNK
    }

    /// Takes the rows as a frame of codes, in the order they came.
    pub fn take(&mut self) -> PolarsResult<DataFrame> {
        let mut out = Vec::with_capacity(self.columns.len());
        for ((name, kind), cells) in self.columns.iter().zip(&mut self.cells) {
            let name = PlSmallStr::from_static(name);
            let column = match cells {
                Cells::Must(values) => {
                    let values = std::mem::take(values);
                    if *kind == Type::Must && is_constant(&values) {
                        out.push(constant(name, DataType::Int64, AnyValue::Int64(values[0]), self.rows));
                        continue;
                    }
                    let values = Int64Chunked::from_vec(name, values);
                    if *kind == Type::Time {
                        values.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_column()
                    } else {
                        values.into_column()
                    }
                }
                Cells::Dim(codes) => {
                    let codes = std::mem::take(codes);
                    if is_constant(&codes) {
                        constant(name, DataType::UInt32, AnyValue::UInt32(codes[0]), self.rows)
                    } else {
                        UInt32Chunked::from_vec(name, codes).into_column()
                    }
                }
                Cells::Int(values, known, holes) => {
                    let values = std::mem::take(values);
                    let known = std::mem::take(known);
                    let holes = std::mem::take(holes);
                    if is_constant(&values) && is_constant(&known) {
                        let value = if holes { AnyValue::Null } else { AnyValue::Int64(values[0]) };
                        constant(name, DataType::Int64, value, self.rows)
                    } else if holes {
                        let options = values.into_iter().zip(known).map(|(v, k)| k.then_some(v));
                        Int64Chunked::from_iter_options(name, options).into_column()
                    } else {
                        Int64Chunked::from_vec(name, values).into_column()
                    }
                }
                Cells::Id(data, ends) => {
                    let data = std::mem::take(data);
                    if data.is_empty() {
                        ends.clear();
                        out.push(constant(name, DataType::Binary, AnyValue::Null, self.rows));
                        continue;
                    }
                    let mut start = 0;
                    let slices = std::mem::take(ends).into_iter().map(|end| {
                        let range = std::mem::replace(&mut start, end as usize)..end as usize;
                        (!range.is_empty()).then(|| &data[range])
                    });
                    BinaryChunked::from_iter_options(name, slices).into_column()
                }
                Cells::Amount(values) => amounts(name, std::mem::take(values))?,
                Cells::Real(values) => {
                    Float64Chunked::from_iter_options(name, std::mem::take(values).into_iter()).into_column()
                }
            };
            out.push(column);
        }
        DataFrame::new(std::mem::take(&mut self.rows), out)
    }
}

fn amounts(name: PlSmallStr, values: Vec<Option<i128>>) -> PolarsResult<polars::prelude::Column> {
    let values = Int128Chunked::from_iter_options(name, values.into_iter());
    Ok(values.into_decimal(38, 12)?.into_series().into_column())
}
