//! Which columns of a file tell anything, from its footer alone.

use std::fs::File;
use std::path::Path;

use polars_parquet::parquet::statistics::Statistics;
use polars_parquet::read::read_metadata;

use super::files;
use crate::error::{Error, Result};

/// For each of these columns, whether any row of a file tells it. A column that the file does not have tells nothing.
pub fn told(path: &Path, columns: &[&str]) -> Result<Vec<bool>> {
    let mut file = File::open(path).map_err(Error::io(path))?;
    let metadata = read_metadata(&mut file).map_err(|error| files::damaged(path, &error))?;
    let mut out = Vec::with_capacity(columns.len());
    for column in columns {
        let mut tells = false;
        for group in &metadata.row_groups {
            let Some(mut chunks) = group.columns_under_root_iter(column) else { continue };
            let kept = chunks.next().and_then(|chunk| chunk.statistics(&metadata.footer_buf));
            let nulls = kept.and_then(|kept| nulls(&kept.ok()?));
            tells |= match nulls {
                Some(nulls) => nulls < group.num_rows() as i64,
                // Whoever wrote it counted nothing.
                None => {
                    let frame = files::read(path, Some(&[column]))?;
                    frame.column(column)?.null_count() < frame.height()
                }
            };
            if tells {
                break;
            }
        }
        out.push(tells);
    }
    Ok(out)
}

/// How many rows of a column chunk tell nothing.
fn nulls(of: &Statistics) -> Option<i64> {
    match of {
        Statistics::Binary(of) => of.null_count,
        Statistics::Boolean(of) => of.null_count,
        Statistics::FixedLen(of) => of.null_count,
        Statistics::Int32(of) => of.null_count,
        Statistics::Int64(of) => of.null_count,
        Statistics::Int96(of) => of.null_count,
        Statistics::Float(of) => of.null_count,
        Statistics::Double(of) => of.null_count,
    }
}
