//! Quantiles of values that are all at hand.
//!
//! The definition is number 7 of Hyndman and Fan (1996), the default of R, NumPy and DuckDB's `quantile_cont`: with
//! sorted values x₀ … xₙ₋₁ and h = (n − 1)·p, the quantile lies on the line between x at ⌊h⌋ and x at ⌊h⌋ + 1.
//! Quantiles of parts are never combined into a quantile of the whole: that cannot be done.

/// The quantile `p` (0 to 1) of values that are sorted in rising order; `None` for no values, a `p` outside 0 to 1, or
/// values that are not sorted numbers at the place looked at.
#[must_use]
pub fn of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&p) {
        return None;
    }
    let h = (sorted.len() - 1) as f64 * p;
    let below = h.floor() as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    let between = low + (high - low) * (h - h.floor());
    (!between.is_nan() && low <= high).then_some(between)
}

/// The quantile `p` of values in any order; values that are not numbers make it `None`.
#[must_use]
pub fn of(values: &[f64], p: f64) -> Option<f64> {
    if values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    of_sorted(&sorted, p)
}

/// The median of values in any order.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    of(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_r_type_7() {
        // R: quantile(c(1, 3, 4, 10), c(0, .25, .5, .9, 1))
        let x = [10.0, 1.0, 4.0, 3.0];
        let at = |p| of(&x, p).expect("a quantile");
        for (p, expected) in [(0.0, 1.0), (0.25, 2.5), (0.5, 3.5), (0.9, 8.2), (1.0, 10.0)] {
            assert!((at(p) - expected).abs() < 1e-12, "{p}");
        }
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(median(&[]), None);
        assert_eq!(of(&[1.0], 1.1), None);
        assert_eq!(median(&[1.0, f64::NAN]), None);
        assert_eq!(median(&[7.0]), Some(7.0));
    }

    proptest! {
        #[test]
        fn lies_inside_and_rises(mut values in proptest::collection::vec(-1e9..1e9_f64, 1..40), p in 0.0..=1.0_f64, q in 0.0..=1.0_f64) {
            let (low, high) = (of(&values, p.min(q)).expect("some"), of(&values, p.max(q)).expect("some"));
            prop_assert!(low <= high);
            values.sort_by(f64::total_cmp);
            prop_assert!(values[0] <= low && high <= values[values.len() - 1]);
        }
    }
}
