//! What files hold in place of a column that has fewer bits than its type: instants as milliseconds, recorded costs as
//! multiples of what divides all of them.

use polars::prelude::*;

use super::frames::{constant, stored};
use super::schema::Type;

/// What a file's recorded costs are multiples of, in pico-units; 1 where the column is missing.
pub const UNIT: &str = "recorded_unit";
const COST: &str = "recorded_cost";

/// A frame as its file is to hold it.
pub fn lean(frame: &mut DataFrame) -> PolarsResult<()> {
    in_milliseconds(frame)?;
    in_units(frame)
}

/// A frame as it was before [`lean`]. A column that was not read stays away.
pub fn full(frame: &mut DataFrame) -> PolarsResult<()> {
    if frame.column("time").is_ok_and(|time| time.dtype() == &DataType::Datetime(TimeUnit::Milliseconds, UTC)) {
        let millis = whole(frame, "time")?;
        frame.with_column(instants(millis.apply_values(|at| at * 1000), TimeUnit::Microseconds))?;
    }
    if frame.schema().contains(UNIT) {
        let unit = whole(frame, UNIT)?.iter().next().flatten().unwrap_or(1);
        if frame.schema().contains(COST) {
            let costs = whole(frame, COST)?.apply_values(|cost| cost.wrapping_mul(unit));
            frame.with_column(costs.into_column())?;
        }
        *frame = frame.drop(UNIT)?;
    }
    Ok(())
}

/// Most logs know no more than milliseconds, and a file holds the differences of instants.
fn in_milliseconds(frame: &mut DataFrame) -> PolarsResult<()> {
    if frame.column("time").is_ok_and(|time| time.dtype() == &stored(Type::Time)) {
        let micros = whole(frame, "time")?;
        if micros.null_count() == 0 && micros.into_no_null_iter().all(|at| at % 1000 == 0) {
            frame.with_column(instants(micros.apply_values(|at| at / 1000), TimeUnit::Milliseconds))?;
        }
    }
    Ok(())
}

/// Costs are multiples of the cheapest token's price.
fn in_units(frame: &mut DataFrame) -> PolarsResult<()> {
    if frame.column(COST).is_ok_and(|costs| costs.as_scalar_column().is_none()) {
        let costs = whole(frame, COST)?;
        let unit = costs.iter().flatten().fold(0, |unit, cost| divisor(unit, cost.unsigned_abs()));
        if unit > 1
            && let Ok(unit) = i64::try_from(unit)
        {
            frame.with_column(costs.apply_values(|cost| cost / unit).into_column())?;
            frame.with_column(constant(UNIT.into(), DataType::Int64, AnyValue::Int64(unit), frame.height()))?;
        }
    }
    Ok(())
}

/// The greatest common divisor.
fn divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

const UTC: Option<TimeZone> = Some(TimeZone::UTC);

fn instants(values: Int64Chunked, unit: TimeUnit) -> Column {
    values.into_datetime(unit, UTC).into_column()
}

fn whole(frame: &DataFrame, name: &str) -> PolarsResult<Int64Chunked> {
    let series = frame.column(name)?.as_materialized_series().to_physical_repr().into_owned();
    series.i64().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn full_is_the_inverse_of_lean(
            rows in proptest::collection::vec((0_i64..4_000_000_000_000, proptest::option::of(any::<i64>())), 0..20),
            (step, unit) in (prop_oneof![Just(1_i64), Just(1000)], 1_i64..100_000),
        ) {
            let time = rows.iter().map(|(at, _)| at / step * step).collect();
            let costs = rows.iter().map(|(_, cost)| cost.map(|cost| cost / unit * unit));
            let before = DataFrame::new(rows.len(), vec![
                instants(Int64Chunked::from_vec("time".into(), time), TimeUnit::Microseconds),
                Int64Chunked::from_iter_options(COST.into(), costs).into_column(),
            ])?;
            let mut frame = before.clone();
            lean(&mut frame)?;
            let narrow = frame.column("time")?.dtype() != before.column("time")?.dtype();
            prop_assert!(narrow || step == 1);
            full(&mut frame)?;
            prop_assert!(frame.equals_missing(&before));
        }
    }
}
