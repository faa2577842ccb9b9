//! Horizontal bars, largest first, each with its name, amount and running share; a line joins the running shares. Bars
//! and line are drawn on the one scale of the whole, so that the line begins where the first bar ends.

use outlay_model::view::{ChartSpec, Hue};

use crate::Frame;
use crate::canvas::{Anchor, Canvas, Drawn, Font};
use crate::palette::{GHOST, INK, INK_2, INK_3, MAIN, RULE, RULE_2};
use crate::scale::{figure, fit, width};

const SIZE: f64 = 12.0;
/// What stands for an amount that is not known: a bar of a whole without a price.
const UNPRICED: &str = "unpriced";

pub fn draw(canvas: &Canvas<'_>, frame: Frame, spec: &ChartSpec, running: &[f64]) -> Drawn {
    let count = spec.categories.len();
    let value = |at: usize| {
        spec.series.iter().find_map(|s| {
            s.values.get(at).copied().flatten().filter(|v| v.is_finite()).map(|v| (v, s.hue == Hue::Missing))
        })
    };
    let amounts: Vec<String> =
        (0..count).map(|at| value(at).map_or_else(|| UNPRICED.to_owned(), |(v, _)| figure(v, spec.unit))).collect();
    let widest = |texts: &[String]| texts.iter().map(|t| width(t, SIZE)).fold(0.0, f64::max);
    let names = widest(&spec.categories).min((frame.right - frame.left) * 0.3);
    let figures = widest(&amounts);
    let left = frame.left + names + figures + 36.0;
    let right = frame.right - 54.0;
    let top = frame.top + 18.0;
    let row = (frame.bottom - top) / count as f64;
    let thick = (row * 0.5).clamp(2.0, 12.0);
    // Bars and line share one scale: parts of the whole.
    let known = || (0..count).filter_map(|at| value(at).map(|(v, _)| v));
    let whole = Some(known().sum::<f64>()).filter(|sum| *sum > 0.0).unwrap_or(1.0);
    let sums = running.iter().copied().filter(|sum| sum.is_finite());
    let low = known().map(|v| v / whole).fold(0.0, f64::min);
    let high = known().map(|v| v / whole).chain(sums).fold(1.0, f64::max);
    let share = |s: f64| left + (right - left) * (s - low) / (high - low);
    let x = |v: f64| share(v / whole);
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        canvas.line(&[(share(tick), top), (share(tick), frame.bottom - 2.0)], RULE_2, 0.75)?;
        let label = format!("{:.0}\u{202f}%", tick * 100.0);
        canvas.text(share(tick), frame.top + 8.0, &label, Font::plain(10.0), INK_3, Anchor::Middle)?;
    }
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (at, printed) in amounts.iter().enumerate() {
        let middle = top + row * (at as f64 + 0.5);
        let rest = value(at).is_none_or(|(_, rest)| rest);
        let (font, ink) = if rest { (Font::italic(SIZE), INK_2) } else { (Font::plain(SIZE), INK) };
        canvas.text(frame.left, middle, &fit(&spec.categories[at], SIZE, names + 2.0), font, ink, Anchor::Start)?;
        canvas.text(left - 14.0, middle, printed, font, ink, Anchor::End)?;
        let Some((amount, _)) = value(at) else { continue };
        let (from, to) = (x(0.0).min(x(amount)), x(0.0).max(x(amount)));
        let (high, low) = (middle - thick / 2.0, middle + thick / 2.0);
        if rest {
            canvas.hatch((from, high), (to, low), GHOST)?;
        } else {
            canvas.fill((from, high), (to.max(from + 0.5), low), MAIN)?;
        }
        if row >= 14.0 && at + 1 < count {
            let y = top + row * (at + 1) as f64;
            canvas.line(&[(frame.left, y), (frame.right, y)], RULE, 0.5)?;
        }
        if let Some(sum) = running.get(at).filter(|sum| sum.is_finite()) {
            line.push((share(*sum), middle));
            let label = format!("{:.0}\u{202f}%", sum * 100.0);
            canvas.text(frame.right, middle, &label, Font::plain(11.0), INK_3, Anchor::End)?;
        }
    }
    if line.len() > 1 {
        canvas.line(&line, INK_3, 1.0)?;
    }
    line.into_iter().try_for_each(|point| canvas.dot(point, 2.25, INK_3))
}
