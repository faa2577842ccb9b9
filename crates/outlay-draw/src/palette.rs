//! The light palette of the design.

use outlay_model::view::{Hue, Series};
use plotters::style::RGBColor;

pub const PAPER: RGBColor = RGBColor(0xfb, 0xfa, 0xf7);
pub const INK: RGBColor = RGBColor(0x1d, 0x1f, 0x22);
pub const INK_2: RGBColor = RGBColor(0x5a, 0x5e, 0x66);
pub const INK_3: RGBColor = RGBColor(0x8d, 0x91, 0x99);
pub const RULE: RGBColor = RGBColor(0xe4, 0xe1, 0xda);
pub const RULE_2: RGBColor = RGBColor(0xef, 0xec, 0xe5);
pub const GHOST: RGBColor = RGBColor(0xb9, 0xb6, 0xae);
/// Something is missing, or not sure.
pub const WARN: RGBColor = RGBColor(0x7d, 0x58, 0x00);
pub const MAIN: RGBColor = RGBColor(0x2d, 0x6a, 0x6a);

/// One hue a provider family, wherever it appears.
const PROVIDERS: [(&str, RGBColor); 8] = [
    ("openai", MAIN),
    ("anthropic", RGBColor(0xc4, 0x68, 0x3f)),
    ("google", RGBColor(0x55, 0x74, 0xb8)),
    ("azure", RGBColor(0xb0, 0x8a, 0x2e)),
    ("bedrock", RGBColor(0x86, 0x5f, 0x9c)),
    ("vertex", RGBColor(0x8c, 0xa3, 0xd6)),
    ("mistral", RGBColor(0xa8, 0x4c, 0x5f)),
    ("openrouter", RGBColor(0x6f, 0x8f, 0x58)),
];

/// For providers without a hue of their own, in the order in which they appear in a chart.
const OTHERS: [RGBColor; 4] =
    [RGBColor(0x7d, 0x6a, 0x54), RGBColor(0x5e, 0x93, 0xa3), RGBColor(0xc0, 0x8f, 0x8f), RGBColor(0x6b, 0x70, 0x7a)];

/// The colour of every series of a chart.
pub fn colours(series: &[Series]) -> Vec<RGBColor> {
    let mut spare = 0;
    let mut main = 0;
    let next = |from: &mut usize, list: &dyn Fn(usize) -> RGBColor| {
        let colour = list(*from);
        *from += 1;
        colour
    };
    series
        .iter()
        .map(|series| match &series.hue {
            Hue::Main => next(&mut main, &|at| PROVIDERS[at % PROVIDERS.len()].1),
            Hue::Reference | Hue::Missing => GHOST,
            Hue::Provider(id) => match PROVIDERS.iter().find(|(name, _)| name == id) {
                Some((_, colour)) => *colour,
                None => next(&mut spare, &|at| OTHERS[at % OTHERS.len()]),
            },
        })
        .collect()
}

/// A hue that stands behind another one.
pub fn paler(hue: RGBColor) -> RGBColor {
    let mix = |of: u8, paper: u8| (f64::from(paper) + (f64::from(of) - f64::from(paper)) * 0.3).round() as u8;
    RGBColor(mix(hue.0, PAPER.0), mix(hue.1, PAPER.1), mix(hue.2, PAPER.2))
}

/// From paper (0) to the main hue (1).
pub fn ramp(share: f64) -> RGBColor {
    let share = share.clamp(0.0, 1.0);
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
    // The palest step still differs from the paper, so that a little is not nothing.
    let pale = RGBColor(0xec, 0xf1, 0xee);
    RGBColor(mix(pale.0, MAIN.0), mix(pale.1, MAIN.1), mix(pale.2, MAIN.2))
}
