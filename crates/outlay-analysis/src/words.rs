//! How sentences print figures, dates and names. A figure is rounded once, here, half-even.

use chrono::NaiveDate;
use outlay_model::money::{Currency, Pico};
use outlay_model::time::Period;

/// The narrow no-break space that stands before a percent sign.
pub const THIN: char = '\u{202f}';
/// The minus sign of a figure.
pub const MINUS: char = '\u{2212}';

/// How figures are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Between thousands.
    pub thousands: char,
    /// Before decimals.
    pub decimal: char,
}

impl Default for Style {
    fn default() -> Self {
        Style { thousands: ',', decimal: '.' }
    }
}

impl Style {
    /// Reads the example `1,234.56`, `1.234,56` or `1 234,56` that the settings keep; anything else is the first.
    #[must_use]
    pub fn like(example: &str) -> Style {
        match example.trim() {
            "1.234,56" => Style { thousands: '.', decimal: ',' },
            "1 234,56" | "1\u{a0}234,56" | "1\u{202f}234,56" => Style { thousands: THIN, decimal: ',' },
            _ => Style::default(),
        }
    }

    /// Groups the thousands of a plain decimal text such as `-1234.50`.
    #[must_use]
    pub fn group(self, plain: &str) -> String {
        let (sign, body) = plain.strip_prefix('-').map_or(("", plain), |body| ("-", body));
        let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
        let mut out = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                out.push(self.thousands);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(self.decimal);
            out.push_str(fraction);
        }
        out
    }

    /// `$80,112.40`, `−€12.00`, `CHF 12.00`.
    #[must_use]
    pub fn money(self, amount: Pico, currency: Currency, decimals: u32) -> String {
        let fixed = amount.fixed(decimals);
        let (sign, digits) = match fixed.strip_prefix('-') {
            Some(rest) => ("\u{2212}", rest),
            None => ("", fixed.as_str()),
        };
        format!("{sign}{}{}", symbol(currency), self.group(digits))
    }

    /// A total: two decimals.
    #[must_use]
    pub fn total(self, amount: Pico, currency: Currency) -> String {
        self.money(amount, currency, 2)
    }

    /// A change or a part in a sentence: no decimals from 100 on, else two. No sign of its own for an amount above 0.
    #[must_use]
    pub fn part(self, amount: Pico, currency: Currency) -> String {
        let whole = amount.0.abs() >= Pico::parse("99.995").unwrap_or_default().0;
        self.money(amount, currency, if whole { 0 } else { 2 })
    }

    /// `41,210`.
    #[must_use]
    pub fn count(self, count: i64) -> String {
        let digits = self.group(&count.unsigned_abs().to_string());
        if count < 0 { format!("{MINUS}{digits}") } else { digits }
    }

    /// `76 %`; what is not nothing is never printed as 0 %, what is not all never as 100 %.
    #[must_use]
    pub fn share(self, share: f64) -> String {
        let percent = (share * 100.0).round_ties_even() as i64;
        match percent {
            0 if share > 0.0 => format!("<1{THIN}%"),
            100 if share < 1.0 => format!(">99{THIN}%"),
            p => format!("{}{THIN}%", self.count(p)),
        }
    }

    /// `+13.4 %`: how far `now` lies from `before`, in whole tenths; `None` where `before` is not above 0.
    #[must_use]
    pub fn change(self, now: Pico, before: Pico) -> Option<String> {
        if before.0 <= 0 {
            return None;
        }
        let difference = now.0 - before.0;
        let tenths = divide((difference).checked_mul(1000)?, before.0);
        let sign = match tenths {
            0 => '±',
            t if t < 0 => MINUS,
            _ => '+',
        };
        let size = tenths.unsigned_abs();
        let text = if size >= 10_000 {
            self.group(&(size / 10).to_string())
        } else {
            self.group(&format!("{}.{}", size / 10, size % 10))
        };
        Some(format!("{sign}{text}{THIN}%"))
    }

    /// `2.1`, for "2.1 times".
    #[must_use]
    pub fn times(self, ratio: f64) -> String {
        if ratio >= 20.0 {
            return self.count(ratio.round_ties_even() as i64);
        }
        self.group(&format!("{ratio:.1}"))
    }
}

/// `numerator / denominator`, rounded half-even; `denominator` above 0.
#[must_use]
pub fn divide(numerator: i128, denominator: i128) -> i128 {
    if denominator <= 0 {
        return 0;
    }
    let floor = numerator.div_euclid(denominator);
    let rest = numerator.rem_euclid(denominator);
    let half = denominator - rest;
    floor + i128::from(rest > half || (rest == half && floor % 2 != 0))
}

/// The sign of a currency, or its code with a space.
#[must_use]
pub fn symbol(currency: Currency) -> String {
    match currency.as_str() {
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        code => format!("{code}\u{a0}"),
    }
}

/// What an axis or column in a currency is headed with: `US$`, `EUR`.
#[must_use]
pub fn unit(currency: Currency) -> String {
    match currency.as_str() {
        "USD" => "US$".to_owned(),
        code => code.to_owned(),
    }
}

/// A provider as it spells itself.
#[must_use]
pub fn provider(id: &str) -> String {
    let known = match id {
        "" => "no provider told",
        "openai" => "OpenAI",
        "anthropic" => "Anthropic",
        "azure" => "Azure",
        "bedrock" => "Bedrock",
        "google" => "Google",
        "vertex" => "Vertex",
        "mistral" => "Mistral",
        "xai" => "xAI",
        "deepseek" => "DeepSeek",
        "groq" => "Groq",
        "cohere" => "Cohere",
        "openrouter" => "OpenRouter",
        "perplexity" => "Perplexity",
        "together" => "Together",
        "fireworks" => "Fireworks",
        "ollama" => "Ollama",
        other => other,
    };
    known.to_owned()
}

/// What the period before is called in a sentence about `period`: `September`, `December 2025`, `the 7 days before`.
#[must_use]
pub fn before(period: &Period, previous: &Period) -> String {
    if previous.is_month() {
        let same_year = period.from.format("%Y").to_string() == previous.from.format("%Y").to_string();
        return previous.from.format(if same_year { "%B" } else { "%B %Y" }).to_string();
    }
    match previous.days() {
        1 => "the day before".to_owned(),
        days => format!("the {days} days before"),
    }
}

/// `12 Oct`.
#[must_use]
pub fn date(date: NaiveDate) -> String {
    date.format("%-d %b").to_string()
}

/// `29 to 31 Oct`, `3 Oct, 12 to 14 Oct`, `30 Sep to 2 Oct`; many holes are counted: `9 days from 1 to 30 Oct`.
#[must_use]
pub fn dates(dates: &[NaiveDate]) -> String {
    let mut runs: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in dates {
        match runs.last_mut() {
            Some((_, to)) if to.succ_opt() == Some(*day) => *to = *day,
            _ => runs.push((*day, *day)),
        }
    }
    match runs.as_slice() {
        [] => String::new(),
        [(from, _), .., (_, to)] if runs.len() > 3 => {
            format!("{} days from {}", dates.len(), span(*from, *to))
        }
        _ => runs.iter().map(|(from, to)| span(*from, *to)).collect::<Vec<_>>().join(", "),
    }
}

fn span(from: NaiveDate, to: NaiveDate) -> String {
    if from == to {
        date(from)
    } else if from.format("%Y-%m").to_string() == to.format("%Y-%m").to_string() {
        format!("{} to {}", from.format("%-d"), date(to))
    } else {
        format!("{} to {}", date(from), date(to))
    }
}

/// A count of things: `1 feature`, `41 features`.
#[must_use]
pub fn several(style: Style, count: usize, one: &str, many: &str) -> String {
    format!("{} {}", style.count(count as i64), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::money::PICO;
    use proptest::prelude::*;

    fn pico(text: &str) -> Pico {
        Pico::parse(text).expect("an amount")
    }
    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn figures() {
        let s = Style::default();
        let eur = Currency::parse("EUR").expect("a code");
        assert_eq!(s.total(pico("80112.405"), Currency::USD), "$80,112.40");
        assert_eq!(s.total(pico("-1234567.8"), eur), "\u{2212}€1,234,567.80");
        assert_eq!(s.total(pico("3"), Currency::parse("chf").expect("a code")), "CHF\u{a0}3.00");
        assert_eq!(s.part(pico("9480.12"), Currency::USD), "$9,480");
        assert_eq!(s.part(pico("99.99"), Currency::USD), "$99.99");
        assert_eq!(s.part(pico("99.999"), Currency::USD), "$100");
        assert_eq!(Style::like("1.234,56").total(pico("80112.4"), eur), "€80.112,40");
        assert_eq!(s.change(pico("80112.4"), pico("70632.4")).as_deref(), Some("+13.4\u{202f}%"));
        assert_eq!(s.change(pico("5"), pico("10")).as_deref(), Some("\u{2212}50.0\u{202f}%"));
        assert_eq!(s.change(pico("5"), Pico::ZERO), None);
        assert_eq!(s.share(0.763), "76\u{202f}%");
        assert_eq!(s.share(0.001), "<1\u{202f}%");
        assert_eq!(s.share(0.999), ">99\u{202f}%");
        assert_eq!(s.times(2.1), "2.1");
    }

    #[test]
    fn holes() {
        let oct: Vec<NaiveDate> = ["2026-10-29", "2026-10-30", "2026-10-31"].map(day).to_vec();
        assert_eq!(dates(&oct), "29 to 31 Oct");
        assert_eq!(dates(&[day("2026-10-03"), day("2026-10-12"), day("2026-10-13")]), "3 Oct, 12 to 13 Oct");
        assert_eq!(dates(&[day("2026-09-30"), day("2026-10-01")]), "30 Sep to 1 Oct");
        let odd: Vec<NaiveDate> = (0..9).map(|n| day("2026-10-01") + chrono::Duration::days(2 * n)).collect();
        assert_eq!(dates(&odd), "9 days from 1 to 17 Oct");
    }

    proptest! {
        #[test]
        fn division_is_half_even(n in -1_000_000_i128..1_000_000, d in 1_i128..1000) {
            // Pico::round is the reference: n/d rounded to whole units where d divides a power of ten.
            let q = divide(n, d);
            prop_assert!((2 * (n - q * d)).abs() <= d);
            prop_assert_eq!(divide(n * PICO, PICO), n);
        }
    }
}
