//! Which format a file is: by content, never by its name.

use crate::error::ImportError;
use crate::format::{Certainty, Format};
use crate::formats::formats;
use crate::head::{Head, Layout};

/// A recognised format.
#[derive(Clone)]
pub struct Detected {
    /// The format.
    pub format: &'static dyn Format,
    /// Why, in words.
    pub why: String,
}

/// The format of a file that begins like this; `hint` is the id of a format that the user named, which is believed.
///
/// An exact match beats a partial one, and of several exact ones the signature with most columns wins.
///
/// # Errors
/// [`ImportError::Empty`], [`ImportError::Unknown`], [`ImportError::Ambiguous`], [`ImportError::NoSuchFormat`].
pub fn detect(head: &Head, hint: Option<&str>) -> Result<Detected, ImportError> {
    if let Some(id) = hint {
        let found = formats().iter().copied().find(|f| f.id() == id);
        return match found {
            Some(format) => Ok(Detected { format, why: "it was named".to_owned() }),
            None => Err(ImportError::NoSuchFormat {
                id: id.to_owned(),
                known: formats().iter().map(|f| f.id()).collect::<Vec<_>>().join(", "),
            }),
        };
    }
    if head.layout == Layout::Empty {
        return Err(ImportError::Empty { name: head.name.clone() });
    }
    let mut matches: Vec<(&'static dyn Format, crate::format::Match)> =
        formats().iter().filter_map(|f| f.sniff(head).map(|m| (*f, m))).collect();
    let best =
        matches.iter().map(|(_, m)| (m.certainty, if m.certainty == Certainty::Exact { m.weight } else { 0 })).max();
    let Some((certainty, weight)) = best else {
        return Err(ImportError::Unknown { name: head.name.clone(), seen: head.seen() });
    };
    matches.retain(|(_, m)| m.certainty == certainty && (certainty == Certainty::Partial || m.weight == weight));
    if matches.len() > 1 {
        let candidates = matches.iter().map(|(f, _)| f.id().to_owned()).collect();
        return Err(ImportError::Ambiguous { name: head.name.clone(), candidates });
    }
    match matches.pop() {
        Some((format, found)) => Ok(Detected { format, why: found.why }),
        None => Err(ImportError::Unknown { name: head.name.clone(), seen: head.seen() }),
    }
}
