//! Columns under construction. A row is written field by field in the order of the dataset's declaration.

use polars::prelude::*;

use super::frames::constant;
use super::ids;
use super::schema::{Column, Dataset, Type};

/// Rows held before they become a frame.
pub const CHUNK: usize = 1 << 17;
/// Bytes of ids and texts held before they become a frame.
const MOST_BYTES: usize = 1 << 26;

/// Values of a column, which most columns of most logs have only one of: until another comes, it is only counted.
#[derive(Debug)]
struct Run<T> {
    one: T,
    times: usize,
    all: Vec<T>,
}

impl<T: Copy + PartialEq + Default> Run<T> {
    fn new() -> Run<T> {
        Run { one: T::default(), times: 0, all: Vec::new() }
    }

    fn push(&mut self, value: T) {
        if !self.all.is_empty() {
            self.all.push(value);
        } else if self.times == 0 || self.one == value {
            self.one = value;
            self.times += 1;
        } else {
            self.all.reserve_exact(CHUNK);
            self.all.resize(self.times, self.one);
            self.all.push(value);
        }
    }

    /// Takes all values, or the one that there is.
    fn take(&mut self) -> Result<Vec<T>, T> {
        self.times = 0;
        if self.all.is_empty() { Err(self.one) } else { Ok(std::mem::take(&mut self.all)) }
    }
}

#[derive(Debug)]
enum Cells {
    Must(Run<i64>),
    Dim(Run<u32>),
    Int(Run<Option<i64>>),
    Id(Vec<u8>, Vec<u32>),
    Amount(Vec<Option<i128>>),
    Real(Run<Option<f64>>),
}

/// Buffered rows of one dataset.
#[derive(Debug)]
pub struct Buffer {
    columns: Vec<Column>,
    cells: Vec<Cells>,
    rows: usize,
    next: usize,
    /// Bytes of ids and texts.
    bytes: usize,
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
                Type::Time | Type::Must => Cells::Must(Run::new()),
                Type::Dim => Cells::Dim(Run::new()),
                Type::Int => Cells::Int(Run::new()),
                Type::Id => Cells::Id(Vec::new(), Vec::new()),
                Type::Amount => Cells::Amount(Vec::new()),
                Type::Real => Cells::Real(Run::new()),
            })
            .collect();
        Buffer { columns, cells, rows: 0, next: 0, bytes: 0, packed: Vec::new() }
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
        debug_assert!(matches!(field, Cells::Int(_)));
        if let Cells::Int(cells) = field {
            cells.push(value);
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
        let rows = self.rows;
        self.bytes += bytes.len();
        let field = self.field();
        debug_assert!(matches!(field, Cells::Id(..)));
        if let Cells::Id(data, ends) = field {
            if data.is_empty() {
                if bytes.is_empty() {
                    return;
                }
                ends.reserve_exact(CHUNK);
                ends.resize(rows, 0);
            }
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
        self.rows >= CHUNK || self.bytes >= MOST_BYTES
    }

    /// Takes the rows as a frame of codes, in the order they came.
    pub fn take(&mut self) -> PolarsResult<DataFrame> {
        self.bytes = 0;
        let mut out = Vec::with_capacity(self.columns.len());
        for ((name, kind), cells) in self.columns.iter().zip(&mut self.cells) {
            let name = PlSmallStr::from_static(name);
            let column = match cells {
                Cells::Must(values) => match (values.take(), kind) {
                    (Ok(values), Type::Time) => instants(name, values),
                    (Ok(values), _) => Int64Chunked::from_vec(name, values).into_column(),
                    (Err(one), Type::Time) => instants(name, vec![one; self.rows]),
                    (Err(one), _) => constant(name, DataType::Int64, AnyValue::Int64(one), self.rows),
                },
                Cells::Dim(codes) => match codes.take() {
                    Ok(codes) => UInt32Chunked::from_vec(name, codes).into_column(),
                    Err(one) => constant(name, DataType::UInt32, AnyValue::UInt32(one), self.rows),
                },
                Cells::Int(values) => match values.take() {
                    Ok(values) => Int64Chunked::from_iter_options(name, values.into_iter()).into_column(),
                    Err(one) => {
                        let value = one.map_or(AnyValue::Null, AnyValue::Int64);
                        constant(name, DataType::Int64, value, self.rows)
                    }
                },
                Cells::Id(data, ends) => {
                    let data = std::mem::take(data);
                    if data.is_empty() {
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
                Cells::Real(values) => match values.take() {
                    Ok(values) => Float64Chunked::from_iter_options(name, values.into_iter()).into_column(),
                    Err(one) => {
                        let value = one.map_or(AnyValue::Null, AnyValue::Float64);
                        constant(name, DataType::Float64, value, self.rows)
                    }
                },
            };
            out.push(column);
        }
        DataFrame::new(std::mem::take(&mut self.rows), out)
    }
}

fn instants(name: PlSmallStr, values: Vec<i64>) -> polars::prelude::Column {
    Int64Chunked::from_vec(name, values).into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_column()
}

fn amounts(name: PlSmallStr, values: Vec<Option<i128>>) -> PolarsResult<polars::prelude::Column> {
    let values = Int128Chunked::from_iter_options(name, values.into_iter());
    Ok(values.into_decimal(38, 12)?.into_series().into_column())
}
