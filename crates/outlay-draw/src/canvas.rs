//! Lines, boxes and words in pixels with fractions, over plotters' SVG backend.
//!
//! The backend knows whole pixels only. It is given a canvas four times as large, and the picture's size is set back in
//! its head: hairlines and bars then lie where they should.

use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use crate::scale;

const FINE: f64 = 4.0;
const FAMILY: &str = "Inter, system-ui, sans-serif";

pub type Drawn = Result<(), String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Copy)]
pub struct Font {
    size: f64,
    style: FontStyle,
}

impl Font {
    pub fn plain(size: f64) -> Font {
        Font { size, style: FontStyle::Normal }
    }
    pub fn bold(size: f64) -> Font {
        Font { size, style: FontStyle::Bold }
    }
    pub fn italic(size: f64) -> Font {
        Font { size, style: FontStyle::Italic }
    }
}

pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

fn fine(value: f64) -> i32 {
    (value * FINE).round() as i32
}

fn at(point: (f64, f64)) -> (i32, i32) {
    (fine(point.0), fine(point.1))
}

fn stroke(colour: RGBColor, width: f64) -> ShapeStyle {
    ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: (width * FINE).round().max(1.0) as u32 }
}

impl<'a> Canvas<'a> {
    /// The SVG that `draw` paints.
    pub fn paint(width: u32, height: u32, draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> Result<String, String> {
        let mut svg = String::new();
        let large = (width * FINE as u32, height * FINE as u32);
        {
            let canvas = Canvas { area: SVGBackend::with_string(&mut svg, large).into_drawing_area() };
            draw(&canvas)?;
            canvas.area.present().map_err(|e| e.to_string())?;
        }
        let body = svg.split_once('>').map_or("", |(_, body)| body);
        Ok(format!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" xmlns=\"http://www.w3.org/2000/svg\" \
             font-variant=\"tabular-nums\">{body}",
            large.0, large.1
        ))
    }

    pub fn fill(&self, from: (f64, f64), to: (f64, f64), colour: RGBColor) -> Drawn {
        self.area.draw(&Rectangle::new([at(from), at(to)], colour.filled())).map_err(|e| e.to_string())
    }

    pub fn line(&self, points: &[(f64, f64)], colour: RGBColor, width: f64) -> Drawn {
        let points: Vec<(i32, i32)> = points.iter().map(|p| at(*p)).collect();
        self.area.draw(&PathElement::new(points, stroke(colour, width))).map_err(|e| e.to_string())
    }

    pub fn dot(&self, point: (f64, f64), radius: f64, colour: RGBColor) -> Drawn {
        self.area.draw(&Circle::new(at(point), fine(radius), colour.filled())).map_err(|e| e.to_string())
    }

    /// A broken line: `on` pixels drawn, `off` left out.
    pub fn dashes(&self, from: (f64, f64), to: (f64, f64), colour: RGBColor, on: f64, off: f64) -> Drawn {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let point = |along: f64| (from.0 + dx * along / length, from.1 + dy * along / length);
        let mut along = 0.0;
        while along < length {
            self.line(&[point(along), point((along + on).min(length))], colour, 1.0)?;
            along += on + off;
        }
        Ok(())
    }

    /// An empty box of broken lines: something is missing here.
    pub fn ghost(&self, from: (f64, f64), to: (f64, f64), colour: RGBColor) -> Drawn {
        let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
        corners.windows(2).try_for_each(|pair| self.dashes(pair[0], pair[1], colour, 3.0, 3.0))
    }

    /// A box of slanted lines: money that no log tells of.
    pub fn hatch(&self, from: (f64, f64), to: (f64, f64), colour: RGBColor) -> Drawn {
        let (width, height) = (to.0 - from.0, to.1 - from.1);
        let mut across = 0.0;
        while across < width + height {
            // Each stripe is cut where it leaves the box.
            let (x0, y0) = if across < height { (0.0, across) } else { (across - height, height) };
            let (x1, y1) = if across < width { (across, 0.0) } else { (width, across - width) };
            if x1 > x0 {
                self.line(&[(from.0 + x0, from.1 + y0), (from.0 + x1, from.1 + y1)], colour, 1.5)?;
            }
            across += 5.0;
        }
        Ok(())
    }

    pub fn area(&self, points: &[(f64, f64)], colour: RGBColor) -> Drawn {
        let points: Vec<(i32, i32)> = points.iter().map(|p| at(*p)).collect();
        self.area.draw(&Polygon::new(points, colour.filled())).map_err(|e| e.to_string())
    }

    /// Words whose middle lies at the height `y`.
    pub fn text(&self, x: f64, y: f64, text: &str, font: Font, colour: RGBColor, anchor: Anchor) -> Drawn {
        let side = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // plotters divides sizes by 1.24 on their way into the SVG.
        let desc = FontDesc::new(FontFamily::Name(FAMILY), font.size * FINE * 1.24, font.style);
        let style = TextStyle::from(desc).color(&colour).pos(Pos::new(side, VPos::Center));
        self.area.draw(&Text::new(scale::clean(text), at((x, y)), style)).map_err(|e| e.to_string())
    }
}
