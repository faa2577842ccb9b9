//! How answers look in a terminal.

pub mod bars;

pub mod progress;
pub mod sentence;
pub mod table;

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};

use anstyle::{AnsiColor, Style};
use outlay_app::replies::ErrorReply;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use outlay_app::numbers::Numbers;

/// A name or figure.
pub const STRONG: Style = Style::new().bold();
/// Beside the point, or not known.
pub const FAINT: Style = Style::new().dimmed();
/// What is left.
pub const REST: Style = Style::new().italic();
/// Something is missing.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Dearer.
pub const UP: Style = AnsiColor::Red.on_default();
/// Cheaper.
pub const DOWN: Style = AnsiColor::Green.on_default();
/// Replaced by a later attempt.
pub const STRUCK: Style = Style::new().strikethrough().dimmed();

/// How to print: where lines end, whether colours are shown, how figures are grouped.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal; `None` = not a terminal: nothing is cut.
    pub width: Option<usize>,
    /// Whether styles are shown.
    pub colour: bool,
    /// Separators.
    pub numbers: Numbers,
}

impl Look {
    /// As standard output allows; `COLUMNS` wins over what the terminal says.
    pub fn of_stdout() -> Look {
        let told = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok()).filter(|c| *c > 0);
        let width = io::stdout()
            .is_terminal()
            .then(|| told.or_else(|| terminal_size::terminal_size().map(|(w, _)| usize::from(w.0))).unwrap_or(100));
        let colour = !matches!(anstream::AutoStream::choice(&io::stdout()), anstream::ColorChoice::Never);
        Look { width, colour, numbers: Numbers::default() }
    }

    /// Without a terminal, for files and tests.
    #[cfg(test)]
    pub fn plain() -> Look {
        Look { width: None, colour: false, numbers: Numbers::default() }
    }

    /// Columns that a chart may take.
    pub fn chart_width(&self) -> usize {
        self.width.unwrap_or(100).clamp(40, 160)
    }

    /// Styled where styles are shown.
    pub fn paint(&self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Makes a text from outside harmless on a terminal: control characters, line breaks, direction overrides and
/// invisible characters are printed as escapes.
pub fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if hostile(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// The same for JSON text, whose escapes leave its meaning as it is.
pub fn inert_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 1);
    let mut units = [0; 2];
    for c in json.chars() {
        if c != '\n' && hostile(c) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}

fn hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Columns that a text takes.
pub fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Cuts a text to `width` columns, with … where something was cut.
pub fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > width {
            break;
        }
        used += w;
        out.push(c);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// Blanks behind a text, up to `width` columns.
pub fn left(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Blanks before a text, up to `width` columns.
pub fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Writes an answer to standard output. A reader that stops early, such as `head`, is no error.
pub fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    // What goes to a file or pipe goes byte by byte; a terminal may need its styles translated.
    let done = if out.is_terminal() {
        let mut out = anstream::AutoStream::auto(out);
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    } else {
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    match done {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes an error and what to do to standard error.
pub fn write_error(error: &ErrorReply) {
    let head = AnsiColor::Red.on_default().bold();
    let mut text = format!("{head}error:{head:#} {}\n", inert_lines(&error.message, 7));
    for line in [error.remedy.as_str(), hint(&error.code)].into_iter().filter(|l| !l.is_empty()) {
        let _ = writeln!(text, "  {}", inert_lines(line, 2));
    }
    // Nobody is left to tell where even this fails.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// What the core cannot know: which command mends it.
fn hint(code: &str) -> &'static str {
    match code {
        "no_ledger" => "`outlay import FILES…` makes a ledger; --ledger DIR names another one.",
        "needs_zone" => "Say which zone its times are in: --zone Europe/Berlin.",
        _ => "",
    }
}

/// Harmless, but with its line breaks, indented.
fn inert_lines(text: &str, indent: usize) -> String {
    text.lines().map(inert).collect::<Vec<_>>().join(&format!("\n{}", " ".repeat(indent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_harmless() {
        assert_eq!(inert("a\u{1b}[31mred\nb\tc"), "a\\u{1b}[31mred\\nb\\tc");
        assert_eq!(inert("gpt\u{202e}4-tpg\u{9b}"), "gpt\\u{202e}4-tpg\\u{9b}");
        assert_eq!(inert("naïve 模型 👩‍💻"), "naïve 模型 👩‍💻");
    }

    #[test]
    fn harmless_json_means_the_same() {
        let value = serde_json::json!({"model": "a\u{202e}b\u{9b}\u{1b}\u{e0041}", "n": [1, 2]});
        let text = inert_json(&serde_json::to_string_pretty(&value).expect("JSON"));
        assert!(text.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
    }

    #[test]
    fn texts_are_cut_by_columns() {
        assert_eq!(fit("customer", 8), "customer");
        assert_eq!(fit("customers", 8), "custome…");
        assert_eq!(fit("模型模型", 5), "模型…");
        assert_eq!(columns(&left("模", 4)), 4);
        assert_eq!(right("7", 3), "  7");
        assert_eq!(fit("abc", 0), "");
    }
}
