//! How wide the columns of a table are, and how large its letters.
//!
//! Figures never break: their columns get what they need. Words get the rest, first those that need least. Where even
//! that is too much, the letters become smaller. A table of little is narrower than the page, as nobody can follow a
//! line across it that has a word at one end and a figure at the other.

use outlay_model::view::RowKind;

use crate::face::{self, Cut};
use crate::{Line, Sheet};

/// Sizes of letters in points: those that are tried for rows of one line each, those for rows of several, and those at
/// which words are narrowed to what can just be read.
const LINE_SIZES: [f64; 3] = [8.5, 8.0, 7.5];
const SIZES: [f64; 6] = [8.5, 8.0, 7.5, 7.0, 6.5, 6.0];
const SMALL_SIZES: [f64; 4] = [6.0, 5.5, 5.0, 4.5];
/// Headings, against the letters below them.
pub const HEAD: f64 = 0.88;
/// Between two columns, and between figures and the words after them, in em.
const GAP: f64 = 1.25;
const WIDE_GAP: f64 = 2.2;
const SMALL_GAP: f64 = 0.9;
/// To how little a column of words is narrowed before the letters become smaller, and at the very end, in em.
const NARROW: f64 = 9.0;
const NARROWEST: f64 = 4.5;
/// How much wider than its words the column before the figures may be, in em.
const SLACK: f64 = 16.0;
/// What a table must be short of the page's width to stay so, as a share of it.
const SHORT: f64 = 0.25;
/// To how much a word of a heading may widen its column, in em.
const HEAD_WORD: f64 = 12.0;
/// A hair more than measured, in em, so that nothing breaks for a rounding.
const HAIR: f64 = 0.05;

/// A table's measures.
#[derive(Debug)]
pub struct Columns {
    /// Size of the letters in points.
    pub size: f64,
    /// Width of each column without its gap, in em of `size`.
    pub widths: Vec<f64>,
    /// Gap after each column, in em; none after the last.
    pub gaps: Vec<f64>,
    /// Whether every figure fits into its column.
    pub whole: bool,
}

/// What a column asks for, in em.
#[derive(Clone, Copy, Debug, Default)]
struct Need {
    /// Everything in one line.
    all: f64,
    /// The same, but what is said instead of a figure in two.
    most: f64,
    /// The words of its heading unbroken.
    head: f64,
    /// Its figures too.
    least: f64,
}

/// The cut of a row's words.
pub fn cut(line: &Line) -> Cut {
    match line.kind {
        RowKind::Item => Cut::Regular,
        RowKind::Rest => Cut::Italic,
        RowKind::Total => Cut::SemiBold,
    }
}

/// Measures a table for a page with `room` points beside each other.
pub fn measure(sheet: &Sheet, room: f64) -> Columns {
    let needs: Vec<Need> = (0..sheet.columns.len()).map(|at| need(sheet, at)).collect();
    let number = |at: usize| sheet.columns.get(at).is_some_and(|column| column.number);
    let least = |narrow: f64| -> Vec<f64> {
        let one = |(at, n): (usize, &Need)| if number(at) { n.least } else { n.most.min(narrow.max(n.head)) };
        needs.iter().enumerate().map(one).collect()
    };
    let gap = |at: usize| match at + 1 < needs.len() {
        false => 0.0,
        true if number(at) && !number(at + 1) => WIDE_GAP,
        true => GAP,
    };
    let gaps: Vec<f64> = (0..needs.len()).map(gap).collect();
    let small_gaps: Vec<f64> = gaps.iter().map(|gap| gap.min(SMALL_GAP)).collect();
    let tries = LINE_SIZES.map(|size| (size, least(f64::INFINITY), &gaps)).into_iter();
    let tries = tries.chain(SIZES.map(|size| (size, least(NARROW), &gaps)));
    let tries = tries.chain(SMALL_SIZES.map(|size| (size, least(NARROWEST), &small_gaps)));
    for (size, widths, gaps) in tries {
        let spare = room / size - gaps.iter().sum::<f64>() - widths.iter().sum::<f64>();
        if spare >= 0.0 {
            let (mut widths, spare) = share(widths, &needs, spare);
            spread(sheet, &mut widths, spare, room / size);
            return Columns { size, widths, gaps: gaps.clone(), whole: true };
        }
    }
    // Figures of a hundred digits, or fifty columns: better broken than cut off by the edge.
    let size = SIZES[SIZES.len() - 1];
    let most = room / size / (2.0 * needs.len() as f64);
    let gaps: Vec<f64> = gaps.iter().map(|gap| gap.min(most)).collect();
    let mut widths = least(NARROWEST);
    let by = (room / size - gaps.iter().sum::<f64>()) / widths.iter().sum::<f64>();
    widths.iter_mut().for_each(|width| *width *= by);
    Columns { size, widths, gaps, whole: false }
}

fn need(sheet: &Sheet, at: usize) -> Need {
    let number = sheet.columns[at].number;
    let title = sheet.columns[at].title.as_str();
    let head = longest(title, Cut::Regular).min(HEAD_WORD) * HEAD + HAIR;
    let whole = face::width(title, Cut::Regular) * HEAD + HAIR;
    let mut need = Need { all: whole, most: whole, head, least: head };
    for line in &sheet.rows {
        let Some(entry) = line.cells.get(at) else { continue };
        let cut = if entry.unknown { Cut::Italic } else { cut(line) };
        let wide = face::width(&entry.text, cut) + HAIR;
        need.all = need.all.max(wide);
        if !number {
            need.most = need.most.max(wide);
        } else if entry.unknown {
            let word = longest(&entry.text, cut) + HAIR;
            need.most = need.most.max(halved(&entry.text, cut) + HAIR);
            need.least = need.least.max(word);
        } else {
            need.most = need.most.max(wide);
            need.least = need.least.max(wide);
        }
    }
    need
}

fn longest(text: &str, cut: Cut) -> f64 {
    text.split(' ').map(|word| face::width(word, cut)).fold(0.0, f64::max)
}

/// How wide a text is in two lines.
fn halved(text: &str, cut: Cut) -> f64 {
    let breaks = text.match_indices(' ');
    let lines = breaks.map(|(at, _)| face::width(&text[..at], cut).max(face::width(&text[at + 1..], cut)));
    lines.fold(face::width(text, cut), f64::min)
}

/// Gives what is left to the columns that want more, the modest ones first; with what then is still left.
fn share(mut widths: Vec<f64>, needs: &[Need], mut spare: f64) -> (Vec<f64>, f64) {
    for want in [|need: &Need| need.most, |need: &Need| need.all] {
        let mut wanting: Vec<usize> = (0..needs.len()).filter(|at| want(&needs[*at]) > widths[*at]).collect();
        let lack = |at: usize, widths: &[f64]| want(&needs[at]) - widths[at];
        wanting.sort_by(|a, b| lack(*a, &widths).total_cmp(&lack(*b, &widths)));
        for (done, at) in wanting.iter().enumerate() {
            let more = lack(*at, &widths).min(spare / (wanting.len() - done) as f64);
            widths[*at] += more;
            spare -= more;
        }
    }
    (widths, spare)
}

/// Spreads what no column needs. Words at the end may have it all; between a name and its figure there is a limit, where
/// the table would not nearly fill the page without.
fn spread(sheet: &Sheet, widths: &mut [f64], spare: f64, room: f64) {
    let words_last = sheet.columns.last().is_some_and(|column| !column.number);
    let slack = if spare - SLACK > room * SHORT { SLACK } else { spare };
    match (widened(sheet), widths.len()) {
        (_, 0) => {}
        (_, count) if words_last && spare > SLACK => widths[count - 1] += spare,
        (Some(at), _) => widths[at] += slack,
        (None, count) => widths.iter_mut().for_each(|width| *width += slack / count as f64),
    }
}

/// The column that takes what nobody needs: the last one of words before the figures, so that names stay together on
/// the left and figures on the right.
fn widened(sheet: &Sheet) -> Option<usize> {
    let first = sheet.columns.iter().position(|column| column.number).unwrap_or(sheet.columns.len());
    let before = first.checked_sub(1);
    before.or_else(|| sheet.columns.iter().rposition(|column| !column.number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entry, Heading};

    const ROOM: f64 = 493.0;

    fn sheet(columns: &[(&str, bool)], rows: &[&[&str]]) -> Sheet {
        Sheet {
            columns: columns.iter().map(|(t, number)| Heading { title: (*t).to_owned(), number: *number }).collect(),
            rows: rows
                .iter()
                .map(|row| Line {
                    cells: row.iter().map(|t| Entry { text: (*t).to_owned(), unknown: false }).collect(),
                    kind: RowKind::Item,
                })
                .collect(),
            ..Sheet::default()
        }
    }

    fn total(columns: &Columns) -> f64 {
        (columns.widths.iter().sum::<f64>() + columns.gaps.iter().sum::<f64>()) * columns.size
    }

    #[test]
    fn a_table_is_as_wide_as_it_is_read() {
        let narrow = sheet(&[("Feature", false), ("US$", true)], &[&["search", "1,204.12"]]);
        let measured = measure(&narrow, ROOM);
        assert!(total(&measured) < ROOM * 0.6 && measured.whole);
        assert!((measured.size - 8.5).abs() < f64::EPSILON);
        let long = "dear model, above the price of its peers ".repeat(8);
        let words = sheet(&[("Feature", false), ("US$", true), ("why", false)], &[&["contract-check", "1.00", &long]]);
        let measured = measure(&words, ROOM);
        assert!((total(&measured) - ROOM).abs() < 0.01);
        assert!(measured.widths[0] >= face::width("contract-check", Cut::Regular));
        assert!(measured.widths[2] > measured.widths[1]);
    }

    #[test]
    fn what_is_said_instead_of_a_figure_leaves_room_for_reasons() {
        let long = "dear model, above the price of its peers ".repeat(8);
        let mut said =
            sheet(&[("Feature", false), ("calls", true), ("why", false)], &[&["a", "not in this source", &long]]);
        let open = measure(&said, ROOM).widths[1];
        said.rows[0].cells[1].unknown = true;
        let measured = measure(&said, ROOM).widths[1];
        assert!(measured < open * 0.7 && measured >= face::width("not in this", Cut::Italic), "{measured} {open}");
        said.rows[0].cells[2].text = "short".to_owned();
        assert!(measure(&said, ROOM).widths[1] >= face::width("not in this source", Cut::Italic));
    }

    #[test]
    fn figures_get_what_they_need_and_letters_shrink() {
        let mut columns = vec![("Model", false)];
        columns.extend([("tokens of a long heading", true); 9]);
        let figure = "1,234,567,890.12";
        let mut row = vec!["claude-opus-4-5-20251101"];
        row.extend([figure; 9]);
        let measured = measure(&sheet(&columns, &[&row]), ROOM);
        assert!(measured.size < 8.5 && total(&measured) <= ROOM + 0.01);
        assert!(measured.whole && measured.widths[1..].iter().all(|w| *w >= face::width(figure, Cut::Regular)));
        let digits = "9".repeat(300);
        let measured = measure(&sheet(&[("n", true), ("m", true)], &[&[&digits, &digits]]), ROOM);
        assert!(!measured.whole && total(&measured) <= ROOM + 0.01);
        let many = vec![("x", true); 200];
        assert!(total(&measure(&sheet(&many, &[]), ROOM)) <= ROOM + 0.01);
        assert!(measure(&sheet(&[], &[]), ROOM).widths.is_empty());
    }
}
