//! What files hold in place of a column that has fewer bits than its type: instants as milliseconds, recorded costs and
//! sums of them as multiples of what divides all of them, and instead of the calls that told a cost those that did not.

use polars::prelude::*;

use super::frames::{constant, stored};
use super::rollup::AMOUNT_HALF;
use super::schema::Type;

/// What a file's recorded costs, or sums of them, are multiples of, in pico-units; 1 where the column is missing.
pub const UNIT: &str = "recorded_unit";
const COST: &str = "recorded_cost";
/// A sum in two parts; as multiples of a unit it has one, which takes the place of the lower.
const HIGH: &str = "amount_high";
const LOW: &str = "amount_low";

/// How many of the records that are summed told a cost, and how many did not: mostly none.
const TOLD: &str = "with_amount";
const UNTOLD: &str = "without_amount";
const ALL: &str = "records";

/// A frame as its file is to hold it.
pub fn lean(frame: &mut DataFrame) -> PolarsResult<()> {
    in_milliseconds(frame)?;
    in_units(frame)?;
    sums_in_units(frame)?;
    take_from_all(frame, TOLD, UNTOLD)
}

/// Puts the rest of all records in the place of some of them.
fn take_from_all(frame: &mut DataFrame, some: &str, rest: &'static str) -> PolarsResult<()> {
    let (Some(at), true) = (frame.get_column_index(some), frame.schema().contains(ALL)) else { return Ok(()) };
    let (all, some) = (whole(frame, ALL)?, whole(frame, some)?);
    let left: Vec<i64> = all.into_no_null_iter().zip(some.into_no_null_iter()).map(|(all, some)| all - some).collect();
    let left = match left.first() {
        Some(first) if left.iter().all(|rest| rest == first) => {
            constant(rest.into(), DataType::Int64, AnyValue::Int64(*first), left.len())
        }
        _ => Int64Chunked::from_vec(rest.into(), left).into_column(),
    };
    frame.replace_column(at, left)?;
    Ok(())
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
        if let Some(at) = frame.get_column_index(LOW) {
            let sums: Vec<i128> =
                whole(frame, LOW)?.into_no_null_iter().map(|sum| i128::from(sum) * i128::from(unit)).collect();
            let part = |name: &str, of: fn(i128) -> i128| {
                Int64Chunked::from_vec(name.into(), sums.iter().map(|sum| of(*sum) as i64).collect()).into_column()
            };
            frame.with_column(part(LOW, |sum| sum.rem_euclid(i128::from(AMOUNT_HALF))))?;
            frame.insert_column(at, part(HIGH, |sum| sum.div_euclid(i128::from(AMOUNT_HALF))))?;
        }
        *frame = frame.drop(UNIT)?;
    }
    take_from_all(frame, UNTOLD, TOLD)
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

/// Sums of costs are such multiples as well.
fn sums_in_units(frame: &mut DataFrame) -> PolarsResult<()> {
    let varies = |name: &str| frame.column(name).is_ok_and(|half| half.as_scalar_column().is_none());
    if !varies(HIGH) || !varies(LOW) {
        return Ok(());
    }
    let (high, low) = (whole(frame, HIGH)?, whole(frame, LOW)?);
    let halves = high.into_no_null_iter().zip(low.into_no_null_iter());
    let sums: Vec<i128> =
        halves.map(|(high, low)| i128::from(high) * i128::from(AMOUNT_HALF) + i128::from(low)).collect();
    // A sum of 64 bits in nano-units is nine billion.
    let Some(sums) = sums.iter().map(|sum| i64::try_from(*sum).ok()).collect::<Option<Vec<i64>>>() else {
        return Ok(());
    };
    let unit = sums.iter().fold(0, |unit, sum| divisor(unit, sum.unsigned_abs())).max(1);
    let Ok(unit) = i64::try_from(unit) else { return Ok(()) };
    let multiples = Int64Chunked::from_vec(LOW.into(), sums.iter().map(|sum| sum / unit).collect());
    frame.with_column(multiples.into_column())?;
    *frame = frame.drop(HIGH)?;
    frame.with_column(constant(UNIT.into(), DataType::Int64, AnyValue::Int64(unit), frame.height()))?;
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

        #[test]
        fn sums_come_back_as_well(
            sums in proptest::collection::vec(-4_000_000_000_000_000_000_i64..4_000_000_000_000_000_000, 2..20),
            (unit, large, told) in (1_i64..100_000, any::<bool>(), any::<bool>()),
        ) {
            let times = if large { i128::from(unit) } else { 1 };
            let sums: Vec<i128> = sums.iter().map(|sum| i128::from(sum / unit * unit) * times).collect();
            let part = |name: &str, of: &dyn Fn(i128) -> i128| {
                Int64Chunked::from_vec(name.into(), sums.iter().map(|sum| of(*sum) as i64).collect()).into_column()
            };
            let half = i128::from(AMOUNT_HALF);
            let before = DataFrame::new(sums.len(), vec![
                Int64Chunked::from_vec(ALL.into(), (3..).take(sums.len()).collect()).into_column(),
                part(HIGH, &|sum| sum.div_euclid(half)),
                part(LOW, &|sum| sum.rem_euclid(half)),
                Int64Chunked::from_vec(TOLD.into(), (0..).take(sums.len()).map(|n| if told { n + 3 } else { 1 }).collect())
                    .into_column(),
            ])?;
            let mut frame = before.clone();
            lean(&mut frame)?;
            full(&mut frame)?;
            prop_assert!(frame.equals_missing(&before));
        }
    }
}
