//! Seeded draws in whole numbers only, so that every machine draws the same.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Deciles of a log-normal spread (sigma 0.35) around its median, in thousandths.
const SPREAD: [i64; 11] = [420, 639, 745, 832, 915, 1000, 1093, 1201, 1342, 1566, 2300];

/// A stream of draws.
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of one topic and index; no other topic's draws move it.
    pub fn new(seed: u64, topic: u64, index: u64) -> Draw {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream((topic << 32) | index);
        Draw(rng)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// 128 random bits.
    pub fn wide(&mut self) -> u128 {
        (u128::from(self.bits()) << 64) | u128::from(self.bits())
    }

    /// A whole number from `low` up to but not including `high`.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        let width = (high - low).max(1).unsigned_abs();
        low + i64::try_from(self.bits() % width).unwrap_or(0)
    }

    /// True in `permille` of 1,000 cases.
    pub fn chance(&mut self, permille: i64) -> bool {
        self.within(0, 1000) < permille
    }

    /// A number spread around `median`, never under 42 % or over 230 % of it.
    pub fn spread(&mut self, median: i64) -> i64 {
        let place = self.within(0, 10_000);
        let (low, step) = match usize::try_from(place / 1000) {
            Ok(i) if i < 10 => (SPREAD[i], SPREAD[i + 1] - SPREAD[i]),
            _ => (1000, 0),
        };
        median * (low * 1000 + step * (place % 1000)) / 1_000_000
    }

    /// A number around 0, bell-shaped, never beyond `reach` on either side.
    pub fn bell(&mut self, reach: i64) -> i64 {
        (0..4).map(|_| self.within(-reach, reach + 1)).sum::<i64>() / 4
    }

    /// An index drawn by weight.
    pub fn pick(&mut self, weights: &[i64]) -> usize {
        let mut left = self.within(0, weights.iter().sum());
        for (i, weight) in weights.iter().enumerate() {
            if left < *weight {
                return i;
            }
            left -= weight;
        }
        0
    }
}
