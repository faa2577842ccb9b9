//! Reading only some rows: those at given places, or those that have one of some words in a column, for which the words
//! of a file's dictionary are compared instead of those of its rows. Of the columns nothing is decoded but these rows,
//! and pages without any are not even decompressed.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use polars::prelude::*;
use polars_arrow::array::{Array, Utf8ViewArray};
use polars_arrow::bitmap::{Bitmap, BitmapBuilder, MutableBitmap};
use polars_arrow::datatypes::Field as ArrowField;
use polars_buffer::Buffer;
use polars_parquet::read::expr::{ParquetColumnExpr, ParquetScalar, SpecializedParquetColumnExpr};
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, Filter, PageReader, PredicateFilter, RowGroupMetadata,
    column_iter_to_arrays, infer_schema, read_metadata,
};

/// Rows that have one of these words in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// A column of words.
    pub column: String,
    /// Words; an empty one is not among them.
    pub words: Vec<String>,
}

/// The matching rows of a file, of the columns that it has among those asked for; `None` where the file has no column of
/// such words, so that nothing can be said.
pub fn read(file: &mut File, matching: &Matching, wanted: impl Fn(&str) -> bool) -> PolarsResult<Option<DataFrame>> {
    let metadata = read_metadata(file)?;
    let schema = infer_schema(&metadata)?;
    let Some((place, _, field)) = schema.get_full(matching.column.as_str()) else { return Ok(None) };
    if !field.dtype().is_view() {
        return Ok(None);
    }
    let is = std::sync::Arc::new(OneOf::new(matching));
    let mut pieces = Pieces::of(&schema, wanted);
    for group in &metadata.row_groups {
        let predicate = PredicateFilter { predicate: is.clone(), include_values: false };
        let (_, mask) = decode(file, group, place, field, Filter::Predicate(predicate))?;
        pieces.add(file, group, &mask)?;
    }
    pieces.frame().map(Some)
}

/// The rows at sorted places of a file, of the columns that it has among those asked for.
pub fn read_places(file: &mut File, places: &[u32], wanted: impl Fn(&str) -> bool) -> PolarsResult<DataFrame> {
    let metadata = read_metadata(file)?;
    let mut pieces = Pieces::of(&infer_schema(&metadata)?, wanted);
    let (mut rest, mut first) = (places, 0);
    for group in &metadata.row_groups {
        let rows = group.num_rows();
        let (here, later) = rest.split_at(rest.partition_point(|place| (*place as usize) < first + rows));
        if !here.is_empty() {
            let mut mask = MutableBitmap::from_len_zeroed(rows);
            here.iter().for_each(|place| mask.set(*place as usize - first, true));
            pieces.add(file, group, &mask.freeze())?;
        }
        (rest, first) = (later, first + rows);
    }
    pieces.frame()
}

/// Rows of some columns.
struct Pieces {
    columns: Vec<Chosen>,
    rows: usize,
}

/// A column, its place in the file, and its rows, a piece a row group.
struct Chosen {
    at: usize,
    field: ArrowField,
    pieces: Vec<Box<dyn Array>>,
}

impl Pieces {
    fn of(schema: &ArrowSchema, wanted: impl Fn(&str) -> bool) -> Pieces {
        let columns = schema.iter_values().cloned().enumerate().filter(|(_, field)| wanted(&field.name));
        Pieces { columns: columns.map(|(at, field)| Chosen { at, field, pieces: Vec::new() }).collect(), rows: 0 }
    }

    fn add(&mut self, file: &mut File, group: &RowGroupMetadata, mask: &Bitmap) -> PolarsResult<()> {
        let found = mask.set_bits();
        if found == 0 {
            return Ok(());
        }
        self.rows += found;
        for Chosen { at, field, pieces } in &mut self.columns {
            pieces.extend(decode(file, group, *at, field, Filter::Mask(mask.clone()))?.0);
        }
        Ok(())
    }

    fn frame(self) -> PolarsResult<DataFrame> {
        let columns = self.columns.into_iter().map(|Chosen { field, pieces, .. }| {
            let series = if pieces.is_empty() {
                Series::new_empty(field.name.clone(), &DataType::from_arrow_field(&field))
            } else {
                Series::try_from((&field, pieces))?
            };
            Ok(series.into_column())
        });
        DataFrame::new(self.rows, columns.collect::<PolarsResult<_>>()?)
    }
}

fn decode(
    file: &mut File,
    group: &RowGroupMetadata,
    at: usize,
    field: &ArrowField,
    filter: Filter,
) -> PolarsResult<(Vec<Box<dyn Array>>, Bitmap)> {
    let chunk: &ColumnChunkMetadata = &group.parquet_columns()[at];
    let range = chunk.byte_range();
    let mut bytes = vec![0; (range.end - range.start) as usize];
    file.seek(SeekFrom::Start(range.start))?;
    file.read_exact(&mut bytes)?;
    let pages = PageReader::new(Cursor::new(Buffer::from(bytes)), chunk, Vec::new(), usize::MAX);
    let kind = &chunk.descriptor().descriptor.primitive_type;
    column_iter_to_arrays(vec![BasicDecompressor::new(pages, Vec::new())], vec![kind], field.clone(), Some(filter))
}

/// Whether a word is one of some, as Parquet's reader asks it.
#[derive(Clone)]
struct OneOf {
    words: Vec<String>,
    special: SpecializedParquetColumnExpr,
}

impl OneOf {
    fn new(matching: &Matching) -> OneOf {
        let words = matching.words.clone();
        let scalars: Vec<ParquetScalar> =
            words.iter().map(|word| ParquetScalar::String(word.as_str().into())).collect();
        OneOf { words, special: SpecializedParquetColumnExpr::EqualOneOf(scalars.into()) }
    }
}

impl ParquetColumnExpr for OneOf {
    fn evaluate_mut(&self, values: &dyn Array, out: &mut BitmapBuilder) {
        match values.as_any().downcast_ref::<Utf8ViewArray>() {
            Some(words) => {
                words.iter().for_each(|word| out.push(word.is_some_and(|w| self.words.iter().any(|known| known == w))));
            }
            None => (0..values.len()).for_each(|_| out.push(false)),
        }
    }

    fn evaluate_null(&self) -> bool {
        false
    }

    fn as_specialized(&self) -> Option<&SpecializedParquetColumnExpr> {
        Some(&self.special)
    }
}
