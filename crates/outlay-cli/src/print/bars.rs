//! Charts of block characters: bars by day, Pareto bars, heat maps, lines.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use outlay_model::view::{ChartSpec, DayMark, Hue, Series, Shape, Unit, Waterfall};

use super::{FAINT, Look, STRONG, WARN, columns, fit, inert, left, right};

/// Eighths of a block, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/// Fills of stacked series where there are no colours.
const FILLS: [char; 4] = ['█', '▓', '▒', '░'];
/// Shades of a heat map, from some to most.
const SHADES: [char; 4] = ['░', '▒', '▓', '█'];
/// Heights of a line.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// More categories than this are drawn as a line, so that the sentence stays on the screen.
const MOST_BARS: usize = 62;

/// A chart as text; nothing where it has no data.
pub fn chart(spec: &ChartSpec, look: &Look) -> String {
    if spec.categories.is_empty() || spec.series.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    if !spec.title.is_empty() {
        let _ = writeln!(out, "{}", look.paint(STRONG, &inert(&spec.title)));
    }
    if !spec.subtitle.is_empty() {
        let _ = writeln!(out, "{}", look.paint(FAINT, &inert(&spec.subtitle)));
    }
    out.push_str(&match &spec.shape {
        Shape::HeatMap => heat_map(spec, look),
        Shape::Pareto { running } => bars(spec, Some(running), look),
        Shape::StackedBars if spec.categories.len() <= MOST_BARS => bars(spec, None, look),
        Shape::StackedBars | Shape::Lines => lines(spec, look),
        Shape::Waterfall { totals } => waterfall(spec, totals, look),
        Shape::Days { strips } => days(spec, strips, look),
    });
    out
}

/// A value read back from a drawing.
fn value(value: f64, unit: Unit, look: &Look) -> String {
    match unit {
        Unit::Share => look.numbers.percent(value),
        _ => look.numbers.rough(value),
    }
}

fn known(series: &Series, at: usize) -> Option<f64> {
    series.values.get(at).copied().flatten().filter(|v| v.is_finite())
}

/// The style of a series: one hue per provider family, whatever else is on the chart.
fn hue(series: &Series) -> Style {
    let colour = match &series.hue {
        Hue::Main => AnsiColor::Blue,
        Hue::Reference | Hue::Missing => return FAINT,
        Hue::Provider(name) => match name.as_str() {
            "openai" => AnsiColor::Green,
            "anthropic" => AnsiColor::Yellow,
            "azure" => AnsiColor::Blue,
            "bedrock" => AnsiColor::Magenta,
            "google" | "vertex" => AnsiColor::Cyan,
            "mistral" => AnsiColor::BrightRed,
            _ => AnsiColor::White,
        },
    };
    colour.on_default()
}

/// One bar per category: series one after the other, a reference as a tick, what is missing dashed.
fn bars(spec: &ChartSpec, running: Option<&[f64]>, look: &Look) -> String {
    let stack: Vec<&Series> = spec.series.iter().filter(|s| s.hue != Hue::Reference).collect();
    let reference: Vec<&Series> = spec.series.iter().filter(|s| s.hue == Hue::Reference).collect();
    let sums: Vec<Option<f64>> = (0..spec.categories.len())
        .map(|at| {
            let values: Vec<f64> = stack.iter().filter_map(|s| known(s, at)).collect();
            (!values.is_empty()).then(|| values.iter().sum())
        })
        .collect();
    let most = (0..spec.categories.len())
        .flat_map(|at| {
            let upward: f64 = stack.iter().filter_map(|s| known(s, at)).map(f64::abs).sum();
            std::iter::once(upward).chain(reference.iter().filter_map(move |s| known(s, at)))
        })
        .fold(0.0, f64::max);

    let width = look.chart_width();
    let labels: Vec<String> = spec.categories.iter().map(|c| fit(&inert(c), width / 3)).collect();
    let label_width = labels.iter().map(|l| columns(l)).max().unwrap_or(0);
    let values: Vec<String> = (0..sums.len())
        .map(|at| match sums[at] {
            None if spec.missing.contains(&at) => "missing".to_owned(),
            // A bar of a whole is unknown where nothing of it has a price.
            None if running.is_some() => "unpriced".to_owned(),
            None => "unknown".to_owned(),
            Some(sum) => value(sum, spec.unit, look),
        })
        .collect();
    let value_width = values.iter().map(|v| columns(v)).max().unwrap_or(0);
    let shares: Vec<String> = running.unwrap_or_default().iter().map(|s| look.numbers.percent(*s)).collect();
    let share_width = shares.iter().map(|s| columns(s) + 2).max().unwrap_or(0);
    let bar_width = width.saturating_sub(label_width + value_width + share_width + 4).max(10);

    let mut out = String::new();
    for at in 0..sums.len() {
        let missing = spec.missing.contains(&at);
        let bar = if sums[at].is_none() {
            let dashes = "╌".repeat(bar_width.min(12));
            left_styled(look, if missing { WARN } else { FAINT }, &dashes, bar_width)
        } else {
            let parts: Vec<(f64, char, Style)> = stack
                .iter()
                .enumerate()
                .filter_map(|(i, s)| {
                    let fill = if look.colour { FILLS[0] } else { FILLS[i % FILLS.len()] };
                    let fill = if s.hue == Hue::Missing { '░' } else { fill };
                    known(s, at).map(|v| (v, fill, hue(s)))
                })
                .collect();
            let tick = reference.iter().find_map(|s| known(s, at)).map(|v| scaled(v, most, bar_width));
            draw(&parts, tick, most, bar_width, look)
        };
        let mut line = format!("{}  {bar}  {}", left(&labels[at], label_width), right(&values[at], value_width));
        if let Some(share) = shares.get(at) {
            line.push_str(&look.paint(FAINT, &right(share, share_width)));
        }
        if missing && sums[at].is_some() {
            line.push_str(&look.paint(WARN, "  incomplete"));
        }
        for mark in spec.marks.iter().filter(|m| m.at == at) {
            let _ = write!(line, "  ◂ {}", inert(&mark.label));
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push_str(&legend(&stack, &reference, look));
    out
}

/// Which cell of a bar a value falls on.
fn scaled(value: f64, most: f64, width: usize) -> usize {
    if most <= 0.0 { 0 } else { ((value / most).clamp(0.0, 1.0) * width as f64).round() as usize }
}

/// A bar of exactly `width` columns.
fn draw(parts: &[(f64, char, Style)], tick: Option<usize>, most: f64, width: usize, look: &Look) -> String {
    // Each cell is drawn by the part that covers its middle; the last one in eighths where its fill has them.
    let mut cells: Vec<(char, Style)> = vec![(' ', Style::new()); width];
    let mut reached = 0.0;
    for (value, fill, style) in parts {
        let from = reached;
        reached += if most > 0.0 { value.abs() / most * width as f64 } else { 0.0 };
        let fill = if *value < 0.0 { '░' } else { *fill };
        for (at, cell) in cells.iter_mut().enumerate() {
            let middle = at as f64 + 0.5;
            if middle >= from && middle < reached {
                *cell = (fill, *style);
            }
        }
    }
    if let Some((_, fill, style)) = parts.iter().rev().find(|(v, _, _)| *v > 0.0)
        && *fill == FILLS[0]
    {
        let whole = reached.floor() as usize;
        let eighths = ((reached - reached.floor()) * 8.0).round() as usize;
        if let Some(cell) = cells.get_mut(whole) {
            *cell = match eighths {
                // What is not nothing is seen.
                0 if whole == 0 => (EIGHTHS[0], *style),
                0 => (' ', *style),
                8 => (FILLS[0], *style),
                n => (EIGHTHS[n - 1], *style),
            };
        }
    }
    if let Some(tick) = tick {
        let at = tick.saturating_sub(1).min(width.saturating_sub(1));
        if let Some(cell) = cells.get_mut(at) {
            *cell = ('│', if cell.0 == ' ' { FAINT } else { cell.1.invert() });
        }
    }
    let mut out = String::new();
    let mut at = 0;
    while at < cells.len() {
        let style = cells[at].1;
        let run: String = cells[at..].iter().take_while(|c| c.1 == style).map(|c| c.0).collect();
        at += run.chars().count();
        out.push_str(&look.paint(style, &run));
    }
    out
}

fn left_styled(look: &Look, style: Style, text: &str, width: usize) -> String {
    format!("{}{}", look.paint(style, text), " ".repeat(width.saturating_sub(columns(text))))
}

/// Names of the series, where there is more than one thing to tell apart.
fn legend(stack: &[&Series], reference: &[&Series], look: &Look) -> String {
    if stack.len() + reference.len() < 2 {
        return String::new();
    }
    let mut names: Vec<String> = stack
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let fill = if look.colour { FILLS[0] } else { FILLS[i % FILLS.len()] };
            let fill = if s.hue == Hue::Missing { '░' } else { fill };
            format!("{} {}", look.paint(hue(s), &fill.to_string()), inert(&s.name))
        })
        .collect();
    names.extend(reference.iter().map(|s| format!("{} {}", look.paint(FAINT, "│"), inert(&s.name))));
    format!("{}\n", names.join("   "))
}

/// Bars that begin where the one before ended, between totals that begin at 0: full where something was added, light
/// where it was taken away.
fn waterfall(spec: &ChartSpec, totals: &[usize], look: &Look) -> String {
    let Some(series) = spec.series.first() else { return String::new() };
    let Waterfall { bars, range: (low, high), cut } = Waterfall::of(&series.values, totals);
    let labels: Vec<String> = spec.categories.iter().map(|c| fit(&inert(c), look.chart_width() / 3)).collect();
    let label_width = labels.iter().map(|l| columns(l)).max().unwrap_or(0);
    let values: Vec<String> = bars
        .iter()
        .enumerate()
        .map(|(at, (from, to))| match value((to - from).abs(), spec.unit, look) {
            text if totals.contains(&at) => text,
            text if to < from => format!("\u{2212}{text}"),
            text => format!("+{text}"),
        })
        .collect();
    let value_width = values.iter().map(|v| columns(v)).max().unwrap_or(0);
    let room = look.chart_width().saturating_sub(label_width + value_width + 4).max(10);
    let place = |value: f64| scaled((value - low).max(0.0), high - low, room);
    let mut out = String::new();
    for (at, (from, to)) in bars.iter().copied().enumerate() {
        let (first, last) = (place(from.min(to)), place(from.max(to)).max(place(from.min(to)) + 1));
        let style = if totals.contains(&at) { Style::new() } else { hue(series) };
        let fill = if to < from { '▒' } else { '█' };
        let mut bar: String = std::iter::repeat_n(fill, last - first).collect();
        if cut && totals.contains(&at) && last - first > 4 {
            // The bar begins elsewhere.
            bar = format!("██\u{2571}{}", bar.chars().skip(3).collect::<String>());
        }
        let line = format!(
            "{}  {}  {}{}",
            left(&labels[at], label_width),
            right(&values[at], value_width),
            " ".repeat(first),
            look.paint(style, &bar)
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Rows are series, columns are categories, darker is more; a dot is not known.
fn heat_map(spec: &ChartSpec, look: &Look) -> String {
    let most = spec.series.iter().flat_map(|s| s.values.iter().flatten()).copied().fold(0.0, f64::max);
    let names: Vec<String> = spec.series.iter().map(|s| fit(&inert(&s.name), 20)).collect();
    let name_width = names.iter().map(|n| columns(n)).max().unwrap_or(0);
    let room = look.chart_width().saturating_sub(name_width + 2);
    let cell = (room / spec.categories.len().max(1)).clamp(1, 3);

    // As many labels as have room.
    let labels: Vec<String> = spec.categories.iter().map(|c| fit(&inert(c), 12)).collect();
    let longest = labels.iter().map(|l| columns(l)).max().unwrap_or(0);
    let step = (longest + 1).div_ceil(cell).max(1);
    let mut axis = String::new();
    for label in labels.iter().step_by(step) {
        axis.push_str(&left(label, step * cell));
    }
    let mut out = format!("{}  {}\n", " ".repeat(name_width), look.paint(FAINT, axis.trim_end()));
    for (series, name) in spec.series.iter().zip(&names) {
        let mut row = String::new();
        for at in 0..spec.categories.len() {
            let shade = match known(series, at) {
                None => '·',
                Some(v) if v <= 0.0 || most <= 0.0 => ' ',
                Some(v) => SHADES[(((v / most) * SHADES.len() as f64).ceil() as usize).clamp(1, SHADES.len()) - 1],
            };
            row.extend(std::iter::repeat_n(shade, cell));
        }
        let style = hue(series);
        let _ = writeln!(out, "{}  {}", left(name, name_width), look.paint(style, row.trim_end()));
    }
    let top = value(most, spec.unit, look);
    let _ = writeln!(out, "{}", look.paint(FAINT, &format!("{}  █ up to {top}   · not known", " ".repeat(name_width))));
    out
}

/// One line of heights per series, broken where the terminal ends; a blank is not known.
fn lines(spec: &ChartSpec, look: &Look) -> String {
    let most = spec.series.iter().flat_map(|s| s.values.iter().flatten()).copied().fold(0.0, f64::max);
    let names: Vec<String> = spec.series.iter().map(|s| fit(&inert(&s.name), 20)).collect();
    let labels: Vec<String> = spec.categories.iter().map(|c| fit(&inert(c), 20)).collect();
    let margin = names.iter().chain(&labels).map(|n| columns(n)).max().unwrap_or(0);
    let room = look.chart_width().saturating_sub(margin + 2).max(10);
    let mut out = String::new();
    for from in (0..spec.categories.len()).step_by(room) {
        let to = (from + room).min(spec.categories.len());
        let label = &labels[from];
        let _ = writeln!(out, "{}", look.paint(FAINT, label));
        for (series, name) in spec.series.iter().zip(&names) {
            let drawn: String = (from..to)
                .map(|at| match known(series, at) {
                    None => ' ',
                    Some(v) if most <= 0.0 || v <= 0.0 => HEIGHTS[0],
                    Some(v) => HEIGHTS[(((v / most) * 8.0).ceil() as usize).clamp(1, 8) - 1],
                })
                .collect();
            let _ = writeln!(out, "{}  {}", left(name, margin), look.paint(hue(series), drawn.trim_end()));
        }
    }
    for mark in &spec.marks {
        let at = labels.get(mark.at).map_or("", String::as_str);
        let _ = writeln!(out, "◂ {at}: {}", inert(&mark.label));
    }
    let _ =
        writeln!(out, "{}", look.paint(FAINT, &format!("{}  █ {}", " ".repeat(margin), value(most, spec.unit, look))));
    out
}

const DAYS: [(DayMark, char, &str); 5] = [
    (DayMark::Used, '█', "makes the total"),
    (DayMark::Partial, '▄', "only in part"),
    (DayMark::There, '▒', "there, another counts"),
    (DayMark::Absent, '·', "no record"),
    (DayMark::Missing, '×', "missing"),
];

/// A line of days per series, and what its marks mean.
fn days(spec: &ChartSpec, strips: &[Vec<DayMark>], look: &Look) -> String {
    let key = DAYS.iter().filter(|(of, ..)| strips.iter().flatten().any(|mark| mark == of));
    let key: Vec<String> = key.map(|(_, sign, words)| format!("{sign} {words}")).collect();
    let names: Vec<String> = spec.series.iter().map(|s| inert(&s.name)).collect();
    let width = names.iter().map(|name| columns(name)).max().unwrap_or(0);
    let room = look.chart_width().saturating_sub(width + 2).clamp(31, 93);
    let mut out = format!("{}\n", look.paint(FAINT, &key.join("  ")));
    for ((series, name), strip) in spec.series.iter().zip(&names).zip(strips) {
        let sign = |mark: &DayMark| DAYS.iter().find(|(of, ..)| of == mark).map_or(' ', |(_, sign, _)| *sign);
        let marks: String = strip.iter().map(sign).collect();
        for (at, line) in wrapped(&marks, room).iter().enumerate() {
            let name = if at == 0 { name.as_str() } else { "" };
            let _ = writeln!(out, "{}  {}", left(name, width), look.paint(hue(series), line));
        }
    }
    out
}

/// Days of a source: █ present, · missing; a line per `width` days.
pub fn strip(days: &str, width: usize) -> Vec<String> {
    let drawn: String = days.chars().map(|d| if d == 'x' { '█' } else { '·' }).collect();
    wrapped(&drawn, width)
}

/// Marks, a line per `width` of them.
pub fn wrapped(marks: &str, width: usize) -> Vec<String> {
    let marks: Vec<char> = marks.chars().collect();
    marks.chunks(width.max(1)).map(|line| line.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::view::Mark;

    fn series(name: &str, values: &[Option<f64>], hue: Hue) -> Series {
        Series { name: name.to_owned(), values: values.to_vec(), hue }
    }

    fn spec(shape: Shape, categories: &[&str], series: Vec<Series>) -> ChartSpec {
        ChartSpec {
            title: String::new(),
            subtitle: String::new(),
            shape,
            unit: Unit::Money,
            categories: categories.iter().map(|c| (*c).to_owned()).collect(),
            missing: Vec::new(),
            series,
            marks: Vec::new(),
        }
    }

    fn narrow() -> Look {
        Look { width: Some(40), ..Look::plain() }
    }

    #[test]
    fn bars_are_scaled_and_missing_days_are_seen() {
        let values = [Some(400.0), Some(100.0), Some(0.0), None, Some(1.0)];
        let mut spec = spec(Shape::StackedBars, &["1", "2", "3", "4", "5"], vec![series("all", &values, Hue::Main)]);
        spec.missing = vec![3, 4];
        spec.marks = vec![Mark { at: 1, label: "new model".to_owned() }];
        // 40 columns less a label of 1, a value of 7 and 4 between: 28 for the bar.
        let want = format!(
            "1  {}  {:>7}\n2  {}  {:>7}  ◂ new model\n3  {}  {:>7}\n4  {}  missing\n5  {}  {:>7}  incomplete\n",
            "█".repeat(28),
            "400",
            left(&"█".repeat(7), 28),
            "100",
            " ".repeat(28),
            "0",
            left(&"╌".repeat(12), 28),
            left("▏", 28),
            "1.00",
        );
        assert_eq!(chart(&spec, &narrow()), want);
    }

    #[test]
    fn stacked_series_are_told_apart_without_colours() {
        let spec = spec(
            Shape::StackedBars,
            &["a"],
            vec![
                series("openai", &[Some(3.0)], Hue::Provider("openai".to_owned())),
                series("azure", &[Some(1.0)], Hue::Provider("azure".to_owned())),
                series("September", &[Some(2.0)], Hue::Reference),
            ],
        );
        let printed = chart(&spec, &narrow());
        assert!(printed.contains('█') && printed.contains('▓') && printed.contains('│'), "{printed}");
        assert!(printed.ends_with("█ openai   ▓ azure   │ September\n"), "{printed}");
        assert!(printed.lines().all(|l| columns(l) <= 40), "{printed}");
    }

    #[test]
    fn pareto_bars_carry_the_running_share() {
        let running = vec![0.75, 1.0];
        let spec = spec(
            Shape::Pareto { running },
            &["find\u{202e}", "chat"],
            vec![series("cost", &[Some(300.0), Some(100.0)], Hue::Main)],
        );
        let printed = chart(&spec, &narrow());
        assert!(printed.starts_with("find\\u{202e}  █"), "{printed}");
        assert!(printed.contains("75 %\n") && printed.ends_with("100 %\n"), "{printed}");
        let running = vec![1.0, 1.0];
        let values = [Some(300.0), None];
        let spec = self::spec(Shape::Pareto { running }, &["a", "b"], vec![series("cost", &values, Hue::Main)]);
        let printed = chart(&spec, &narrow());
        assert!(printed.lines().any(|line| line.starts_with("b  ╌") && line.contains("unpriced")), "{printed}");
    }

    #[test]
    fn a_heat_map_shades_by_value() {
        let spec = spec(
            Shape::HeatMap,
            &["0", "1", "2", "3"],
            vec![series("Mon", &[Some(0.0), Some(1.0), Some(4.0), None], Hue::Main)],
        );
        assert_eq!(chart(&spec, &narrow()).lines().nth(1), Some("Mon     ░░░███···"));
    }

    #[test]
    fn long_periods_become_lines() {
        let days: Vec<String> = (0..100).map(|d| format!("d{d}")).collect();
        let names: Vec<&str> = days.iter().map(String::as_str).collect();
        let values: Vec<Option<f64>> = (0..100).map(|d| (d != 3).then(|| f64::from(d))).collect();
        let printed = chart(&spec(Shape::StackedBars, &names, vec![series("all", &values, Hue::Main)]), &narrow());
        assert!(printed.lines().count() < 12, "{printed}");
        assert!(printed.contains("▁▁▁ ▁"), "{printed}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(chart(&spec(Shape::Lines, &[], Vec::new()), &narrow()), "");
        assert_eq!(strip("xx.x", 3), ["██·", "█"]);
    }
}
