//! Cells of rows (series) by columns (categories), pale for little and dark for much.

use outlay_model::view::ChartSpec;

use crate::Frame;
use crate::canvas::{Anchor, Canvas, Drawn, Font};
use crate::palette::{GHOST, INK_2, INK_3, PAPER, RULE_2, ramp};
use crate::scale::{figure, fit, thinned, width};

const SMALL: f64 = 11.0;

pub fn draw(canvas: &Canvas<'_>, frame: Frame, spec: &ChartSpec) -> Drawn {
    let most = spec.series.iter().flat_map(|s| s.values.iter().flatten()).copied().filter(|v| v.is_finite());
    let most = most.fold(0.0_f64, f64::max);
    let names = spec.series.iter().map(|s| width(&s.name, SMALL)).fold(0.0, f64::max).min(140.0);
    let (left, right) = (frame.left + names + 12.0, frame.right - 1.0);
    let (top, bottom) = (frame.top, frame.bottom - 40.0);
    let (wide, high) = ((right - left) / spec.categories.len() as f64, (bottom - top) / spec.series.len() as f64);
    for (row, series) in spec.series.iter().enumerate() {
        let y = top + high * row as f64;
        let name = fit(&series.name, SMALL, names + 2.0);
        canvas.text(left - 8.0, y + high / 2.0, &name, Font::plain(SMALL), INK_2, Anchor::End)?;
        for at in 0..spec.categories.len() {
            let x = left + wide * at as f64;
            let (from, to) = ((x + 0.75, y + 0.75), (x + wide - 0.75, y + high - 0.75));
            match series.values.get(at).copied().flatten() {
                Some(v) if v > 0.0 && most > 0.0 => canvas.fill(from, to, ramp(v / most))?,
                Some(_) => canvas.fill(from, to, RULE_2)?,
                None => canvas.hatch(from, to, GHOST)?,
            }
        }
    }
    let largest = spec
        .series
        .iter()
        .enumerate()
        .flat_map(|(row, s)| s.values.iter().enumerate().filter_map(move |(at, v)| v.map(|v| (row, at, v))));
    let largest = largest.filter(|(_, _, v)| *v > 0.0 && v.is_finite()).max_by(|a, b| a.2.total_cmp(&b.2));
    if let Some((row, at, v)) = largest {
        let label = figure(v, spec.unit);
        // The dearest cell is named where its figure fits.
        if width(&label, 10.0) < wide - 3.0 && high > 13.0 {
            let middle = (left + wide * (at as f64 + 0.5), top + high * (row as f64 + 0.5));
            canvas.text(middle.0, middle.1, &label, Font::plain(10.0), PAPER, Anchor::Middle)?;
        }
    }
    for at in thinned_hours(spec, wide) {
        let x = left + wide * (at as f64 + 0.5);
        canvas.text(x, bottom + 10.0, &spec.categories[at], Font::plain(SMALL), INK_3, Anchor::Middle)?;
    }
    legend(canvas, frame, right, &figure(most, spec.unit))
}

fn thinned_hours(spec: &ChartSpec, wide: f64) -> Vec<usize> {
    let narrow = spec.categories.iter().all(|c| width(c, SMALL) + 6.0 < wide);
    if narrow { (0..spec.categories.len()).collect() } else { thinned(&spec.categories, SMALL, wide) }
}

fn legend(canvas: &Canvas<'_>, frame: Frame, right: f64, most: &str) -> Drawn {
    let (y, steps, step) = (frame.bottom - 9.0, 6, 14.0);
    let end = right - width(most, SMALL) - 8.0;
    let start = end - f64::from(steps) * step;
    for at in 0..steps {
        let x = start + f64::from(at) * step;
        canvas.fill((x, y - 4.0), (x + step - 1.0, y + 4.0), ramp(f64::from(at) / f64::from(steps - 1)))?;
    }
    canvas.text(start - 7.0, y, "0", Font::plain(SMALL), INK_3, Anchor::End)?;
    canvas.text(right, y, most, Font::plain(SMALL), INK_3, Anchor::End)
}
