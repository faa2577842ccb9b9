//! Frames as Parquet. How a column is encoded is chosen here and not guessed from its values, as polars does it: words
//! go from their codes into dictionaries without being hashed again, columns of one value are not written out, and
//! what ascends is kept as differences.

use std::collections::HashMap;
use std::io::Write;

use foldhash::fast::FixedState;
use polars::prelude::*;
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8ViewArray, new_null_array};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field as ArrowField};
use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::page::{DataPage, DataPageHeader, DataPageHeaderV1};
use polars_parquet::parquet::schema::types::ParquetType;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, Compressor, DynIter, DynStreamingIterator, Encoding, FallibleStreamingIterator,
    FileWriter, Page, StatisticsOptions, Version, WriteOptions, ZstdLevel, array_to_columns,
};

use super::words::{NONE, Words};

/// Rows of a row group.
pub const ROW_GROUP: usize = 1 << 19;

/// Different numbers that a dictionary is made of: scores are steps or have two or three decimals.
const FEW_NUMBERS: usize = 1 << 14;

/// Columns of different values, in which no dictionary is looked for.
const VARIED: [&str; 5] = ["key_a", "key_b", "exact_hash", "normal_hash", "prefix_hash"];
/// Counts and amounts of many values: their bytes lie apart by place, for the higher ones hardly differ.
const SPREAD: [&str; 9] = [
    "recorded_cost",
    "latency_ms",
    "ttft_ms",
    "uncached_input",
    "cache_read",
    "output",
    "reasoning",
    "amount_high",
    "amount_low",
];
/// Columns that mostly ascend.
const ASCENDING: [&str; 2] = ["time", "row"];

/// Higher levels of zstd find nothing more in columns that are packed already, and the words of dictionaries, half of
/// them hashes, even come out larger.
const LEVEL: i32 = 1;

fn options() -> PolarsResult<WriteOptions> {
    Ok(WriteOptions {
        statistics: StatisticsOptions {
            min_value: true,
            max_value: true,
            distinct_count: false,
            null_count: true,
            binary_statistics_truncate_length: None,
        },
        version: Version::V1,
        compression: CompressionOptions::Zstd(Some(ZstdLevel::try_new(LEVEL)?)),
        data_page_size: None,
    })
}

/// Writes a frame. Columns of codes are written as the words of their column, where `words` are given.
pub fn write(frame: &DataFrame, words: Option<&Words>, to: impl Write) -> PolarsResult<()> {
    let slot = |column: &Column| match (words, column.dtype()) {
        (Some(words), DataType::UInt32) => words.slot(column.name()).map(|slot| (words, slot)),
        _ => None,
    };
    let slots: Vec<Option<(&Words, usize)>> = frame.columns().iter().map(slot).collect();
    let schema: ArrowSchema = frame
        .columns()
        .iter()
        .zip(&slots)
        .map(|(column, slot)| match slot {
            Some(_) => ArrowField::new(column.name().clone(), ArrowDataType::Utf8View, true),
            None => column.field().to_arrow(CompatLevel::newest()),
        })
        .map(|field| (field.name.clone(), field))
        .collect();
    let options = options()?;
    let mut writer = FileWriter::try_new(to, schema, options)?;
    let types = writer.parquet_schema().fields().to_vec();
    for offset in (0..frame.height()).step_by(ROW_GROUP) {
        let rows = ROW_GROUP.min(frame.height() - offset);
        // One column after the other: what is encoded is let go before the next is.
        let columns = frame.columns().iter().zip(&slots).zip(&types).flat_map(|((column, slot), kind)| {
            let column = column.slice(offset as i64, rows);
            match encoded(&column, *slot, kind, options) {
                Ok(pages) => pages.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }
        });
        writer.write(rows as u64, DynIter::new(columns))?;
    }
    writer.end(None)?;
    Ok(())
}

type Pages = DynStreamingIterator<'static, CompressedPage, PolarsError>;

/// The pages of a column.
fn encoded(
    column: &Column,
    slot: Option<(&Words, usize)>,
    kind: &ParquetType,
    options: WriteOptions,
) -> PolarsResult<Vec<Pages>> {
    let (array, encoding) = match slot {
        Some((words, slot)) => spelled(column, words, slot)?,
        None => plain(column)?,
    };
    let apart = encoding == Encoding::ByteStreamSplit;
    let encoding = if apart { Encoding::Plain } else { encoding };
    let leaves = array_to_columns(array, kind.clone(), options, &[encoding])?;
    let pages = leaves.into_iter().map(|leaf| {
        let leaf = leaf.map(move |page| {
            let page = page.and_then(|page| if apart { spread(page) } else { Ok(page) });
            page.map_err(|error| ParquetError::OutOfSpec(error.to_string()))
        });
        let compressed = Compressor::new(DynIter::new(leaf), options.compression, Vec::new());
        DynStreamingIterator::new(compressed.map_err(PolarsError::from))
    });
    Ok(pages.collect())
}

/// A column of codes as a dictionary of the words that it uses, in order of appearance.
fn spelled(column: &Column, words: &Words, slot: usize) -> PolarsResult<(Box<dyn Array>, Encoding)> {
    let rows = column.len();
    if let Some(one) = column.as_scalar_column() {
        return match one.scalar().value().extract::<u32>() {
            None | Some(NONE) => Ok((new_null_array(ArrowDataType::Utf8View, rows), Encoding::Plain)),
            Some(code) => repeated(Utf8ViewArray::from_slice_values([words.word(slot, code)]).boxed(), rows),
        };
    }
    let codes = column.as_materialized_series().u32()?.rechunk();
    let mut places: Vec<u32> = Vec::new();
    let mut used: Vec<&str> = Vec::new();
    let (mut keys, mut told) = (Vec::with_capacity(rows), 0);
    for code in codes.into_no_null_iter() {
        if code == NONE {
            keys.push(0);
            continue;
        }
        told += 1;
        let at = code as usize;
        if at >= places.len() {
            places.resize(at + 1, u32::MAX);
        }
        if places[at] == u32::MAX {
            places[at] = used.len() as u32;
            used.push(words.word(slot, code));
        }
        keys.push(places[at]);
    }
    if told == 0 {
        return Ok((new_null_array(ArrowDataType::Utf8View, rows), Encoding::Plain));
    }
    let known = (told < rows).then(|| codes.into_no_null_iter().map(|code| code != NONE).collect::<Bitmap>());
    let keys = PrimitiveArray::from_vec(keys).with_validity(known);
    dictionary(keys, Utf8ViewArray::from_slice_values(&used).boxed())
}

/// Any other column.
fn plain(column: &Column) -> PolarsResult<(Box<dyn Array>, Encoding)> {
    if let Some(one) = column.as_scalar_column() {
        match one.scalar().value() {
            AnyValue::Null => {
                let kind = column.dtype().to_arrow(CompatLevel::newest());
                return Ok((new_null_array(kind, column.len()), Encoding::Plain));
            }
            AnyValue::Int64(value) => return repeated(PrimitiveArray::from_vec(vec![*value]).boxed(), column.len()),
            _ => {}
        }
    }
    let array = column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::newest());
    if let Some(numbers) = array.as_any().downcast_ref::<PrimitiveArray<f64>>()
        && let Some((keys, values)) = few(numbers)
    {
        return dictionary(keys, values.boxed());
    }
    let encoding = match column.name().as_str() {
        name if ASCENDING.contains(&name) => Encoding::DeltaBinaryPacked,
        name if VARIED.contains(&name) => Encoding::Plain,
        name if SPREAD.contains(&name) => Encoding::ByteStreamSplit,
        _ => Encoding::RleDictionary,
    };
    Ok((array, encoding))
}

/// A column of few different numbers as places in a list of these.
fn few(numbers: &PrimitiveArray<f64>) -> Option<(PrimitiveArray<u32>, PrimitiveArray<f64>)> {
    let mut places: HashMap<u64, u32, FixedState> = HashMap::default();
    let mut values = Vec::new();
    let mut keys = Vec::with_capacity(numbers.len());
    for number in numbers {
        let place = number.map_or(0, |number| {
            *places.entry(number.to_bits()).or_insert_with(|| {
                values.push(*number);
                values.len() as u32 - 1
            })
        });
        keys.push(place);
        if values.len() > FEW_NUMBERS {
            return None;
        }
    }
    let keys = PrimitiveArray::from_vec(keys).with_validity(numbers.validity().cloned());
    (!values.is_empty()).then(|| (keys, PrimitiveArray::from_vec(values)))
}

/// A page of whole numbers of eight bytes with all first bytes before all second ones and so on: Parquet's
/// BYTE_STREAM_SPLIT, which the writer does not know.
fn spread(page: Page) -> PolarsResult<Page> {
    const WIDTH: usize = size_of::<i64>();
    let Page::Data(page) = page else { return Ok(page) };
    let header = match page.header() {
        DataPageHeader::V1(header) => {
            DataPageHeader::V1(DataPageHeaderV1 { encoding: Encoding::ByteStreamSplit.into(), ..header.clone() })
        }
        DataPageHeader::V2(_) => polars_bail!(ComputeError: "pages of the second version are not written"),
    };
    // Which values are null, with its length before it.
    let bytes = page.buffer();
    let levels = bytes.first_chunk().map_or(0, |length| 4 + u32::from_le_bytes(*length) as usize).min(bytes.len());
    let (levels, values) = bytes.split_at(levels);
    let values = values.as_chunks::<WIDTH>().0;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(levels);
    for place in 0..WIDTH {
        out.extend(values.iter().map(|value| value[place]));
    }
    let rows = page.num_rows().unwrap_or_default();
    Ok(Page::Data(DataPage::new(header, CowBuffer::Owned(out), page.descriptor.clone(), rows)))
}

fn repeated(value: Box<dyn Array>, rows: usize) -> PolarsResult<(Box<dyn Array>, Encoding)> {
    dictionary(PrimitiveArray::from_vec(vec![0_u32; rows]), value)
}

fn dictionary(keys: PrimitiveArray<u32>, values: Box<dyn Array>) -> PolarsResult<(Box<dyn Array>, Encoding)> {
    Ok((DictionaryArray::try_from_keys(keys, values, false)?.boxed(), Encoding::RleDictionary))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::frames::constant;
    use polars_io::SerReader;
    use polars_io::prelude::ParquetReader;

    #[test]
    fn what_is_written_comes_back_spelled() {
        const ROWS: usize = ROW_GROUP + 1000;
        let mut words = Words::new(Default::default());
        let (model, user) = (words.slot("model").unwrap(), words.slot("user").unwrap());
        let models = ["sonnet", "haiku", "é"].map(|word| words.code(model, word));
        let users: Vec<u32> = (0..5000).map(|n| words.code(user, &format!("user {n}"))).collect();
        let ints = |name: &str, value: &dyn Fn(usize) -> Option<i64>| {
            Int64Chunked::from_iter_options(name.into(), (0..ROWS).map(value)).into_column()
        };
        let codes = |name: &str, value: &dyn Fn(usize) -> u32| {
            UInt32Chunked::from_vec(name.into(), (0..ROWS).map(value).collect()).into_column()
        };
        let coded = DataFrame::new(
            ROWS,
            vec![
                ints("time", &|row| Some(1_700_000_000_000_000 + row as i64 * 999))
                    .cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))
                    .unwrap(),
                codes("model", &|row| if row % 7 == 0 { NONE } else { models[row % 3] }),
                codes("user", &|row| users[row * row % users.len()]),
                codes("team", &|_| NONE),
                constant("provider".into(), DataType::UInt32, AnyValue::UInt32(NONE), ROWS),
                constant(
                    "tier".into(),
                    DataType::UInt32,
                    AnyValue::UInt32(words_code(&mut words, "tier", "batch")),
                    ROWS,
                ),
                ints("latency_ms", &|row| (row % 5 > 0).then_some(row as i64 % 3000)),
                ints("recorded_cost", &|row| (row % 7 > 0).then_some(row as i64 * 1_234_567_891)),
                ints("row", &|row| Some((row as i64 * 31) % 1009)),
                ints("key_a", &|row| Some((row as i64).wrapping_mul(0x5851_F42D_4C95_7F2D))),
                constant("import".into(), DataType::Int64, AnyValue::Int64(-4), ROWS),
                Float64Chunked::from_iter_options(
                    "score".into(),
                    (0..ROWS).map(|row| (row % 4 > 0).then_some((row % 1001) as f64 / 1000.0)),
                )
                .into_column(),
                Float64Chunked::from_vec("value".into(), (0..ROWS).map(|row| (row as f64).sqrt()).collect())
                    .into_column(),
                constant("ttft_ms".into(), DataType::Int64, AnyValue::Null, ROWS),
                constant("session".into(), DataType::Binary, AnyValue::Null, ROWS),
                BinaryChunked::from_iter_options(
                    "trace_id".into(),
                    (0..ROWS).map(|row| (row % 11 > 0).then(|| (row as u64).to_be_bytes())),
                )
                .into_column(),
            ],
        )
        .unwrap();
        let mut bytes = Vec::new();
        write(&coded, Some(&words), &mut bytes).unwrap();
        let read = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
        let spelled = words.spell(&coded).unwrap();
        assert_eq!(read.schema(), spelled.schema());
        assert!(read.equals_missing(&spelled));
        let again = {
            let mut bytes = Vec::new();
            write(&read, None, &mut bytes).unwrap();
            ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap()
        };
        assert!(again.equals_missing(&spelled));
    }

    fn words_code(words: &mut Words, column: &str, word: &str) -> u32 {
        words.code(words.slot(column).unwrap(), word)
    }
}
