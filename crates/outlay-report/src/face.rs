//! The typeface: its three cuts, which letters it has, and how wide they are.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::layout::{Abs, Em};
use typst::text::{Font, FontBook, FontInstance, FontVariations};
use typst::utils::LazyHash;

/// Inter as Debian ships it, unmodified; the licence lies beside the files.
const FILES: [&[u8]; 3] = [
    include_bytes!("../fonts/Inter-Regular.otf"),
    include_bytes!("../fonts/Inter-SemiBold.otf"),
    include_bytes!("../fonts/Inter-Italic.otf"),
];

/// A cut of the typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Regular,
    SemiBold,
    Italic,
}

struct Face {
    fonts: Vec<Font>,
    instances: Vec<FontInstance>,
    book: LazyHash<FontBook>,
}

static FACE: LazyLock<Face> = LazyLock::new(|| {
    let fonts: Vec<Font> = FILES.iter().filter_map(|file| Font::new(Bytes::new(*file), 0)).collect();
    let instance =
        |font: &Font| font.clone().instantiate(font.info().variant, Abs::pt(1.0), &FontVariations::default());
    Face { instances: fonts.iter().map(instance).collect(), book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
});

/// The cuts as typst looks them up.
pub fn book() -> &'static LazyHash<FontBook> {
    &FACE.book
}

/// A cut by its place in the book.
pub fn font(index: usize) -> Option<Font> {
    FACE.fonts.get(index).cloned()
}

/// Whether every cut has a letter, and an archive may hold it: letters of Unicode's private areas mean nothing to others.
pub fn has(letter: char) -> bool {
    let private = matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    !private && FACE.fonts.iter().all(|font| font.info().coverage.contains(letter.into()))
}

/// How wide a text is, in em, with tabular figures and without kerning, which only makes it narrower.
pub fn width(text: &str, cut: Cut) -> f64 {
    let Some(instance) = FACE.instances.get(cut as usize) else { return 0.0 };
    text.chars().map(|letter| advance(instance, letter)).sum()
}

fn advance(instance: &FontInstance, letter: char) -> f64 {
    // The figure space is as wide as a tabular figure.
    let letter = if letter.is_ascii_digit() { '\u{2007}' } else { letter };
    instance.ttf().glyph_index(letter).and_then(|glyph| instance.x_advance(glyph.0)).map_or(0.0, Em::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_cuts_are_read_and_told_apart() {
        assert_eq!(FACE.fonts.len(), FILES.len());
        let weights: Vec<u16> = FACE.fonts.iter().map(|font| font.info().variant.weight.to_number()).collect();
        assert_eq!(weights, [400, 600, 400]);
        assert!(width("total", Cut::SemiBold) > width("total", Cut::Regular));
        assert!((width("11", Cut::Regular) - width("00", Cut::Regular)).abs() < 1e-9);
        assert!(FACE.fonts.iter().all(|font| font.info().family == "Inter"));
    }

    #[test]
    fn letters_that_it_has() {
        assert!("aÄß€−…·\u{202f}Жλ□".chars().all(has));
        assert!(!"模א\u{e071}\u{1f600}\u{0}".chars().any(has));
    }
}
