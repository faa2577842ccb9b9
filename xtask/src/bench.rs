//! bench
use crate::place::Place;
/// a
#[derive(clap::Args)]
pub struct BenchArgs {}
/// r
pub fn run(_place: &Place, _args: &BenchArgs) -> anyhow::Result<()> { Ok(()) }
