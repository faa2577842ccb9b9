//! From one total to another: a row a step, its bar beginning where the one before ended. What was added is filled, what
//! was taken away is hatched, and a hairline leads from each bar to the next.

use outlay_model::view::{ChartSpec, Waterfall};

use crate::Frame;
use crate::canvas::{Anchor, Canvas, Drawn, Font};
use crate::palette::{INK, INK_2, INK_3, MAIN, PAPER, RULE, RULE_2};
use crate::scale::{figure, fit, width};

const SIZE: f64 = 12.0;
/// From the beginning of a cut bar to the gap in it.
const GAP: f64 = 14.0;

pub fn draw(canvas: &Canvas<'_>, frame: Frame, spec: &ChartSpec, totals: &[usize]) -> Drawn {
    let count = spec.categories.len();
    let value = |at: usize| {
        let told = spec.series.first().and_then(|series| series.values.get(at).copied().flatten());
        told.filter(|value| value.is_finite()).unwrap_or_default()
    };
    let known: Vec<Option<f64>> = (0..count).map(|at| Some(value(at))).collect();
    let Waterfall { bars, range: (low, high), cut } = Waterfall::of(&known, totals);
    let printed: Vec<String> = (0..count)
        .map(|at| match figure(value(at).abs(), spec.unit) {
            text if totals.contains(&at) => text,
            text if value(at) < 0.0 => format!("\u{2212}{text}"),
            text => format!("+{text}"),
        })
        .collect();
    let widest = |texts: &[String]| texts.iter().map(|t| width(t, SIZE)).fold(0.0, f64::max);
    let names = widest(&spec.categories).min((frame.right - frame.left) * 0.3);
    let left = frame.left + names + widest(&printed) + 36.0;
    let scale = if high > low { (frame.right - left) / (high - low) } else { 0.0 };
    let x = |value: f64| left + (value - low).max(0.0) * scale;
    let row = (frame.bottom - frame.top) / count.max(1) as f64;
    let thick = (row * 0.55).clamp(2.0, 12.0);
    canvas.line(&[(x(low.max(0.0)), frame.top), (x(low.max(0.0)), frame.bottom)], RULE_2, 0.75)?;
    for (at, (from, to)) in bars.iter().copied().enumerate() {
        let total = totals.contains(&at);
        let middle = frame.top + row * (at as f64 + 0.5);
        let (font, ink) = if total { (Font::bold(SIZE), INK) } else { (Font::plain(SIZE), INK) };
        canvas.text(frame.left, middle, &fit(&spec.categories[at], SIZE, names + 2.0), font, ink, Anchor::Start)?;
        canvas.text(left - 14.0, middle, &printed[at], font, ink, Anchor::End)?;
        let (first, last) = (x(from.min(to)), x(from.max(to)).max(x(from.min(to)) + 1.0));
        let (top, bottom) = (middle - thick / 2.0, middle + thick / 2.0);
        if total {
            canvas.fill((first, top), (last, bottom), INK_2)?;
            if cut {
                // A gap says that the bar begins elsewhere.
                let gap = first + GAP;
                canvas.line(&[(gap, bottom + 1.5), (gap + thick * 0.5, top - 1.5)], PAPER, 3.0)?;
            }
        } else if to < from {
            canvas.hatch((first, top), (last, bottom), MAIN)?;
        } else {
            canvas.fill((first, top), (last, bottom), MAIN)?;
        }
        if at + 1 < count {
            canvas.line(&[(x(to), bottom), (x(to), top + row)], INK_3, 0.75)?;
            if row >= 14.0 {
                let y = frame.top + row * (at + 1) as f64;
                canvas.line(&[(frame.left, y), (left - 10.0, y)], RULE, 0.5)?;
            }
        }
    }
    Ok(())
}
