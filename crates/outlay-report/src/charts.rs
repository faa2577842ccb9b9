//! Charts as pictures for the page.

use outlay_draw::{DrawError, Look, svg};
use outlay_model::view::{ChartSpec, Shape};

use crate::words::Words;

/// Pixels across the page. More than its width in 1/96 inch, so that words in charts come out a little smaller than
/// those of tables.
pub const ACROSS: u32 = 740;
/// The tallest chart that leaves room for its title.
const TALLEST: u32 = 980;

/// A chart as SVG without its titles, which the page sets itself.
pub fn picture(spec: &ChartSpec, words: &mut Words) -> Result<String, DrawError> {
    svg(&printable(spec, words), &Look { width: ACROSS, height: height(spec), titles: false })
}

fn height(spec: &ChartSpec) -> u32 {
    let rows = |count: usize, each: u32, rest: u32| {
        let count = u32::try_from(count).unwrap_or(TALLEST).min(TALLEST);
        (count * each + rest).min(TALLEST)
    };
    match spec.shape {
        Shape::StackedBars | Shape::Lines => 236,
        Shape::Pareto { .. } | Shape::Waterfall { .. } => rows(spec.categories.len(), 19, 24),
        Shape::HeatMap => rows(spec.series.len(), 22, 48),
        Shape::Days { .. } => rows(spec.series.len(), 20, 48),
    }
}

/// The chart with texts that the typeface can print.
fn printable(spec: &ChartSpec, words: &mut Words) -> ChartSpec {
    let mut spec = spec.clone();
    let texts = spec.categories.iter_mut();
    let texts = texts.chain(spec.series.iter_mut().map(|series| &mut series.name));
    let texts = texts.chain(spec.marks.iter_mut().map(|mark| &mut mark.label));
    for text in texts {
        *text = words.unmarked(text);
    }
    spec
}
