//! Reading only the rows that have one of some words in a column: the words of a file's dictionary are compared, not
//! those of its rows, and of the other columns nothing is decoded but the rows that are left.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use polars::prelude::*;
use polars_arrow::array::{Array, Utf8ViewArray};
use polars_arrow::bitmap::{Bitmap, BitmapBuilder};
use polars_arrow::datatypes::Field as ArrowField;
use polars_buffer::Buffer;
use polars_parquet::read::expr::{ParquetColumnExpr, ParquetScalar, SpecializedParquetColumnExpr};
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, Filter, PageReader, PredicateFilter, RowGroupMetadata,
    column_iter_to_arrays, infer_schema, read_metadata,
};

/// Rows that have one of these words in a column.
#[derive(Clone, Debug)]
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
    let told = schema.get(matching.column.as_str()).is_some_and(|field| field.dtype().is_view());
    if !told {
        return Ok(None);
    }
    let columns: Vec<(usize, &ArrowField)> =
        schema.iter_values().enumerate().filter(|(_, field)| wanted(&field.name)).collect();
    let place = schema.index_of(&matching.column).unwrap_or_default();
    let is = OneOf::new(matching);
    let mut pieces: Vec<Vec<Box<dyn Array>>> = columns.iter().map(|_| Vec::new()).collect();
    let mut rows = 0;
    for group in &metadata.row_groups {
        let predicate = PredicateFilter { predicate: std::sync::Arc::new(is.clone()), include_values: false };
        let field = &schema.get_at_index(place).map(|(_, field)| field.clone());
        let Some(field) = field else { continue };
        let (_, mask) = decode(file, group, place, field, Filter::Predicate(predicate))?;
        let found = mask.set_bits();
        rows += found;
        if found == 0 {
            continue;
        }
        for ((at, field), pieces) in columns.iter().zip(&mut pieces) {
            pieces.extend(decode(file, group, *at, field, Filter::Mask(mask.clone()))?.0);
        }
    }
    let columns = columns.into_iter().zip(pieces).map(|((_, field), pieces)| {
        let series = if pieces.is_empty() {
            Series::new_empty(field.name.clone(), &DataType::from_arrow_field(field))
        } else {
            Series::try_from((field, pieces))?
        };
        Ok(series.into_column())
    });
    Ok(Some(DataFrame::new(rows, columns.collect::<PolarsResult<_>>()?)?))
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
