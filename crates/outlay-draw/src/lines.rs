//! Lines with their names at their ends; what is missing is a gap, what is incomplete is broken.

use outlay_model::view::{ChartSpec, Hue};

use crate::Frame;
use crate::canvas::{Anchor, Canvas, Drawn, Font};
use crate::palette::{self, GHOST, INK_2, INK_3};
use crate::scale::{Scale, fit, width};
use crate::stacked::{Plot, axis_width, grid};

const SMALL: f64 = 11.0;

pub fn draw(canvas: &Canvas<'_>, frame: Frame, spec: &ChartSpec) -> Drawn {
    let scale = Scale::over(spec.series.iter().flat_map(|s| s.values.iter().flatten().copied()), 4.0);
    let names = spec.series.iter().map(|s| width(&s.name, SMALL)).fold(0.0, f64::max).min(140.0);
    let plot = Plot {
        left: frame.left + axis_width(&scale, spec),
        right: frame.right - names - 14.0,
        top: frame.top + 8.0 + if spec.marks.is_empty() { 0.0 } else { 14.0 },
        bottom: frame.bottom - 22.0,
    };
    grid(canvas, plot, &scale, spec)?;
    let band = (plot.right - plot.left) / spec.categories.len() as f64;
    let point = |at: usize, v: f64| (plot.left + band * (at as f64 + 0.5), scale.place(v, plot.bottom, plot.top));
    for mark in spec.marks.iter().filter(|mark| mark.at < spec.categories.len()) {
        let x = plot.left + band * (mark.at as f64 + 0.5);
        canvas.dashes((x, frame.top), (x, plot.bottom), INK_3, 1.5, 2.5)?;
        canvas.text(
            x + 5.0,
            frame.top + 6.0,
            &fit(&mark.label, SMALL, 160.0),
            Font::plain(SMALL),
            INK_2,
            Anchor::Start,
        )?;
    }
    let colours = palette::colours(&spec.series);
    if let ([series], true) = (spec.series.as_slice(), scale.low >= 0.0) {
        wash(canvas, &series.values, &point, plot.bottom)?;
    }
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (which, (series, colour)) in spec.series.iter().zip(&colours).enumerate() {
        let known: Vec<(usize, f64)> = series
            .values
            .iter()
            .enumerate()
            .filter_map(|(at, v)| v.filter(|v| v.is_finite()).map(|v| (at, v)))
            .collect();
        let wide = if matches!(series.hue, Hue::Reference | Hue::Missing) { 1.25 } else { 1.75 };
        for pair in known.windows(2) {
            let ((a, va), (b, vb)) = (pair[0], pair[1]);
            if b > a + 1 {
                continue;
            }
            let broken = series.hue == Hue::Missing || spec.missing.contains(&a) || spec.missing.contains(&b);
            if broken {
                canvas.dashes(point(a, va), point(b, vb), *colour, 3.0, 3.0)?;
            } else {
                canvas.line(&[point(a, va), point(b, vb)], *colour, wide)?;
            }
        }
        for (at, v) in &known {
            let alone = !known.iter().any(|(other, _)| other.abs_diff(*at) == 1);
            if alone || known.last().map(|(last, _)| last) == Some(at) {
                canvas.dot(point(*at, *v), 2.25, *colour)?;
            }
        }
        if let Some((_, v)) = known.last() {
            ends.push((scale.place(*v, plot.bottom, plot.top), which));
        }
    }
    // Names keep a line's height from each other, in the order of the lines' ends.
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = plot.top - 6.0;
    for (y, which) in ends {
        let y = y.max(free);
        free = y + 14.0;
        let ink = if colours[which] == GHOST { INK_3 } else { colours[which] };
        let name = fit(&spec.series[which].name, SMALL, names + 2.0);
        canvas.text(plot.right + 8.0, y, &name, Font::plain(SMALL), ink, Anchor::Start)?;
    }
    Ok(())
}

/// A pale wash below a single line.
fn wash(canvas: &Canvas<'_>, values: &[Option<f64>], point: &dyn Fn(usize, f64) -> (f64, f64), bottom: f64) -> Drawn {
    let mut run: Vec<(f64, f64)> = Vec::new();
    for at in 0..=values.len() {
        match values.get(at).copied().flatten().filter(|v| v.is_finite()) {
            Some(v) => run.push(point(at, v)),
            None => {
                if let (Some(first), Some(last), true) = (run.first().copied(), run.last().copied(), run.len() > 1) {
                    run.extend([(last.0, bottom), (first.0, bottom)]);
                    canvas.area(&run, palette::ramp(0.02))?;
                }
                run.clear();
            }
        }
    }
    Ok(())
}
