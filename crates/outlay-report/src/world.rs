//! What typst sees of the world: one template, one page's data, one typeface. No file, no package, no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::face;

static TEMPLATE: LazyLock<Source> = LazyLock::new(|| Source::detached(include_str!("page.typ")));

/// A page's data on typst's desk.
pub struct Desk {
    library: LazyHash<Library>,
}

impl Desk {
    /// The data become `sys.inputs`, values that the template places and never reads as markup.
    pub fn new(inputs: Dict) -> Desk {
        Desk { library: LazyHash::new(Library::builder().with_inputs(inputs).build()) }
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        face::book()
    }

    fn main(&self) -> FileId {
        TEMPLATE.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == TEMPLATE.id() { Ok(TEMPLATE.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        face::font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
