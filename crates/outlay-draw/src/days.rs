//! Strips of days, a source each: what makes the total, what is there beside it, what is missing.

use outlay_model::view::{ChartSpec, DayMark};
use plotters::style::RGBColor;

use crate::Frame;
use crate::canvas::{Anchor, Canvas, Drawn, Font};
use crate::palette::{GHOST, INK, INK_2, INK_3, RULE, WARN, colours, paler};
use crate::scale::{fit, thinned, width};

const SMALL: f64 = 11.0;
/// A strip is no higher than this: it is a line with holes and no bar.
const HIGHEST: f64 = 11.0;
const KEY: [(DayMark, &str); 5] = [
    (DayMark::Used, "makes the total"),
    (DayMark::Partial, "only in part"),
    (DayMark::There, "there, another counts"),
    (DayMark::Missing, "missing"),
    (DayMark::Absent, "no record"),
];

pub fn draw(canvas: &Canvas<'_>, frame: Frame, spec: &ChartSpec, strips: &[Vec<DayMark>]) -> Drawn {
    // Whose it is gives way, what it is never does.
    let names: Vec<(&str, &str)> =
        spec.series.iter().map(|s| s.name.rsplit_once(", ").unwrap_or((&s.name, ""))).collect();
    let widest = |of: fn(&(&str, &str)) -> f64| names.iter().map(of).fold(0.0, f64::max);
    let (who, what) = (widest(|n| width(n.0, SMALL)).min(170.0), widest(|n| width(n.1, SMALL)));
    let (left, right) = (frame.left + who + what + 26.0, frame.right - 1.0);
    let (top, bottom) = (frame.top, frame.bottom - 40.0);
    let wide = (right - left) / spec.categories.len() as f64;
    let high = (bottom - top) / spec.series.len() as f64;
    let thick = HIGHEST.min(high - 3.0).max(2.0);
    for (row, (hue, strip)) in colours(&spec.series).into_iter().zip(strips).enumerate() {
        let middle = top + high * (row as f64 + 0.5);
        let (account, source) = names[row];
        if row == 0 || names[row - 1].0 != account {
            let account = fit(account, SMALL, who + 2.0);
            canvas.text(frame.left, middle, &account, Font::plain(SMALL), INK, Anchor::Start)?;
        }
        canvas.text(frame.left + who + 14.0, middle, source, Font::plain(SMALL), INK_2, Anchor::Start)?;
        let mut from = 0;
        for run in strip.chunk_by(|a, b| a == b) {
            let x = left + wide * from as f64;
            from += run.len();
            let end = left + wide * from as f64 - if wide > 3.0 { 0.75 } else { 0.0 };
            mark(canvas, run[0], (x, middle - thick / 2.0), (end, middle + thick / 2.0), hue)?;
        }
    }
    for at in thinned(&spec.categories, SMALL, wide) {
        let (x, label) = (left + wide * at as f64, &spec.categories[at]);
        if x + width(label, SMALL) <= right {
            canvas.text(x, bottom + 9.0, label, Font::plain(SMALL), INK_3, Anchor::Start)?;
        }
    }
    legend(canvas, frame, left, strips)
}

fn mark(canvas: &Canvas<'_>, mark: DayMark, from: (f64, f64), to: (f64, f64), hue: RGBColor) -> Drawn {
    match mark {
        DayMark::Used => canvas.fill(from, to, hue),
        DayMark::Partial => {
            canvas.fill((from.0, f64::midpoint(from.1, to.1)), to, hue)?;
            canvas.ghost(from, to, WARN)
        }
        DayMark::There => canvas.fill(from, to, paler(hue)),
        DayMark::Missing => canvas.ghost(from, to, WARN),
        DayMark::Absent => {
            let middle = f64::midpoint(from.1, to.1);
            canvas.line(&[(from.0, middle), (to.0, middle)], RULE, 1.0)
        }
    }
}

/// What the marks mean, those that there are.
fn legend(canvas: &Canvas<'_>, frame: Frame, left: f64, strips: &[Vec<DayMark>]) -> Drawn {
    let y = frame.bottom - 9.0;
    let mut x = left;
    for (of, words) in KEY.into_iter().filter(|(of, _)| strips.iter().flatten().any(|mark| mark == of)) {
        mark(canvas, of, (x, y - 4.0), (x + 14.0, y + 4.0), GHOST)?;
        canvas.text(x + 19.0, y, words, Font::plain(SMALL), INK_3, Anchor::Start)?;
        x += 19.0 + width(words, SMALL) + 18.0;
    }
    Ok(())
}
