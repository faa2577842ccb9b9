//! Exact money: integers of 10⁻¹² of a currency unit, summed in 128 bits.
//!
//! Rates are pico-units per token or unit, so that 0.0125 USD per million tokens (12.5 nano-dollars) is whole.
//! Nothing here is ever a float; a figure is rounded once, half-even, where it is printed.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ts_rs::TS;

/// Pico-units in one currency unit.
pub const PICO: i128 = 1_000_000_000_000;

/// An amount in 10⁻¹² of some currency unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pico(pub i128);

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnAmount(pub &'static str);

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NotAnAmount {}

impl Pico {
    /// Nothing.
    pub const ZERO: Pico = Pico(0);

    /// Reads a decimal text, with or without exponent, exactly where it has at most 12 decimals; longer tails
    /// (binary floats printed in full) are rounded half-even to the pico-unit.
    ///
    /// # Errors
    /// On anything that is not a finite decimal number, or that is 10¹² units or more.
    pub fn parse(text: &str) -> Result<Pico, NotAnAmount> {
        Self::parse_scaled(text, 12)
    }

    /// Reads a decimal text given in 10⁻² of the unit (cents, as Anthropic's cost report prints them).
    ///
    /// # Errors
    /// As [`Pico::parse`].
    pub fn parse_cents(text: &str) -> Result<Pico, NotAnAmount> {
        Self::parse_scaled(text, 10)
    }

    fn parse_scaled(text: &str, decimals: i32) -> Result<Pico, NotAnAmount> {
        let text = text.trim();
        let (negative, body) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match body.find(['e', 'E']) {
            Some(at) => (&body[..at], Some(&body[at + 1..])),
            None => (body, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(NotAnAmount("empty"));
        }
        if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(NotAnAmount("not a decimal number"));
        }
        let exponent: i32 = match exponent {
            Some(told) => told.parse().map_err(|_| NotAnAmount("the exponent is not a number"))?,
            None => 0,
        };
        if !(-400..=400).contains(&exponent) {
            return Err(NotAnAmount("the exponent is out of range"));
        }
        let digits = whole.len() + fraction.len();
        if exponent == 0 && digits <= 18 && fraction.len() <= decimals as usize {
            let value = whole.bytes().chain(fraction.bytes()).fold(0, |value, b| value * 10 + u64::from(b - b'0'));
            let value = i128::from(value) * 10_i128.pow(decimals as u32 - fraction.len() as u32);
            return Pico::signed(negative, value);
        }
        // The position of the decimal point among the digits, moved by exponent and scale.
        let point = whole.len() as i64 + i64::from(exponent) + i64::from(decimals);
        let digits = whole.bytes().chain(fraction.bytes()).map(|b| i128::from(b - b'0'));
        let mut value: i128 = 0;
        let mut tail_first = 0;
        let mut tail_rest = false;
        let mut read: i64 = 0;
        for digit in digits {
            match read.cmp(&point) {
                std::cmp::Ordering::Less => {
                    value = value.checked_mul(10).and_then(|v| v.checked_add(digit)).ok_or(NotAnAmount("too large"))?;
                }
                std::cmp::Ordering::Equal => tail_first = digit,
                std::cmp::Ordering::Greater => tail_rest |= digit != 0,
            }
            read += 1;
        }
        if point < 0 {
            // Every digit lies below half a pico-unit.
            tail_first = 0;
        }
        while read < point {
            value = value.checked_mul(10).ok_or(NotAnAmount("too large"))?;
            read += 1;
        }
        if tail_first > 5 || (tail_first == 5 && (tail_rest || value % 2 == 1)) {
            value += 1;
        }
        Pico::signed(negative, value)
    }

    fn signed(negative: bool, value: i128) -> Result<Pico, NotAnAmount> {
        if value >= PICO * PICO {
            return Err(NotAnAmount("too large"));
        }
        Ok(Pico(if negative { -value } else { value }))
    }

    /// Rounds half-even to `decimals` decimals, keeping pico-units.
    #[must_use]
    pub fn round(self, decimals: u32) -> Pico {
        if decimals >= 12 {
            return self;
        }
        let unit = 10_i128.pow(12 - decimals);
        let floor = self.0.div_euclid(unit);
        let rest = self.0.rem_euclid(unit);
        let up = rest * 2 > unit || (rest * 2 == unit && floor % 2 != 0);
        Pico((floor + i128::from(up)) * unit)
    }

    /// The amount with exactly `decimals` decimals, rounded half-even, with a leading minus where negative.
    #[must_use]
    pub fn fixed(self, decimals: u32) -> String {
        let rounded = self.round(decimals).0;
        let sign = if rounded < 0 { "-" } else { "" };
        let whole = rounded.unsigned_abs() / PICO.unsigned_abs();
        let fraction = rounded.unsigned_abs() % PICO.unsigned_abs();
        if decimals == 0 {
            return format!("{sign}{whole}");
        }
        let digits = format!("{fraction:012}");
        format!("{sign}{whole}.{}", &digits[..(decimals.min(12)) as usize])
    }

    /// For drawing only: a length on a screen, never a figure.
    #[must_use]
    pub fn to_plot(self) -> f64 {
        self.0 as f64 / 1e12
    }

    /// `self / whole` for shares and drawing; 0 where `whole` is 0.
    #[must_use]
    pub fn share_of(self, whole: Pico) -> f64 {
        if whole.0 == 0 { 0.0 } else { self.0 as f64 / whole.0 as f64 }
    }
}

/// Prints at least 9 decimals and as many more (up to 12) as are not zero: always exact.
impl fmt::Display for Pico {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.fixed(12);
        let end = all.trim_end_matches('0').len().max(all.len() - 3);
        f.write_str(&all[..end])
    }
}

impl FromStr for Pico {
    type Err = NotAnAmount;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Pico::parse(text)
    }
}

impl Add for Pico {
    type Output = Pico;
    fn add(self, other: Pico) -> Pico {
        Pico(self.0 + other.0)
    }
}
impl Sub for Pico {
    type Output = Pico;
    fn sub(self, other: Pico) -> Pico {
        Pico(self.0 - other.0)
    }
}
impl Neg for Pico {
    type Output = Pico;
    fn neg(self) -> Pico {
        Pico(-self.0)
    }
}
impl AddAssign for Pico {
    fn add_assign(&mut self, other: Pico) {
        self.0 += other.0;
    }
}
impl std::iter::Sum for Pico {
    fn sum<I: Iterator<Item = Pico>>(iter: I) -> Pico {
        Pico(iter.map(|p| p.0).sum())
    }
}

/// An ISO 4217 code in capitals, such as `USD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// United States dollar.
    pub const USD: Currency = Currency(*b"USD");

    /// Reads a three-letter code in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Currency> {
        let bytes: [u8; 3] = text.trim().as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Currency(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Currency::parse(&text).ok_or_else(|| serde::de::Error::custom("not a three-letter currency code"))
    }
}

/// An amount with its currency: `{"amount":"163.129580300","currency":"USD"}`, an exact decimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Money {
    /// Exact decimal text, at least nine decimals.
    #[serde(with = "amount_text")]
    #[ts(type = "string")]
    pub amount: Pico,
    /// ISO 4217 code.
    #[ts(type = "string")]
    pub currency: Currency,
}

impl Money {
    /// An amount of `currency`.
    #[must_use]
    pub fn new(amount: Pico, currency: Currency) -> Money {
        Money { amount, currency }
    }
    /// An amount of US dollars.
    #[must_use]
    pub fn usd(amount: Pico) -> Money {
        Money::new(amount, Currency::USD)
    }
}

mod amount_text {
    use super::Pico;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(amount: &Pico, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(amount)
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Pico, D::Error> {
        Pico::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// Rounds `parts` to `decimals` decimals so that they add up to the rounded total exactly (largest remainder;
/// ties go to the earlier part).
#[must_use]
pub fn round_parts(parts: &[Pico], decimals: u32) -> Vec<Pico> {
    if decimals >= 12 {
        return parts.to_vec();
    }
    let unit = 10_i128.pow(12 - decimals);
    let total = parts.iter().copied().sum::<Pico>().round(decimals).0 / unit;
    let mut floors: Vec<i128> = parts.iter().map(|p| p.0.div_euclid(unit)).collect();
    let mut missing = total - floors.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(parts[i].0.rem_euclid(unit)));
    for i in order {
        if missing <= 0 {
            break;
        }
        floors[i] += 1;
        missing -= 1;
    }
    floors.into_iter().map(|units| Pico(units * unit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_exports_print() {
        for (text, pico) in [
            ("0", 0),
            ("2.5", 2_500_000_000_000),
            (".5", 500_000_000_000),
            ("1e-6", 1_000_000),
            ("1.25E-8", 12_500),
            ("-3", -3_000_000_000_000),
            ("0.00000000000049", 0),
            ("0.0000000000005", 0),
            ("0.0000000000015", 2),
            ("0.0000000000025", 2),
            ("0.00000000000250000001", 3),
            ("163.12958030000000001", 163_129_580_300_000),
        ] {
            assert_eq!(Pico::parse(text), Ok(Pico(pico)), "{text}");
        }
        assert_eq!(Pico::parse_cents("123.45"), Ok(Pico(1_234_500_000_000)));
        for bad in ["", "-", "NaN", "inf", "1,5", "1e", "0x1", "1e9999", "9999999999999999999999999999"] {
            assert!(Pico::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn prints_exactly_and_rounds_half_even() {
        assert_eq!(Pico(163_129_580_300_000).to_string(), "163.129580300");
        assert_eq!(Pico(12_500).to_string(), "0.0000000125");
        assert_eq!(Pico(-12_500).fixed(2), "0.00");
        assert_eq!(Pico(5_000_000_000).fixed(2), "0.00");
        assert_eq!(Pico(15_000_000_000).fixed(2), "0.02");
        assert_eq!(Pico(-15_000_000_000).fixed(2), "-0.02");
    }

    #[test]
    fn printed_parts_add_up() {
        let parts = [Pico(333_333_333_333), Pico(333_333_333_333), Pico(333_333_333_334)];
        let rounded = round_parts(&parts, 2);
        assert_eq!(rounded.iter().copied().sum::<Pico>(), Pico(PICO));
        assert_eq!(rounded[2].fixed(2), "0.34");
    }
}
