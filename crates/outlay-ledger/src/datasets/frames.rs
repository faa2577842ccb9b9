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
    let mut frames = frames.into_iter().filter(|frame| frame.height() > 0);
    let Some(first) = frames.next() else { return Ok(None) };
    let rest: Vec<DataFrame> = frames.collect();
    if rest.is_empty() {
        return Ok(Some(first));
    }
    let rows = first.height() + rest.iter().map(DataFrame::height).sum::<usize>();
    let mut columns = Vec::with_capacity(first.width());
    for (at, column) in first.columns().iter().enumerate() {
        let below = || rest.iter().map(|frame| &frame.columns()[at]);
        let same = column
            .as_scalar_column()
            .filter(|top| below().all(|c| c.as_scalar_column().is_some_and(|c| c.scalar() == top.scalar())));
        if let Some(top) = same {
            columns.push(Column::new_scalar(column.name().clone(), top.scalar().clone(), rows));
            continue;
        }
        let mut whole = column.clone();
        for part in below() {
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

const IN_MILLISECONDS: DataType = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));

/// A frame whose instants are milliseconds, where they are whole ones, as those of most logs are: their differences are
/// what a file holds of them, and take half the bytes then.
pub fn coarse(frame: &mut DataFrame) -> PolarsResult<()> {
    let Ok(time) = frame.column("time") else { return Ok(()) };
    if time.dtype() != &stored(Type::Time) {
        return Ok(());
    }
    let time = time.as_materialized_series().to_physical_repr().into_owned();
    let micros = time.i64()?;
    if micros.null_count() > 0 || micros.into_no_null_iter().any(|at| at % 1000 != 0) {
        return Ok(());
    }
    let millis = Int64Chunked::from_vec("time".into(), micros.into_no_null_iter().map(|at| at / 1000).collect());
    frame.with_column(millis.into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column())?;
    Ok(())
}

/// Instants in microseconds again.
pub fn fine(frame: &mut DataFrame) -> PolarsResult<()> {
    if frame.column("time").is_ok_and(|time| time.dtype() == &IN_MILLISECONDS) {
        let time = frame.column("time")?.as_materialized_series().to_physical_repr().into_owned();
        let micros = time.i64()?.apply_values(|at| at * 1000);
        frame.with_column(micros.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_column())?;
    }
    Ok(())
}

/// A frame taken apart: the columns that vary, and the others by place.
pub struct Apart {
    /// Columns that vary, in order.
    pub varying: DataFrame,
    /// Columns of one value.
    pub constants: Vec<(usize, Column)>,
}

impl Apart {
    /// Takes a frame apart.
    pub fn new(frame: &DataFrame) -> PolarsResult<Apart> {
        let (mut varying, mut constants) = (Vec::new(), Vec::new());
        for (at, column) in frame.columns().iter().enumerate() {
            match column.as_scalar_column() {
                Some(_) => constants.push((at, column.clone())),
                None => varying.push(column.clone()),
            }
        }
        Ok(Apart { varying: DataFrame::new(frame.height(), varying)?, constants })
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
