//! Figures as people read them, from exact amounts; rounded once, half-even.

use outlay_analysis::words::Style;
use outlay_model::money::{Money, Pico};

/// Figures in tables and on paper, where minus is a hyphen so that they can be copied into a spreadsheet; sentences have
/// [`Style`]'s own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers(Style);

impl Numbers {
    /// From an example such as `1.234,56`; what is not one gives `1,234.56`.
    #[must_use]
    pub fn parse(example: &str) -> Numbers {
        Numbers(Style::like(example))
    }

    fn group(self, plain: &str) -> String {
        self.0.group(plain)
    }

    /// A whole number.
    #[must_use]
    pub fn count(self, count: i64) -> String {
        self.group(&count.to_string())
    }

    /// An amount with exactly `decimals` decimals; what is not nothing never reads as nothing.
    #[must_use]
    pub fn amount(self, amount: Pico, decimals: u32) -> String {
        if amount != Pico::ZERO && amount.round(decimals) == Pico::ZERO {
            let least = self.group(&Pico(10_i128.pow(12 - decimals.min(12))).fixed(decimals));
            return if amount.0 < 0 { format!(">-{least}") } else { format!("<{least}") };
        }
        self.group(&amount.fixed(decimals))
    }

    /// An amount in running text: `$80,112.00`, `€12.30`, `1,204.00 JPY`.
    #[must_use]
    pub fn phrase(self, money: Money) -> String {
        let text = self.amount(money.amount, decimals([money.amount]));
        let (mark, body) = match text.find(|c: char| c.is_ascii_digit()) {
            Some(at) => text.split_at(at),
            None => ("", text.as_str()),
        };
        match money.currency.as_str() {
            "USD" => format!("{mark}${body}"),
            "EUR" => format!("{mark}€{body}"),
            "GBP" => format!("{mark}£{body}"),
            code => format!("{text} {code}"),
        }
    }

    /// A share of 1 as a percentage with one decimal, without its sign. Only all is 100 and only nothing is 0.
    #[must_use]
    pub fn percentage(self, share: f64) -> String {
        let text = match share {
            s if !s.is_finite() => return "unknown".to_owned(),
            s if s < 1.0 && s > 0.9995 => "99.9".to_owned(),
            s if s > 0.0 && s < 0.0005 => return format!("<{}", self.group("0.1")),
            s => format!("{:.1}", s * 100.0),
        };
        self.group(&text)
    }

    /// A share in running text: `76 %`, `99.9 %`.
    #[must_use]
    pub fn percent(self, share: f64) -> String {
        let text = self.percentage(share);
        format!("{} %", text.strip_suffix(&format!("{}0", self.0.decimal)).unwrap_or(&text))
    }

    /// A length on a chart, read back with about three digits: a guide for the eye, not a figure.
    #[must_use]
    pub fn rough(self, value: f64) -> String {
        let decimals = match value.abs() {
            v if v < 1e-12 => return "0".to_owned(),
            v if v >= 100.0 => 0,
            v if v >= 1.0 => 2,
            v if v >= 0.01 => 4,
            v if v >= 0.0001 => 6,
            _ => 9,
        };
        self.group(&format!("{value:.decimals$}"))
    }

    /// Bytes, such as `704 MB`.
    #[must_use]
    pub fn bytes(self, bytes: u64) -> String {
        let mut value = bytes as f64;
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 1000.0 {
                let decimals = usize::from(value < 10.0 && unit != "B");
                return format!("{} {unit}", self.group(&format!("{value:.decimals$}")));
            }
            value /= 1000.0;
        }
        format!("{} TB", self.group(&format!("{value:.1}")))
    }
}

/// How many decimals a column of amounts needs so that its largest can be told from nothing.
#[must_use]
pub fn decimals(amounts: impl IntoIterator<Item = Pico>) -> u32 {
    const UNIT: i128 = 1_000_000_000_000;
    match amounts.into_iter().map(|a| a.0.abs()).max().unwrap_or(0) {
        0 => 2,
        largest if largest >= UNIT => 2,
        largest if largest >= UNIT / 100 => 4,
        largest if largest >= UNIT / 10_000 => 6,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::money::Currency;

    fn pico(text: &str) -> Pico {
        Pico::parse(text).expect("an amount")
    }

    #[test]
    fn amounts_are_rounded_half_even_and_grouped() {
        let n = Numbers::default();
        for (text, decimals, want) in [
            ("1234567.125", 2, "1,234,567.12"),
            ("1234567.135", 2, "1,234,567.14"),
            ("-1234.5", 0, "-1,234"),
            ("-1235.5", 0, "-1,236"),
            ("999.995", 2, "1,000.00"),
            ("999", 2, "999.00"),
            ("0", 2, "0.00"),
            ("0.004", 2, "<0.01"),
            ("-0.000001", 2, ">-0.01"),
            ("0.0125", 4, "0.0125"),
            ("999999999999", 2, "999,999,999,999.00"),
        ] {
            assert_eq!(n.amount(pico(text), decimals), want, "{text}");
        }
        assert_eq!(Numbers::parse("1.234,56").amount(pico("1234567.125"), 2), "1.234.567,12");
        assert_eq!(Numbers::parse("1 234,56").amount(pico("1234"), 2), "1\u{202f}234,00");
        assert_eq!(Numbers::parse("nonsense"), Numbers::default());
    }

    #[test]
    fn money_in_words() {
        let n = Numbers::default();
        assert_eq!(n.phrase(Money::usd(pico("-80112"))), "-$80,112.00");
        assert_eq!(n.phrase(Money::usd(pico("0.038"))), "$0.0380");
        assert_eq!(n.phrase(Money::new(pico("12.3"), Currency::parse("jpy").expect("a code"))), "12.30 JPY");
        assert_eq!(n.phrase(Money::usd(pico("0.000000000001"))), "<$0.000000001");
    }

    #[test]
    fn shares_do_not_claim_too_much() {
        let n = Numbers::default();
        assert_eq!(n.percent(1.0), "100 %");
        assert_eq!(n.percent(0.99999), "99.9 %");
        assert_eq!(n.percent(0.76), "76 %");
        assert_eq!(n.percent(0.00001), "<0.1 %");
        assert_eq!(n.percent(0.0), "0 %");
        assert_eq!(n.percent(-0.132), "-13.2 %");
        assert_eq!(Numbers::parse("1.234,56").percent(0.125), "12,5 %");
    }

    #[test]
    fn columns_get_the_decimals_they_need() {
        assert_eq!(decimals([pico("0.003"), pico("80112")]), 2);
        assert_eq!(decimals([pico("0.038")]), 4);
        assert_eq!(decimals([pico("0.00123")]), 6);
        assert_eq!(decimals([pico("0.000001")]), 9);
        assert_eq!(decimals([]), 2);
    }

    #[test]
    fn bytes_and_lengths() {
        let n = Numbers::default();
        assert_eq!(n.bytes(704_000_000), "704 MB");
        assert_eq!(n.bytes(999), "999 B");
        assert_eq!(n.bytes(1500), "1.5 kB");
        assert_eq!(n.rough(2584.4), "2,584");
        assert_eq!(n.rough(0.0), "0");
        assert_eq!(n.rough(0.125), "0.1250");
    }
}
