//! A ChartSpec in, an SVG out: the charts of the report, the command line and the window's export.
//!
//! One file a shape; the light palette only, because it is printed. The same spec always gives the same bytes. Texts
//! come from files that anyone may have written: control and direction characters are taken out and the backend escapes
//! the rest, so a name is never markup.
//!
//! ```
//! use outlay_draw::{Look, svg};
//! use outlay_model::view::{ChartSpec, Hue, Series, Shape, Unit};
//! let spec = ChartSpec {
//!     title: "When did it move?".into(),
//!     subtitle: "US$ a day, by provider".into(),
//!     shape: Shape::StackedBars,
//!     unit: Unit::Money,
//!     categories: vec!["1".into(), "2".into()],
//!     missing: vec![],
//!     series: vec![Series { name: "<b>".into(), values: vec![Some(2.0), None], hue: Hue::Main }],
//!     marks: vec![],
//! };
//! let drawn = svg(&spec, &Look::default())?;
//! assert!(drawn.starts_with("<svg") && drawn.contains("&lt;b&gt;"));
//! # Ok::<(), outlay_draw::DrawError>(())
//! ```
#![deny(missing_docs)]

mod canvas;
mod days;
mod heat;
mod lines;
mod palette;
mod pareto;
mod scale;
mod stacked;
mod waterfall;

use outlay_model::view::{ChartSpec, Shape};

use crate::canvas::{Anchor, Canvas, Drawn, Font};

/// How large, and whether title and subtitle are part of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Width in pixels of 1/96 inch; at least 320 is drawn.
    pub width: u32,
    /// Height; at least 120 is drawn.
    pub height: u32,
    /// Whether title and subtitle are drawn.
    pub titles: bool,
}

impl Default for Look {
    fn default() -> Self {
        Look { width: 1036, height: 240, titles: true }
    }
}

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The drawing library refused.
    #[error("the chart \"{title}\" could not be drawn: {reason}")]
    Backend {
        /// Title of the chart.
        title: String,
        /// What the library says.
        reason: String,
    },
}

/// Size of a note's letters, from one line of notes to the next, and the margin of a sheet.
const NOTE: f64 = 10.5;
const LINE: u32 = 16;
const MARGIN: u32 = 20;

/// The part of a canvas that a shape may fill.
#[derive(Clone, Copy, Debug)]
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Draws a chart.
///
/// # Errors
/// Where the drawing library refuses; no spec is known that makes it do so.
pub fn svg(spec: &ChartSpec, look: &Look) -> Result<String, DrawError> {
    let (width, height) = (look.width.max(320), look.height.max(120));
    let frame = Frame { left: 0.0, top: 0.0, right: f64::from(width), bottom: f64::from(height) };
    paint(spec, (width, height), |canvas| chart(canvas, frame, spec, look.titles))
}

/// Draws a chart as a sheet that stands alone: on paper, with margins, and below it a small text that says what its
/// figures rest on. The sheet grows by its lines.
///
/// # Errors
/// As [`svg`].
pub fn sheet(spec: &ChartSpec, look: &Look, notes: &str) -> Result<String, DrawError> {
    let (width, height) = (look.width.max(320), look.height.max(120));
    let (left, right) = (f64::from(MARGIN), f64::from(width + MARGIN));
    let frame = Frame { left, top: left, right, bottom: f64::from(height + MARGIN) };
    // A viewer without our typeface takes a wider one.
    let lines = scale::wrapped(notes, NOTE, (right - left) * 0.93);
    let below = LINE * (lines.len() as u32 + 1);
    let size = (width + 2 * MARGIN, height + below + 2 * MARGIN);
    paint(spec, size, |canvas| {
        canvas.fill((0.0, 0.0), (f64::from(size.0), f64::from(size.1)), palette::PAPER)?;
        chart(canvas, frame, spec, look.titles)?;
        let rule = frame.bottom + f64::from(LINE) * 0.5;
        canvas.line(&[(left, rule), (right, rule)], palette::RULE, 1.0)?;
        for (at, line) in lines.iter().enumerate() {
            let middle = frame.bottom + f64::from(LINE) * (at as f64 + 1.3);
            canvas.text(left, middle, line, Font::plain(NOTE), palette::INK_2, Anchor::Start)?;
        }
        Ok(())
    })
}

fn paint(
    spec: &ChartSpec,
    (width, height): (u32, u32),
    draw: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<String, DrawError> {
    Canvas::paint(width, height, draw).map_err(|reason| DrawError::Backend { title: spec.title.clone(), reason })
}

fn chart(canvas: &Canvas<'_>, frame: Frame, spec: &ChartSpec, titles: bool) -> Drawn {
    let mut plot = Frame { top: frame.top + 4.0, ..frame };
    if titles {
        let line = frame.top + 9.0;
        let room = (frame.right - frame.left) * 0.45;
        let title = scale::fit(&spec.title, 12.0, room);
        canvas.text(frame.left, line, &title, Font::bold(12.0), palette::INK, Anchor::Start)?;
        let subtitle = scale::fit(&spec.subtitle, 12.0, frame.right - frame.left - room);
        canvas.text(frame.right, line, &subtitle, Font::plain(12.0), palette::INK_3, Anchor::End)?;
        plot.top = frame.top + 26.0;
    }
    if spec.categories.is_empty() || spec.series.iter().all(|s| s.values.iter().all(Option::is_none)) {
        let middle = ((plot.left + plot.right) / 2.0, (plot.top + plot.bottom) / 2.0);
        let words = "nothing to show";
        return canvas.text(middle.0, middle.1, words, Font::plain(12.0), palette::INK_3, Anchor::Middle);
    }
    match &spec.shape {
        Shape::StackedBars => stacked::draw(canvas, plot, spec),
        Shape::Pareto { running } => pareto::draw(canvas, plot, spec, running),
        Shape::HeatMap => heat::draw(canvas, plot, spec),
        Shape::Lines => lines::draw(canvas, plot, spec),
        Shape::Waterfall { totals } => waterfall::draw(canvas, plot, spec, totals),
        Shape::Days { strips } => days::draw(canvas, plot, spec, strips),
    }
}
