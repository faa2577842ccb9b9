//! Which records a question is about, and the other ways to print an answer.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use outlay_model::dimension::Dimension;
use outlay_model::query::{Condition, Filter};

/// Which records a question is about.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which records")]
pub struct FilterArgs {
    /// First day, such as 2026-10-01
    #[arg(long, value_name = "DATE", conflicts_with = "month")]
    pub from: Option<NaiveDate>,
    /// Last day, included
    #[arg(long, value_name = "DATE", conflicts_with = "month")]
    pub to: Option<NaiveDate>,
    /// A month, such as 2026-10 [default: the last full month with records]
    #[arg(long, value_name = "MONTH", value_parser = month)]
    pub month: Option<String>,
    /// KEY=VALUE or KEY!=VALUE; a comma means any of (`\,` is a comma itself), an empty value "not told". Repeatable:
    /// all must hold
    #[arg(long = "where", value_name = "KEY=VALUE", value_parser = condition)]
    pub conditions: Vec<Condition>,
}

impl FilterArgs {
    /// As the app wants it.
    pub fn filter(self, zone: Option<String>) -> Filter {
        Filter { from: self.from, to: self.to, month: self.month, zone, conditions: self.conditions }
    }
}

/// The other way to print an answer that has a table.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct CsvArgs {
    /// Print the table as CSV: exact decimals; unknown is an empty cell
    #[arg(long, conflicts_with = "json", help_heading = "Options")]
    pub csv: bool,
}

/// The other ways to print a list.
#[derive(Clone, Debug, Default, Args)]
pub struct ListArgs {
    /// Print the table as CSV: exact decimals; unknown is an empty cell
    #[arg(long, conflicts_with = "json", help_heading = "Options")]
    pub csv: bool,
    /// Write it as a page to file or print, the table's CSV attached
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv"], help_heading = "Options")]
    pub pdf: Option<PathBuf>,
}

/// The other ways to print an answer that has a table and a chart.
#[derive(Clone, Debug, Default, Args)]
pub struct ChartArgs {
    /// Print the table as CSV: exact decimals; unknown is an empty cell; what it rests on in rows marked `note`
    #[arg(long, conflicts_with = "json", help_heading = "Options")]
    pub csv: bool,
    /// Print the chart as SVG, with what it rests on
    #[arg(long, conflicts_with_all = ["json", "csv"], help_heading = "Options")]
    pub svg: bool,
    /// Write all of it as a page to file or print, the table's CSV attached
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv", "svg"], help_heading = "Options")]
    pub pdf: Option<PathBuf>,
}

fn month(text: &str) -> Result<String, String> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d")
        .ok()
        .filter(|_| text.len() == 7)
        .map(|_| text.to_owned())
        .ok_or_else(|| "a month looks like 2026-10".to_owned())
}

/// Reads a dimension's name.
pub fn dimension(text: &str) -> Result<Dimension, String> {
    text.trim().replace('-', "_").parse()
}

/// Reads `key=value`, `key!=value`, `key=a,b`.
fn condition(text: &str) -> Result<Condition, String> {
    let (key, rest) =
        text.split_once('=').ok_or_else(|| "a condition looks like feature=search or feature!=search".to_owned())?;
    let (key, negate) = key.strip_suffix('!').map_or((key, false), |key| (key, true));
    let mut values = vec![String::new()];
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&',') => {
                chars.next();
                if let Some(last) = values.last_mut() {
                    last.push(',');
                }
            }
            ',' => values.push(String::new()),
            c => {
                if let Some(last) = values.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    Ok(Condition { dimension: dimension(key)?, values, negate })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read() {
        let told = condition("feature=search,chat").expect("a condition");
        assert_eq!((told.dimension, told.negate), (Dimension::Feature, false));
        assert_eq!(told.values, ["search", "chat"]);
        let told = condition("prompt-name!=a\\,b=c").expect("a condition");
        assert_eq!((told.dimension, told.negate), (Dimension::PromptName, true));
        assert_eq!(told.values, ["a,b=c"]);
        assert_eq!(condition("team=").expect("a condition").values, [""]);
        assert!(condition("team").is_err());
        assert!(condition("colour=red").is_err());
    }

    #[test]
    fn months_are_read() {
        assert!(month("2026-10").is_ok());
        for bad in ["2026-13", "2026-1", "October", "2026-10-01"] {
            assert!(month(bad).is_err(), "{bad}");
        }
    }
}
