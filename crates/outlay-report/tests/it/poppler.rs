//! Reads PDFs with Debian's poppler-utils.

use std::path::PathBuf;
use std::process::Command;

/// A PDF on disk.
pub struct Poppler {
    file: PathBuf,
}

/// Whether the programs are there. Continuous integration must have them; elsewhere their checks are left out.
pub fn there() -> bool {
    let there = Command::new("pdftotext").arg("-v").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "pdftotext is missing: apt-get install poppler-utils");
    if !there {
        println!("left out, as pdftotext is missing: apt-get install poppler-utils");
    }
    there
}

impl Poppler {
    pub fn of(name: &str, bytes: &[u8]) -> Poppler {
        let file = PathBuf::from(format!("{}/read-{name}.pdf", env!("CARGO_TARGET_TMPDIR")));
        std::fs::write(&file, bytes).expect("written");
        Poppler { file }
    }

    fn words(&self, program: &str, before: &[&str], after: &[&str]) -> String {
        let out = Command::new(program).args(before).arg(&self.file).args(after).output().expect("poppler-utils");
        assert!(out.status.success(), "{program}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    /// The text as it lies on the pages, a form feed after each. Places where a long word may break are taken out.
    pub fn text(&self) -> String {
        self.words("pdftotext", &["-layout"], &["-"]).replace('\u{200b}', "")
    }

    pub fn info(&self) -> String {
        self.words("pdfinfo", &[], &[])
    }

    /// The tree of tags with their words.
    pub fn structure(&self) -> String {
        self.words("pdfinfo", &["-struct-text"], &[])
    }

    /// Left and right edge of every word in points.
    pub fn boxes(&self) -> Vec<(f64, f64)> {
        let text = self.words("pdftotext", &["-bbox"], &["-"]);
        let edge = |line: &str, name: &str| line.split(name).nth(1)?.split('"').nth(1)?.parse().ok();
        text.lines().filter_map(|line| Some((edge(line, "xMin")?, edge(line, "xMax")?))).collect()
    }
}
