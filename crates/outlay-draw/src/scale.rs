//! Axes, figures on them, and how wide words are.

use outlay_model::view::Unit;

/// A linear scale with round ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<f64>,
}

impl Scale {
    /// Covers 0 and all values with about `count` steps of 1, 2, 2.5 or 5 times a power of ten.
    pub fn over(values: impl Iterator<Item = f64>, count: f64) -> Scale {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        let span = if high > low { high - low } else { 1.0 };
        let rough = span / count;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(power);
        let (from, to) = ((low / step).floor() as i64, (high.max(low + span) / step).ceil() as i64);
        Scale { low: from as f64 * step, high: to as f64 * step, ticks: (from..=to).map(|n| n as f64 * step).collect() }
    }

    /// Where a value lies between `from` (low) and `to` (high).
    pub fn place(&self, value: f64, from: f64, to: f64) -> f64 {
        from + (to - from) * (value - self.low) / (self.high - self.low)
    }
}

/// `0`, `2.5k`, `1.2M`: a figure on an axis.
pub fn short(value: f64, unit: Unit) -> String {
    if unit == Unit::Share {
        return format!("{}\u{202f}%", trimmed(value * 100.0));
    }
    let size = value.abs();
    let (by, suffix) = match size {
        s if s >= 1e9 => (1e9, "B"),
        s if s >= 1e6 => (1e6, "M"),
        s if s >= 1e3 => (1e3, "k"),
        _ => (1.0, ""),
    };
    format!("{}{suffix}", trimmed(value / by))
}

/// `29,880`; small figures keep two decimals.
pub fn figure(value: f64, unit: Unit) -> String {
    if unit == Unit::Share {
        return short(value, unit);
    }
    let small = unit == Unit::Money && value.abs() < 99.995;
    let text = if small { format!("{:.2}", value.abs()) } else { format!("{:.0}", value.abs().round_ties_even()) };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    if value < 0.0 { format!("\u{2212}{out}") } else { out }
}

fn trimmed(value: f64) -> String {
    let text = format!("{:.3}", value.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if value < 0.0 && text != "0" { format!("\u{2212}{text}") } else { text.to_owned() }
}

/// Without control characters (not allowed in XML, or line breaks) and without characters that turn the direction of
/// what follows.
pub fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let bare = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().filter(|c| !turns(*c) && !bare(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// About how wide a text is, in Inter's proportions; wide scripts count as a full em.
pub fn width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '\u{202f}' => 0.28,
        'f' | 't' | 'r' | ' ' | '-' | '(' | ')' | '/' => 0.37,
        'm' | 'w' | 'M' | 'W' | '@' => 0.88,
        '0'..='9' => 0.62,
        'A'..='Z' => 0.68,
        c if (c as u32) >= 0x1100 => 1.0,
        _ => 0.57,
    };
    text.chars().map(em).sum::<f64>() * size
}

/// The text, cut with an ellipsis to what fits.
pub fn fit(text: &str, size: f64, room: f64) -> String {
    let text = clean(text);
    if width(&text, size) <= room {
        return text;
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if width(&out, size) + size > room {
            out.pop();
            break;
        }
    }
    format!("{}…", out.trim_end())
}

/// The text in lines of at most `room`, broken at blanks; a word that is longer is cut.
pub fn wrapped(text: &str, size: f64, room: f64) -> Vec<String> {
    let text = clean(text);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(" ", size) + width(word, size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(fit(word, size, room)),
        }
    }
    lines
}

/// Which of `labels` to print along an axis where each has `band` pixels: the first, the last and every n-th between.
pub fn thinned(labels: &[String], size: f64, band: f64) -> Vec<usize> {
    let widest = labels.iter().map(|label| width(label, size)).fold(0.0, f64::max) + 14.0;
    let least = (widest / band).ceil().max(1.0) as usize;
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().find(|s| *s >= least).unwrap_or(least);
    let step = if labels.len() > 20 { step.max(5) } else { step };
    let last = labels.len().saturating_sub(1);
    let mut shown: Vec<usize> =
        (0..labels.len()).step_by(step).filter(|at| last - at >= least || *at == last).collect();
    if shown.last() != Some(&last) {
        shown.push(last);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let scale = Scale::over([3900.0].into_iter(), 4.0);
        assert_eq!(scale.ticks, [0.0, 1000.0, 2000.0, 3000.0, 4000.0]);
        let scale = Scale::over([-40.0, 100.0].into_iter(), 4.0);
        assert_eq!((scale.low, scale.high), (-50.0, 100.0));
        assert_eq!(Scale::over(std::iter::empty(), 4.0).low.to_string(), "0");
        assert_eq!(Scale::over([f64::NAN, f64::INFINITY].into_iter(), 4.0).high.to_string(), "1");
    }

    #[test]
    fn figures_on_axes() {
        let words = [0.0, 950.0, 2500.0, 1_200_000.0, -3000.0].map(|v| short(v, Unit::Money));
        assert_eq!(words, ["0", "950", "2.5k", "1.2M", "\u{2212}3k"]);
        assert_eq!(figure(29_880.12, Unit::Money), "29,880");
        assert_eq!(figure(-4.5, Unit::Money), "\u{2212}4.50");
    }

    #[test]
    fn words_are_cleaned_and_cut() {
        assert_eq!(clean("a\u{202e}b\nc\u{0}"), "ab c ");
        assert_eq!(fit("short", 11.0, 100.0), "short");
        assert!(fit(&"x".repeat(1000), 11.0, 100.0).chars().count() < 20);
        assert_eq!(wrapped("a bb\u{202e} ccc dddd", 10.0, 50.0), ["a bb ccc", "dddd"]);
        assert!(wrapped(&"x".repeat(1000), 11.0, 100.0).concat().ends_with('…'));
        assert!(wrapped(" ", 11.0, 100.0).is_empty());
        let days: Vec<String> = (1..=31).map(|d| d.to_string()).collect();
        assert_eq!(thinned(&days, 11.0, 29.0), [0, 5, 10, 15, 20, 25, 30]);
        assert_eq!(thinned(&days[..2], 11.0, 29.0), [0, 1]);
    }
}
