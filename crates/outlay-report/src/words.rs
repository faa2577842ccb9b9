//! Texts made fit for print: letters that the typeface has, and places where a word that is too long may break.

use unicode_normalization::char::{compose, is_combining_mark};

use crate::face::{self, Cut};

/// Stands for a letter that the typeface does not have.
pub const LACKING: char = '□';

/// A place at which a line may end, without width and without a sign.
const BREAK: char = '\u{200b}';

/// Texts on their way to the page.
#[derive(Default)]
pub struct Words {
    /// Whether a letter was replaced.
    pub lacking: bool,
}

impl Words {
    /// Without control characters, and without what cannot be seen or turns the direction of what follows. Blanks of
    /// every kind stay blanks; letters that the typeface lacks are replaced by one sign, as PDF/A forbids holes.
    pub fn clean(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                _ if unseen(letter) => {}
                '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(' '),
                _ if letter.is_control() => {}
                _ if face::has(letter) => out.push(letter),
                _ if letter.is_whitespace() => out.push(' '),
                _ => {
                    self.lacking = true;
                    out.push(LACKING);
                }
            }
        }
        out
    }

    /// As [`Words::clean`], and without marks that make no letter of their own with what is before them: in charts each
    /// glyph is written alone, and a mark's glyph then would say no text, which PDF/A forbids.
    pub fn unmarked(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for letter in self.clean(text).chars() {
            if !is_combining_mark(letter) {
                out.push(letter);
            } else if let Some(last) = out.pop() {
                out.push(compose(last, letter).filter(|both| face::has(*both)).unwrap_or(last));
            }
        }
        out
    }
}

/// Joiners, soft hyphens, marks of direction, choices of variants.
fn unseen(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Lets every word that is wider than `room` (in em) break: after a sign where one is near, else between two letters.
pub fn breakable(text: &str, cut: Cut, room: f64) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(' ') {
        if face::width(piece.trim_end_matches(' '), cut) > room {
            split(piece, cut, room, &mut out);
        } else {
            out.push_str(piece);
        }
    }
    out
}

fn split(word: &str, cut: Cut, room: f64, out: &mut String) {
    let mut line = String::new();
    let mut wide = 0.0;
    for letter in word.chars() {
        let more = face::width(letter.encode_utf8(&mut [0; 4]), cut);
        // A mark above or below a letter has no width and stays with its letter.
        if wide + more > room && more > 0.0 && !line.is_empty() {
            let half = line.len() / 2;
            let sign = line.rfind(['-', '_', '.', '/', ':', '@', ',', ';', '=', '&', '?']).filter(|at| *at >= half);
            let rest = sign.map_or_else(String::new, |at| line.split_off(at + 1));
            out.push_str(&line);
            out.push(BREAK);
            wide = face::width(&rest, cut);
            line = rest;
        }
        line.push(letter);
        wide += more;
    }
    out.push_str(&line);
}

/// The text, cut with an ellipsis to what fits into `room` (in em).
pub fn fit(text: &str, cut: Cut, room: f64) -> String {
    if face::width(text, cut) <= room {
        return text.to_owned();
    }
    let mut left = room - face::width("…", cut);
    let mut out = String::new();
    for letter in text.chars() {
        left -= face::width(letter.encode_utf8(&mut [0; 4]), cut);
        if left < 0.0 {
            break;
        }
        out.push(letter);
    }
    format!("{}…", out.trim_end())
}

/// The first `most` characters.
pub fn head(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_what_can_be_seen() {
        let mut words = Words::default();
        let hostile = "#read(\"/etc/passwd\") $x$ *b* \\ @a <b> 12\u{202f}%";
        assert_eq!(words.clean(hostile), hostile);
        assert_eq!(words.clean("a\u{202e}b\tc\u{0}d\u{7}\u{200d}e\u{3000}f"), "ab cde f");
        assert!(!words.lacking);
        assert_eq!(words.clean("模型 a\u{e071}"), "□□ a□");
        assert!(words.lacking);
        assert_eq!(words.clean("e\u{301}x\u{325}"), "e\u{301}x\u{325}");
        assert_eq!(words.unmarked("\u{301}U\u{308}x\u{325}\u{30a}a\u{30a}"), "Üxå");
    }

    #[test]
    fn long_words_break_and_short_ones_do_not() {
        assert_eq!(breakable("short words", Cut::Regular, 5.0), "short words");
        let long = "a".repeat(100);
        let broken = breakable(&long, Cut::Regular, 5.0);
        assert_eq!(broken.replace(BREAK, ""), long);
        assert!(broken.split(BREAK).all(|piece| face::width(piece, Cut::Regular) <= 5.0));
        assert!(breakable("claude-opus-4-5-20251101", Cut::Regular, 8.0).contains("-\u{200b}"));
        assert!(breakable(&"W".repeat(9), Cut::Regular, 0.1).chars().filter(|c| *c == 'W').count() == 9);
    }

    #[test]
    fn lines_are_cut() {
        assert_eq!(fit("short", Cut::Regular, 10.0), "short");
        assert_eq!(fit("", Cut::Regular, 0.0), "");
        let cut = fit(&"x".repeat(100), Cut::Regular, 10.0);
        assert!(cut.ends_with('…') && face::width(&cut, Cut::Regular) <= 10.0);
    }
}
