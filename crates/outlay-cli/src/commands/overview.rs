//! `outlay overview`

use std::fmt::Write as _;

use outlay_analysis::analyses::overview::Overview;
use outlay_app::replies::{ErrorReply, ExportOf, FilterRequest};
use outlay_app::task::Task;
use outlay_app::use_cases;
use outlay_model::view::TableSpec;

use crate::args::OverviewArgs;
use crate::context::{Answer, Context, Missing};
use crate::print::{FAINT, Look, STRONG, bars, columns, inert, right, sentence, table};

pub async fn run(context: &Context, args: OverviewArgs) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    let request = FilterRequest { filter: args.filter.filter(context.zone.clone()) };
    if args.output.csv {
        return context.as_csv(ExportOf::Overview(request), args.top).await;
    }
    if let Some(file) = &args.output.pdf {
        return context.as_pdf(ExportOf::Overview(request), file).await;
    }
    if args.output.svg {
        return context.as_svg(ExportOf::Overview(request)).await;
    }
    let reply = use_cases::overview(&context.app, request, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    Ok(Answer::from(printed(&reply, args.top, &context.look().await)))
}

fn printed(reply: &Overview, top: Option<usize>, look: &Look) -> String {
    let mut out = sentence::sentence(&reply.sentence, look);
    out.push_str(&sentence::sentence(&reply.detail, look));
    out.push_str(&paragraph(&bars::chart(&reply.chart, look)));
    if !reply.movers.is_empty() {
        let against = look.paint(FAINT, &format!("against {}", inert(&reply.against)));
        let _ = writeln!(out, "\n{} {against}", look.paint(STRONG, "What moved it?"));
        let changes: Vec<String> = reply
            .movers
            .iter()
            .map(|m| {
                let change = look.numbers.phrase(m.change);
                if m.change.amount.0 > 0 { format!("+{change}") } else { change }
            })
            .collect();
        let width = changes.iter().map(|c| columns(c)).max().unwrap_or(0);
        for (mover, change) in reply.movers.iter().zip(&changes) {
            let words = sentence::sentence(&mover.sentence, look);
            let _ = writeln!(out, "{}  {}", right(change, width), words.trim_end());
        }
    }
    out.push_str(&cut_table(&reply.table, top, look));
    out.push_str(&paragraph(&sentence::trust(&reply.trust, look)));
    out.push_str(&paragraph(&sentence::footer(&reply.period, &reply.trust, look)));
    out
}

/// A part of an answer behind an empty line.
pub fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{text}") }
}

/// A table of which `top` items are printed, with how many are not.
pub fn cut_table(spec: &TableSpec, top: Option<usize>, look: &Look) -> String {
    if spec.columns.is_empty() {
        return String::new();
    }
    let (shown, cut) = outlay_app::export::shorten(spec, top);
    let mut out = format!("\n{}", table::table(&shown, look));
    if cut > 0 {
        let more = match cut {
            1 => "1 more row; --top shows it".to_owned(),
            _ => format!("{cut} more rows; --top shows them"),
        };
        let _ = writeln!(out, "{}", look.paint(FAINT, &more));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::table::{column, item, text};
    use outlay_analysis::analyses::overview::Mover;
    use outlay_analysis::answer::{PeriodView, Sentence, Tone, Trust};
    use outlay_model::dimension::Dimension;
    use outlay_model::money::{Money, PICO, Pico};
    use outlay_model::view::{Cell, ChartSpec, Hue, Row, RowKind, Series, Shape, Unit};

    fn usd(dollars: i128) -> Money {
        Money::usd(Pico(dollars * PICO))
    }

    fn sample() -> Overview {
        Overview {
            period: PeriodView { zone: "UTC".to_owned(), ..PeriodView::default() },
            sentence: Sentence::default().say(Tone::Strong, "October 2026: $80,112 billed").say(Tone::Up, ", +$9,480"),
            detail: Sentence::default().say(Tone::Plain, "76 % explained by your logs"),
            total: usd(80_112),
            previous: Some(usd(70_632)),
            complete: false,
            chart: ChartSpec {
                title: "When did it move?".to_owned(),
                subtitle: "US$ a day".to_owned(),
                shape: Shape::StackedBars,
                unit: Unit::Money,
                categories: vec!["1 Oct".to_owned(), "2 Oct".to_owned()],
                missing: vec![1],
                series: vec![Series { name: "openai".to_owned(), values: vec![Some(2584.0), None], hue: Hue::Main }],
                marks: Vec::new(),
            },
            table: TableSpec {
                title: "Where do I start?".to_owned(),
                columns: vec![column("feature", "Feature", Unit::Text), column("cost", "Cost", Unit::Money)],
                rows: vec![
                    item(vec![text("search"), Cell::Money(usd(60_000))]),
                    item(vec![text("chat"), Cell::Money(usd(112))]),
                    Row {
                        cells: vec![text("billed, not in the logs"), Cell::Money(usd(20_000))],
                        kind: RowKind::Rest,
                        keys: None,
                    },
                    Row { cells: vec![text("All"), Cell::Money(usd(80_112))], kind: RowKind::Total, keys: None },
                ],
            },
            against: "September".to_owned(),
            movers: vec![Mover {
                change: usd(9_000),
                dimension: Dimension::Feature,
                value: "search".to_owned(),
                sentence: Sentence::default().say(Tone::Plain, "search moved to a dearer model"),
            }],
            trust: Trust { priced: Some(1.0), days_present: 1, days: 2, data_version: 3, ..Trust::default() },
        }
    }

    #[test]
    fn the_answer_stands_before_its_reasons() {
        let want = format!(
            "\
October 2026: $80,112 billed, +$9,480
76 % explained by your logs

When did it move?
US$ a day
1 Oct  {}    2,584
2 Oct  {}  missing

What moved it? against September
+$9,000.00  search moved to a dearer model

Where do I start?
Feature                  Cost, USD
search                   60,000.00
billed, not in the logs  20,000.00
──────────────────────────────────
All                      80,112.00
1 more row; --top shows it

priced        100 % of tokens
days present  1 of 2

zone UTC · source: none · data version 3
",
            "█".repeat(84),
            format_args!("╌╌╌╌╌╌╌╌╌╌╌╌{}", " ".repeat(72)),
        );
        assert_eq!(printed(&sample(), Some(1), &Look::plain()), want);
    }
}
