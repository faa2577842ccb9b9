//! Every shape drawn once; the pictures lie in the target folder's `tmp` afterwards, to be looked at.

use outlay_draw::{Look, sheet, svg};
use outlay_model::view::{ChartSpec, Hue, Mark, Series, Shape, Unit};

fn provider(id: &str, values: Vec<Option<f64>>) -> Series {
    Series { name: id.to_owned(), values, hue: Hue::Provider(id.to_owned()) }
}

/// A month much like the design's sketch.
fn month() -> ChartSpec {
    let weekend = |day: usize| if [3, 4].contains(&((day + 3) % 7)) { 0.55 } else { 1.0 };
    let wobble = |day: usize, salt: usize| 0.92 + ((day * 7 + salt * 5) % 11) as f64 / 70.0;
    let step = |day: usize| if day >= 11 { 1.42 } else { 1.0 } * if day == 13 { 1.5 } else { 1.0 };
    let line = |base: f64, salt: usize, until: usize, stepped: bool| {
        (0..31)
            .map(|day| {
                let step = if stepped { step(day) } else { 1.0 };
                (day < until).then(|| base * weekend(day) * step * wobble(day, salt))
            })
            .collect()
    };
    ChartSpec {
        title: "When did it move?".to_owned(),
        subtitle: "US$ a day, by provider; grey line: September".to_owned(),
        shape: Shape::StackedBars,
        unit: Unit::Money,
        categories: (1..=31).map(|day| day.to_string()).collect(),
        missing: vec![28, 29, 30],
        series: vec![
            Series { name: "OpenAI".to_owned(), ..provider("openai", line(1180.0, 1, 31, true)) },
            Series { name: "Anthropic".to_owned(), ..provider("anthropic", line(640.0, 2, 31, false)) },
            Series { name: "Google".to_owned(), ..provider("google", line(450.0, 3, 31, false)) },
            Series { name: "Azure".to_owned(), ..provider("azure", line(300.0, 4, 28, false)) },
            Series { name: "September".to_owned(), values: line(2120.0, 5, 30, false), hue: Hue::Reference },
        ],
        marks: vec![
            Mark { at: 11, label: "contract-review v7".to_owned() },
            Mark { at: 13, label: "new: claude-haiku-4-5".to_owned() },
            Mark { at: 20, label: "price cut: gpt-5-mini".to_owned() },
        ],
    }
}

fn hotspots() -> ChartSpec {
    let values = [29_880.12, 16_402.77, 10_951.03, 3_650.58, 1_204.0, 812.0, 96.4];
    let total = 82_225.0_f64;
    let mut sum = 0.0;
    let mut running: Vec<f64> = values
        .iter()
        .map(|v| {
            sum += v;
            sum / total
        })
        .collect();
    running.push(1.0);
    let names = ["contract-review", "support-agent", "rag-answer", "summaries", "no feature told", "eval", "34 others"];
    let mut categories: Vec<String> = names.map(str::to_owned).to_vec();
    categories.push("billed, not in the logs".to_owned());
    let mut main: Vec<Option<f64>> = values.map(Some).to_vec();
    main.push(None);
    let mut rest = vec![None; 8];
    rest[7] = Some(19_227.90);
    ChartSpec {
        title: "Where do I start?".to_owned(),
        subtitle: "US$; line: running share".to_owned(),
        shape: Shape::Pareto { running },
        unit: Unit::Money,
        categories,
        missing: Vec::new(),
        series: vec![
            Series { name: "cost".to_owned(), values: main, hue: Hue::Main },
            Series { name: "rest".to_owned(), values: rest, hue: Hue::Missing },
        ],
        marks: Vec::new(),
    }
}

fn hours() -> ChartSpec {
    let row = |day: usize| {
        let work = |hour: usize| (-((hour as f64 - 13.5) / 3.6).powi(2)).exp() * if day > 4 { 0.25 } else { 1.0 };
        (0..24)
            .map(|hour| Some(if hour == 3 { 0.0 } else { 310.0 * work(hour) + (hour * day % 5) as f64 * 4.0 }))
            .collect()
    };
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    ChartSpec {
        title: "When is it spent?".to_owned(),
        subtitle: "US$ by weekday and hour, Europe/Berlin, from own logs".to_owned(),
        shape: Shape::HeatMap,
        unit: Unit::Money,
        categories: (0..24).map(|hour| hour.to_string()).collect(),
        missing: Vec::new(),
        series: names
            .iter()
            .enumerate()
            .map(|(day, name)| Series { name: (*name).to_owned(), values: row(day), hue: Hue::Main })
            .collect(),
        marks: Vec::new(),
    }
}

fn lines() -> ChartSpec {
    let mut spec = month();
    spec.shape = Shape::Lines;
    spec.series.retain(|s| s.name != "Google");
    spec.marks.truncate(1);
    spec.series[1].values[7] = None;
    spec
}

fn all() -> [(&'static str, ChartSpec, Look); 4] {
    let look = |width, height| Look { width, height, titles: true };
    [
        ("month", month(), look(1036, 240)),
        ("hotspots", hotspots(), look(720, 250)),
        ("hours", hours(), look(720, 250)),
        ("lines", lines(), look(1036, 240)),
    ]
}

/// A picture is well formed when tags close in order and no angle bracket stands in words.
fn well_formed(svg: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for piece in svg.split('<').skip(1) {
        let Some((tag, words)) = piece.split_once('>') else { return false };
        if words.contains('>') {
            return false;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or_default());
        }
    }
    open.is_empty()
}

#[test]
fn every_shape_draws_and_twice_alike() {
    for (name, spec, look) in all() {
        let drawn = svg(&spec, &look).expect("a picture");
        assert!(well_formed(&drawn), "{name}");
        assert!(drawn.contains(&spec.title) && drawn.contains("Inter"), "{name}");
        assert_eq!(svg(&spec, &look).expect("a picture"), drawn, "{name}");
        std::fs::write(format!("{}/{name}.svg", env!("CARGO_TARGET_TMPDIR")), drawn).expect("written");
    }
}

#[test]
fn a_sheet_says_what_its_figures_rest_on() {
    let notes = "Source: <b>me</b>\u{202e} & you \u{b7} Data version: 7";
    let height = |drawn: &str| drawn.split("height=\"").nth(1).and_then(|h| h.split('"').next()?.parse::<u32>().ok());
    for (name, spec, look) in all() {
        let drawn = sheet(&spec, &look, notes).expect("a picture");
        assert!(well_formed(&drawn), "{name}");
        assert!(drawn.contains("Data version: 7") && drawn.contains("&lt;b&gt;me&lt;/b&gt; &amp; you"), "{name}");
        let long = sheet(&spec, &look, &notes.repeat(30)).expect("a picture");
        assert!(height(&long) > height(&drawn) && height(&drawn) > height(&svg(&spec, &look).expect("a picture")));
        std::fs::write(format!("{}/{name}-sheet.svg", env!("CARGO_TARGET_TMPDIR")), drawn).expect("written");
    }
}

#[test]
fn hostile_names_are_words() {
    let hostile = "\"/><script>alert(1)</script>&\u{202e}\u{0}<image href='http://x'/>";
    for (name, mut spec, look) in all() {
        spec.title = hostile.to_owned();
        spec.subtitle = hostile.to_owned();
        spec.categories.iter_mut().for_each(|c| *c = hostile.to_owned());
        spec.series.iter_mut().for_each(|s| s.name = hostile.to_owned());
        spec.marks.iter_mut().for_each(|m| m.label = hostile.to_owned());
        let drawn = svg(&spec, &look).expect("a picture");
        assert!(well_formed(&drawn), "{name}");
        for bad in ["<script", "<image", "<style", "\u{202e}", "\u{0}", "onload"] {
            assert!(!drawn.contains(bad), "{name} holds {bad:?}");
        }
    }
}

#[test]
fn odd_specs_do_not_panic() {
    for (_, mut spec, look) in all() {
        spec.marks.push(Mark { at: 999, label: String::new() });
        spec.missing.push(999);
        if let Some(series) = spec.series.first_mut() {
            series.values = vec![Some(-5.0), Some(f64::NAN), None, Some(f64::INFINITY)];
        }
        assert!(well_formed(&svg(&spec, &look).expect("a picture")));
        spec.categories.truncate(1);
        assert!(svg(&spec, &Look { width: 1, height: 1, titles: false }).is_ok());
        spec.series.clear();
        assert!(svg(&spec, &look).expect("a picture").contains("nothing to show"));
    }
}
