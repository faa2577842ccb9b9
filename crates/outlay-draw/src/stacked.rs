//! Bars stacked by series, reference series as lines, missing categories as dashed boxes.

use outlay_model::view::{ChartSpec, Hue, Mark, Series};

use crate::Frame;
use crate::canvas::{Anchor, Canvas, Drawn, Font};
use crate::palette::{self, GHOST, INK_2, INK_3, RULE};
use crate::scale::{Scale, fit, short, thinned, width};

const SMALL: f64 = 11.0;
const LANE: f64 = 14.0;

/// The part of a frame in which values lie.
#[derive(Clone, Copy, Debug)]
pub struct Plot {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

pub fn draw(canvas: &Canvas<'_>, frame: Frame, spec: &ChartSpec) -> Drawn {
    let bars: Vec<&Series> = spec.series.iter().filter(|s| s.hue != Hue::Reference).collect();
    let lines: Vec<&Series> = spec.series.iter().filter(|s| s.hue == Hue::Reference).collect();
    let value =
        |series: &Series, at: usize| series.values.get(at).copied().flatten().filter(|v| v.is_finite()).unwrap_or(0.0);
    let sums = |sign: f64| (0..spec.categories.len()).map(move |at| (at, sign)).collect::<Vec<_>>();
    let stacks = [1.0, -1.0]
        .into_iter()
        .flat_map(sums)
        .map(|(at, sign)| bars.iter().map(|s| value(s, at)).filter(|v| v * sign > 0.0).sum::<f64>());
    let points = lines.iter().flat_map(|s| s.values.iter().flatten().copied());
    let scale = Scale::over(stacks.chain(points), 4.0);
    let lanes = lanes(&spec.marks, frame, spec.categories.len(), names_width(spec));
    let levels = lanes.iter().map(|lane| lane + 1).max().unwrap_or(0);
    let plot = Plot {
        left: frame.left + axis_width(&scale, spec),
        right: frame.right - names_width(spec),
        top: frame.top + levels as f64 * LANE + if spec.missing.is_empty() { 4.0 } else { 22.0 },
        bottom: frame.bottom - 22.0,
    };
    grid(canvas, plot, &scale, spec)?;
    let band = (plot.right - plot.left) / spec.categories.len() as f64;
    let y = |v: f64| scale.place(v, plot.bottom, plot.top);
    let colours = palette::colours(&spec.series);
    let gap = (band * 0.07).clamp(0.5, 14.0);
    let mut tops = vec![0.0_f64; spec.categories.len()];
    for (at, top) in tops.iter_mut().enumerate() {
        let (x0, x1) = (plot.left + band * at as f64 + gap, plot.left + band * (at + 1) as f64 - gap);
        let (mut above, mut below) = (0.0, 0.0);
        for (series, colour) in spec.series.iter().zip(&colours).filter(|(s, _)| s.hue != Hue::Reference) {
            let v = value(series, at);
            let base = if v >= 0.0 { &mut above } else { &mut below };
            let (from, to) = (y(*base), y(*base + v));
            *base += v;
            if (from - to).abs() >= 0.25 {
                let (high, low) = (from.min(to), from.max(to));
                // A hairline of paper parts the stack.
                canvas.fill((x0, high), (x1, if low - high > 1.5 { low - 0.6 } else { low }), *colour)?;
            }
        }
        *top = above;
    }
    for at in spec.missing.iter().copied().filter(|at| *at < spec.categories.len()) {
        let (x0, x1) = (plot.left + band * at as f64 + gap, plot.left + band * (at + 1) as f64 - gap);
        let top = y(tops[at]);
        canvas.ghost((x0, top - 22.0), (x1, top - 2.0), GHOST)?;
    }
    for series in &lines {
        reference(canvas, plot, series, band, y)?;
    }
    for (mark, lane) in spec.marks.iter().zip(&lanes).filter(|(mark, _)| mark.at < spec.categories.len()) {
        let x = plot.left + band * (mark.at as f64 + 0.5);
        let label = frame.top + *lane as f64 * LANE + 7.0;
        canvas.dashes((x, label - 6.0), (x, plot.bottom), INK_3, 1.5, 2.5)?;
        let (x, anchor) = if flips(mark, x, frame) { (x - 5.0, Anchor::End) } else { (x + 5.0, Anchor::Start) };
        canvas.text(x, label, &fit(&mark.label, SMALL, 180.0), Font::plain(SMALL), INK_2, anchor)?;
    }
    names(canvas, plot, spec)
}

/// Grid, figures beside it and categories below; shared with lines.
pub fn grid(canvas: &Canvas<'_>, plot: Plot, scale: &Scale, spec: &ChartSpec) -> Drawn {
    for tick in &scale.ticks {
        let y = scale.place(*tick, plot.bottom, plot.top);
        let zero = tick.abs() < f64::EPSILON;
        canvas.line(
            &[(plot.left, y), (plot.right, y)],
            if zero { GHOST } else { RULE },
            if zero { 1.0 } else { 0.75 },
        )?;
        canvas.text(plot.left - 8.0, y, &short(*tick, spec.unit), Font::plain(SMALL), INK_3, Anchor::End)?;
    }
    let band = (plot.right - plot.left) / spec.categories.len() as f64;
    for at in thinned(&spec.categories, SMALL, band) {
        let x = plot.left + band * (at as f64 + 0.5);
        canvas.text(x, plot.bottom + 12.0, &spec.categories[at], Font::plain(SMALL), INK_3, Anchor::Middle)?;
    }
    Ok(())
}

/// Room for the figures of the value axis.
pub fn axis_width(scale: &Scale, spec: &ChartSpec) -> f64 {
    scale.ticks.iter().map(|t| width(&short(*t, spec.unit), SMALL)).fold(0.0, f64::max) + 14.0
}

fn names_width(spec: &ChartSpec) -> f64 {
    spec.series.iter().map(|s| width(&s.name, SMALL)).fold(0.0, f64::max).min(130.0) + 26.0
}

fn reference(canvas: &Canvas<'_>, plot: Plot, series: &Series, band: f64, y: impl Fn(f64) -> f64) -> Drawn {
    let mut run: Vec<(f64, f64)> = Vec::new();
    for at in 0..=series.values.len() {
        match series.values.get(at).copied().flatten() {
            Some(v) if v.is_finite() => run.push((plot.left + band * (at as f64 + 0.5), y(v))),
            _ => {
                if run.len() > 1 {
                    // Paper under the grey keeps the line readable over dark bars.
                    canvas.line(&run, palette::PAPER, 2.5)?;
                    canvas.line(&run, GHOST, 1.5)?;
                }
                run.clear();
            }
        }
    }
    Ok(())
}

/// Names at the right, in the order of the stack, so that the lowest bar has the lowest name.
fn names(canvas: &Canvas<'_>, plot: Plot, spec: &ChartSpec) -> Drawn {
    let colours = palette::colours(&spec.series);
    let x = plot.right + 10.0;
    let mut y = plot.bottom - 8.0;
    for (series, colour) in spec.series.iter().zip(colours) {
        if y < plot.top - 16.0 {
            break;
        }
        match series.hue {
            Hue::Reference => canvas.line(&[(x, y), (x + 8.0, y)], colour, 1.5)?,
            Hue::Missing => canvas.hatch((x, y - 4.0), (x + 8.0, y + 4.0), colour)?,
            _ => canvas.fill((x, y - 4.0), (x + 8.0, y + 4.0), colour)?,
        }
        canvas.text(x + 13.0, y, &fit(&series.name, SMALL, 130.0), Font::plain(SMALL), INK_2, Anchor::Start)?;
        y -= 17.0;
    }
    Ok(())
}

fn flips(mark: &Mark, x: f64, frame: Frame) -> bool {
    x + 10.0 + width(&mark.label, SMALL).min(180.0) > frame.right
}

/// The lane of each mark's label, so that labels of near days do not lie on each other.
fn lanes(marks: &[Mark], frame: Frame, categories: usize, names: f64) -> Vec<usize> {
    let band = (frame.right - names - frame.left - 40.0) / categories as f64;
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    marks
        .iter()
        .map(|mark| {
            let x = frame.left + 40.0 + band * (mark.at as f64 + 0.5);
            let wide = width(&mark.label, SMALL).min(180.0) + 12.0;
            let span = if flips(mark, x, frame) { (x - wide, x) } else { (x, x + wide) };
            let free = |lane: &Vec<(f64, f64)>| lane.iter().all(|(from, to)| span.1 < *from || *to < span.0);
            let lane = taken.iter().position(free).unwrap_or_else(|| {
                taken.push(Vec::new());
                taken.len() - 1
            });
            taken[lane].push(span);
            lane
        })
        .collect()
}
