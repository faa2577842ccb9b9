//! Shares of a whole, for Pareto charts and for sentences such as "3 of 41 make 71 %".

/// The running share of `whole` after each value, summed exactly before it is divided. A `whole` of 0 gives zeros.
#[must_use]
pub fn running(values: &[i128], whole: i128) -> Vec<f64> {
    let mut sum: i128 = 0;
    values
        .iter()
        .map(|value| {
            sum += value;
            if whole == 0 { 0.0 } else { sum as f64 / whole as f64 }
        })
        .collect()
}

/// How many values from the front it takes to reach `share`; `None` where all of them do not.
#[must_use]
pub fn head(running: &[f64], share: f64) -> Option<usize> {
    running.iter().position(|r| *r >= share).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_of_five() {
        let shares = running(&[40, 20, 11, 4, 1], 100);
        assert_eq!(head(&shares, 0.7), Some(3));
        assert_eq!(head(&shares, 0.77), None);
        assert_eq!(running(&[5], 0), vec![0.0]);
        assert!(running(&[], 9).is_empty());
    }

    proptest! {
        #[test]
        fn ends_at_one(values in proptest::collection::vec(0..1_000_000_000_000_i128, 1..30)) {
            let whole: i128 = values.iter().sum();
            prop_assume!(whole > 0);
            let shares = running(&values, whole);
            prop_assert!(shares.windows(2).all(|w| w[0] <= w[1]));
            prop_assert!((shares[shares.len() - 1] - 1.0).abs() < 1e-12);
        }
    }
}
