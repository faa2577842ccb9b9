//! docs/formats and docs/analyses: the `//!` headers of the source files as pages, so that help and code are one text.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::check;
use crate::place::Place;

/// Folder of source files, folder of pages, title of the list.
const PAGES: &[(&str, &str, &str)] = &[
    ("crates/outlay-import/src/formats", "docs/formats", "Formats that Outlay reads"),
    ("crates/outlay-analysis/src/analyses", "docs/analyses", "Questions that Outlay answers"),
];

/// Writes the pages, or with `check` says which are stale.
pub fn run(place: &Place, check: bool) -> Result<()> {
    let mut files = Vec::new();
    for (sources, pages, title) in PAGES {
        files.extend(of_folder(&place.root, sources, pages, title)?);
    }
    check::settle(&place.root, &files, check, "docs")
}

fn of_folder(root: &Path, sources: &str, pages: &str, title: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let mut list = format!("# {title}\n\nWritten by `cargo xtask docs` from the headers of `{sources}`.\n\n");
    let mut files = Vec::new();
    let mut names = fs::read_dir(root.join(sources))
        .with_context(|| format!("reading {sources}"))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>>>()?;
    names.sort();
    for name in names.iter().filter_map(|n| n.strip_suffix(".rs")).filter(|n| *n != "mod" && !n.ends_with("tests")) {
        let source = fs::read_to_string(root.join(sources).join(format!("{name}.rs")))?;
        let header = header(&source);
        ensure!(!header.is_empty(), "{sources}/{name}.rs has no header to make a page of");
        let (first, rest) = header.split_once('\n').unwrap_or((&header, ""));
        let first = first.trim_start_matches('#').trim();
        list.push_str(&format!("- [`{name}`]({name}.md): {first}\n"));
        let page = format!("# {name}\n\n{first}\n{rest}\n*From `{sources}/{name}.rs`, by `cargo xtask docs`.*\n");
        files.push((format!("{pages}/{name}.md"), page.into_bytes()));
    }
    files.push((format!("{pages}/README.md"), list.into_bytes()));
    Ok(files)
}

/// The `//!` lines at the top, without the marks; headings one level down, since the page's title is the file's name.
fn header(source: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    for line in source.lines().map_while(|l| l.strip_prefix("//!")) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        code ^= line.starts_with("```");
        if line.starts_with('#') && !code && !out.is_empty() {
            out.push('#');
        }
        out.push_str(&without_item_links(line.trim_end()));
        out.push('\n');
    }
    out
}

/// ``[`item`]`` links to rustdoc's page of the item; here it is the item's name only.
fn without_item_links(line: &str) -> String {
    let mut parts = line.split("[`");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("`]") {
            Some((item, rest)) if !rest.starts_with('(') => out.push_str(&format!("`{item}`{rest}")),
            _ => out.push_str(&format!("[`{part}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_items_become_names() {
        assert_eq!(without_item_links("see [`crate::fields`], [`a`](a.md)"), "see `crate::fields`, [`a`](a.md)");
    }

    #[test]
    fn a_header_ends_where_code_begins() {
        let source =
            "//! Bill of a call.\n//!\n//! # Question\n//! ```toml\n//! # not a heading\n//! ```\nuse x;\n//! no\n";
        assert_eq!(header(source), "Bill of a call.\n\n## Question\n```toml\n# not a heading\n```\n");
    }
}
