//! Frames whose columns are often one value from top to bottom, such as the import or a dimension that no source tells:
//! such a column is kept as one value until a file is written.

use polars::prelude::*;

use super::schema::{Column as Declared, Type};

/// A column of one value.
pub fn constant(name: PlSmallStr, dtype: DataType, value: AnyValue<'static>, rows: usize) -> Column {
    Column::new_scalar(name, Scalar::new(dtype, value), rows)
}

/// Frames of the same columns under one another. A column that is the same one value in all of them stays one value.
pub fn stack(frames: Vec<DataFrame>) -> PolarsResult<Option<DataFrame>> {
    let mut frames: Vec<DataFrame> = frames.into_iter().filter(|frame| frame.height() > 0).collect();
    if frames.len() < 2 {
        return Ok(frames.pop());
    }
    let rows = frames.iter().map(DataFrame::height).sum::<usize>();
    let mut columns = Vec::with_capacity(frames[0].width());
    // Column by column, each let go as soon as it was copied: not all rows are in memory twice.
    let mut frames: Vec<_> = frames.into_iter().map(|frame| frame.into_columns().into_iter()).collect();
    loop {
        let mut pieces = frames.iter_mut().filter_map(Iterator::next);
        let Some(top) = pieces.next() else { break };
        let below: Vec<Column> = pieces.collect();
        let same = top
            .as_scalar_column()
            .filter(|top| below.iter().all(|c| c.as_scalar_column().is_some_and(|c| c.scalar() == top.scalar())));
        if let Some(top) = same {
            columns.push(Column::new_scalar(top.name().clone(), top.scalar().clone(), rows));
            continue;
        }
        let mut whole = top;
        for part in &below {
            whole.append(part)?;
        }
        columns.push(whole.rechunk());
    }
    Ok(Some(DataFrame::new(rows, columns)?))
}

/// A frame with exactly these columns: what an earlier version did not write yet is unknown, and what later versions
/// write no more is left out.
pub fn conform(frame: &DataFrame, columns: &[Declared]) -> PolarsResult<DataFrame> {
    let rows = frame.height();
    let whole = columns.iter().map(|(name, kind)| match frame.column(name) {
        Ok(column) => column.clone(),
        Err(_) => constant((*name).into(), stored(*kind), AnyValue::Null, rows),
    });
    DataFrame::new(rows, whole.collect())
}

/// How files hold a kind of column.
#[must_use]
pub fn stored(kind: Type) -> DataType {
    match kind {
        Type::Time => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        Type::Dim => DataType::String,
        Type::Int | Type::Must => DataType::Int64,
        Type::Id => DataType::Binary,
        Type::Amount => DataType::Decimal(38, 12),
        Type::Real => DataType::Float64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(a: i64, b: &[i64]) -> DataFrame {
        let column = constant("a".into(), DataType::Int64, AnyValue::Int64(a), b.len());
        DataFrame::new(b.len(), vec![column, Column::new("b".into(), b)]).expect("a frame")
    }

    #[test]
    fn one_value_stays_one_value_where_all_agree() {
        let same = stack(vec![frame(7, &[1, 2]), frame(7, &[3])]).expect("stacked").expect("rows");
        assert!(same.columns()[0].as_scalar_column().is_some());
        assert_eq!(same, frame(7, &[1, 2, 3]));
        let other = stack(vec![frame(7, &[1]), frame(8, &[2])]).expect("stacked").expect("rows");
        let want = DataFrame::new(2, vec![Column::new("a".into(), [7_i64, 8]), Column::new("b".into(), [1_i64, 2])]);
        assert_eq!(other, want.expect("a frame"));
        assert!(stack(Vec::new()).expect("stacked").is_none());
    }
}
