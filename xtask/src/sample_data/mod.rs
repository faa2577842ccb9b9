//! `cargo xtask sample-data --seed N`: an imaginary company's three months of exports and logs, the same for a seed.
//!
//! Rows are drawn first ([`traffic`], [`agent`]), then some are changed on purpose ([`planted`]). Logs, usage and bills
//! are all written from the same rows, and `truth.json` is added up from them too, so they agree by construction but
//! for what is planted. All arithmetic is in whole numbers. A second company beside it has the formats that this one
//! has no file of ([`four`]).

mod agent;
mod bill;
mod calendar;
mod cells;
mod draw;
mod facts;
mod files;
mod four;
mod logs;
mod planted;
mod price;
mod reconcile;
mod row;
mod sources;
mod traffic;
mod truth;
mod usage;
mod world;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use price::Provider;

/// Writes `sample-data/` below the current folder, which is the workspace's root, or what `--out DIR` names.
pub fn run(args: &[String]) -> Result<()> {
    let mut seed = 7;
    let mut out = PathBuf::from("sample-data");
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--seed" => {
                let told = rest.next().context("--seed needs a number")?;
                seed = told.parse().with_context(|| format!("--seed needs a number, not {told}"))?;
            }
            "--out" => out = PathBuf::from(rest.next().context("--out needs a folder")?),
            other => bail!("sample-data takes --seed N and --out DIR, not {other}"),
        }
    }
    write(seed, &out)
}

fn write(seed: u64, out: &Path) -> Result<()> {
    let rows = planted::company(seed);
    let usage = [usage::counted(&rows, Provider::OpenAi)?, usage::counted(&rows, Provider::Anthropic)?];
    let bills = [bill::openai(&usage[0])?, bill::anthropic(&usage[1])?];
    let mut files = logs::files(seed, &rows)?;
    files.extend(usage::files(&usage[0], &usage[1]));
    files.extend(bill::files(seed, &bills[0], &bills[1]));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let facts = facts::all(&rows)?;
    let world = truth::World {
        seed,
        rows: &rows,
        usage: [&usage[0], &usage[1]],
        bills: [&bills[0], &bills[1]],
        files: &files,
        facts: &facts,
    };
    let mut bytes = 0;
    for file in &files {
        let size = file.write(out)?;
        println!("{size:>9}  {}", file.path);
        bytes += size;
    }
    let truth = serde_json::to_string_pretty(&world.truth()?).context("writing truth.json as text")? + "\n";
    let page = sources::page(&world)?;
    for (name, text) in [("truth.json", &truth), ("SOURCES.md", &page)] {
        std::fs::write(out.join(name), text).with_context(|| format!("writing {name}"))?;
        println!("{:>9}  {name}", text.len());
        bytes += text.len() as u64;
    }
    bytes += four::write(seed, out)?;
    println!(
        "{bytes:>9}  bytes in all, {} rows of which {} calls",
        rows.len(),
        rows.iter().filter(|r| r.is_call()).count()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every nano-dollar between invoice and logs has a cause, whatever the seed.
    #[test]
    fn invoices_are_explained() {
        for seed in [1, 7, 99] {
            let rows = planted::company(seed);
            for provider in bill::BILLERS {
                let used = usage::counted(&rows, provider).expect("usage");
                let openai = provider == Provider::OpenAi;
                let lines = if openai { bill::openai(&used) } else { bill::anthropic(&used) }.expect("bill");
                for (month, clock) in (0..3).flat_map(|m| reconcile::Clock::ALL.map(|c| (m, c))) {
                    let causes = reconcile::Causes::of(&rows, &lines, provider, month, clock).expect("causes");
                    assert_eq!(causes.unexplained(), 0, "{causes:?}");
                }
            }
        }
    }

    #[test]
    fn one_seed_gives_one_company() {
        let span = |seed| planted::company(seed).iter().map(|row| (row.at, row.span, row.tokens)).collect::<Vec<_>>();
        assert_eq!(span(7), span(7));
        assert_ne!(span(7), span(8));
    }
}
