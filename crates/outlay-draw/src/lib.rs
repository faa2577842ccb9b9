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
mod heat;
mod lines;
mod palette;
mod pareto;
mod scale;
mod stacked;

use outlay_model::view::{ChartSpec, Shape};

use crate::canvas::{Anchor, Canvas, Font};

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

/// Size of a note's letters, and from one line of notes to the next.
const NOTE: f64 = 10.5;
const LINE: u32 = 16;

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
    svg_with_notes(spec, look, "")
}

/// Draws a chart with a small text below it: what its figures rest on. The picture grows by its lines.
///
/// # Errors
/// As [`svg`].
pub fn svg_with_notes(spec: &ChartSpec, look: &Look, notes: &str) -> Result<String, DrawError> {
    let (width, height) = (look.width.max(320), look.height.max(120));
    let right = f64::from(width);
    let lines = scale::wrapped(notes, NOTE, right);
    let below = if lines.is_empty() { 0 } else { LINE * lines.len() as u32 + LINE };
    Canvas::paint(width, height + below, |canvas| {
        let mut frame = Frame { left: 0.0, top: 4.0, right, bottom: f64::from(height) };
        if !lines.is_empty() {
            let rule = frame.bottom + f64::from(LINE) * 0.5;
            canvas.line(&[(0.0, rule), (right, rule)], palette::RULE, 1.0)?;
        }
        for (at, line) in lines.iter().enumerate() {
            let middle = frame.bottom + f64::from(LINE) * (at as f64 + 1.3);
            canvas.text(0.0, middle, line, Font::plain(NOTE), palette::INK_2, Anchor::Start)?;
        }
        if look.titles {
            let room = frame.right * 0.45;
            let title = scale::fit(&spec.title, 12.0, room);
            canvas.text(0.0, 9.0, &title, Font::bold(12.0), palette::INK, Anchor::Start)?;
            let subtitle = scale::fit(&spec.subtitle, 12.0, frame.right - room);
            canvas.text(frame.right, 9.0, &subtitle, Font::plain(12.0), palette::INK_3, Anchor::End)?;
            frame.top = 26.0;
        }
        if spec.categories.is_empty() || spec.series.iter().all(|s| s.values.iter().all(Option::is_none)) {
            let middle = ((frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0);
            return canvas.text(
                middle.0,
                middle.1,
                "nothing to show",
                Font::plain(12.0),
                palette::INK_3,
                Anchor::Middle,
            );
        }
        match &spec.shape {
            Shape::StackedBars => stacked::draw(canvas, frame, spec),
            Shape::Pareto { running } => pareto::draw(canvas, frame, spec, running),
            Shape::HeatMap => heat::draw(canvas, frame, spec),
            Shape::Lines => lines::draw(canvas, frame, spec),
        }
    })
    .map_err(|reason| DrawError::Backend { title: spec.title.clone(), reason })
}
